package asset

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/asset/solidity"
	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

var zeroAddress common.Address

// assets lists the functions that are the chain's own.
func (c contract) assets() []runner.Function {
	return []runner.Function{
		write(solidity.RegisterSignature, c.register),
		write("claim(uint256[])", c.claim),
		view("claimable(uint256,string)", c.claimable),
	}
}

func (c contract) register(call *runner.Call) ([]any, error) {
	in := *abi.ConvertType(call.Args[0], new(solidity.Registration)).(*solidity.Registration)
	r, err := registration(in)
	if err != nil {
		return nil, err
	}
	asset, id, err := c.Register(call.Context, call.Caller, r)
	if err != nil {
		return nil, err
	}
	s, err := c.GetShare(call.Context, id)
	if err != nil {
		return nil, err
	}
	if err := logMint(call, s, number(s.Value)); err != nil {
		return nil, err
	}
	err = call.Log("AssetRegistered", number(asset), call.Caller, number(id), in.Kind, in.Manifest, in.Uri)
	return []any{number(asset), number(id)}, err
}

// registration converts what Solidity says into what the keeper reads.
func registration(in solidity.Registration) (types.Registration, error) {
	r := types.Registration{
		Kind: weal.Kind(in.Kind), Manifest: in.Manifest, ManifestURI: in.Uri,
		Root: in.Root, Key: in.Key, Units: in.Units, Denoms: in.Denoms,
	}
	for _, p := range in.Prices {
		amount, err := weal.AmountFromBig(p.Amount)
		if err != nil {
			return r, fmt.Errorf("price: %w", err)
		}
		r.Prices = append(r.Prices, types.Price{Unit: p.Unit, Denom: p.Denom, Amount: amount.String(), Tokens: p.Tokens})
	}
	for _, p := range in.Parents {
		if !p.Asset.IsUint64() {
			return r, types.ErrAssetNotFound.Wrapf("asset %s", p.Asset)
		}
		r.Parents = append(r.Parents, types.Royalty{Asset: p.Asset.Uint64(), BasisPoints: p.BasisPoints})
	}
	return r, nil
}

func (c contract) claim(call *runner.Call) ([]any, error) {
	var ids []weal.ShareID
	for _, n := range call.Args[0].([]*big.Int) {
		ids = append(ids, shareID(n))
	}
	payments, err := c.Claim(call.Context, call.Caller, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range payments {
		if err := call.Log("Claimed", number(p.Share), call.Caller, p.Denom, p.Amount.Big()); err != nil {
			return nil, err
		}
	}
	paid := []solidity.Coin{}
	for _, coin := range keeper.Sum(payments) {
		if coin.Denom == weal.BaseDenom {
			call.Received(call.Caller, uint256.MustFromBig(coin.Amount.BigInt()))
		}
		paid = append(paid, solidity.Coin{Denom: coin.Denom, Amount: coin.Amount.BigInt()})
	}
	return []any{paid}, nil
}

func (c contract) claimable(call *runner.Call) ([]any, error) {
	denoms, amounts, err := c.Claimable(call.Context, shareArg(call, 0))
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
