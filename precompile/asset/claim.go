package asset

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

// claims lists the functions that pay what shares have earned.
func (c contract) claims() []runner.Function {
	return []runner.Function{
		erc3525.Write("claim(uint256[])", c.claim),
		erc3525.Write("claimTo(uint256[],address)", c.claim),
		erc3525.Write("burn(uint256)", c.burn),
		erc3525.View("claimable(uint256,string)", c.claimable),
	}
}

// claim pays the owners, or the account that claimTo names.
func (c contract) claim(call *runner.Call) ([]any, error) {
	var to common.Address
	if len(call.Args) > 1 {
		if to = call.Address(1); to == (common.Address{}) {
			return nil, types.ErrClaim.Wrap("the receiver is the zero address")
		}
	}
	var ids []weal.ShareID
	for _, n := range call.Args[0].([]*big.Int) {
		ids = append(ids, shareID(n))
	}
	payments, err := c.Claim(call.Context, call.Caller, to, ids)
	if err != nil {
		return nil, err
	}
	if err := tell(call, payments); err != nil {
		return nil, err
	}
	paid := []solidity.Coin{}
	for _, coin := range keeper.Sum(payments) {
		paid = append(paid, solidity.Coin{Denom: coin.Denom, Amount: coin.Amount.BigInt()})
	}
	return []any{paid}, nil
}

// burn pays what a share has earned, and then destroys it.
func (c contract) burn(call *runner.Call) ([]any, error) {
	id := numberArg(call, 0)
	if !id.IsUint64() {
		return nil, types.Err3525Token
	}
	burned, payments, err := c.Burn(call.Context, call.Caller, shareID(id))
	if err != nil {
		return nil, err
	}
	if err := tell(call, payments); err != nil {
		return nil, err
	}
	return nil, erc3525.LogBurn(call, Address, burned)
}

// tell says who was paid: in logs, and to the EVM.
func tell(call *runner.Call, payments []keeper.Payment) error {
	for _, p := range payments {
		if err := call.Log("Claimed", number(p.Share), p.Owner, p.Denom, p.Amount.Big()); err != nil {
			return err
		}
		if p.Denom == weal.BaseDenom {
			call.Received(p.To, uint256.MustFromBig(p.Amount.Big()))
		}
	}
	return nil
}

func (c contract) claimable(call *runner.Call) ([]any, error) {
	denoms, amounts, err := c.Claimable(call.Context, shareID(numberArg(call, 0)))
	if err != nil {
		return nil, err
	}
	for i, d := range denoms {
		if d == call.Args[1].(string) {
			return []any{amounts[i].Big()}, nil
		}
	}
	return []any{new(big.Int)}, nil
}
