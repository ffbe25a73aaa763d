package job

import (
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/keeper"
	"github.com/weal-network/weal/x/job/types"
)

func (c contract) request(call *runner.Call) ([]any, error) {
	limit := call.Number(2)
	return c.ask(call, keeper.Ask{
		Asset: id[weal.AssetID](call, 0), Input: call.Args[1].([]byte), MaxFee: most(limit.ToBig()),
		Callback: call.Address(3), Gas: call.Args[4].(uint64),
	})
}

func (c contract) requestWith(call *runner.Call) ([]any, error) {
	a := *abi.ConvertType(call.Args[0], new(solidity.JobAsk)).(*solidity.JobAsk)
	return c.ask(call, keeper.Ask{
		Asset: weal.AssetID(erc3525.Small(a.Asset)), Input: a.Input, InputHash: a.InputHash[:], InputURI: a.InputUri,
		MaxFee: most(a.MaxFee), Policy: uint32(a.Policy), Seconds: a.WaitSeconds, Callback: a.Callback, Gas: a.Gas,
	})
}

// ask locks what was sent with the call, which the contract has already, and gives
// the rest back.
func (c contract) ask(call *runner.Call, a keeper.Ask) ([]any, error) {
	r, locked, err := c.Ask(call.Context, call.Caller, a)
	if err != nil {
		return nil, err
	}
	if err := keep(call, locked); err != nil {
		return nil, err
	}
	order, err := r.Order(pay.ChainHash(call.Context.ChainID()))
	if err != nil {
		return nil, err
	}
	price, err := number(r.Price)
	if err != nil {
		return nil, err
	}
	gasPay, err := number(r.GasPay)
	if err != nil {
		return nil, err
	}
	err = call.Log("Requested", erc3525.Number(r.Id), erc3525.Number(r.Asset), call.Caller,
		price, gasPay, party(r.Callback), r.Gas, unsigned(r.Expires), [32]byte(order))
	return []any{erc3525.Number(r.Id)}, err
}

// keep takes so much of what was sent with the call, and gives the rest back.
func keep(call *runner.Call, amount weal.Amount) error {
	rest, short := new(uint256.Int).SubOverflow(call.Value, coins(amount))
	if short {
		return types.ErrFee.Wrapf("send at least %s%s, not %s", amount, weal.BaseDenom, call.Value.Dec())
	}
	call.Transfer(Address, call.Caller, rest)
	return nil
}
