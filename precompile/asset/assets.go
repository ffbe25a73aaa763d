package asset

import (
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// assets lists the functions for assets themselves.
func (c contract) assets() []runner.Function {
	return []runner.Function{
		erc3525.Write(solidity.RegisterSignature, c.register),
		erc3525.View("account(uint256)", c.account),
		erc3525.View("circulating(uint256)", c.circulating),
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
	units := r.Units
	if units == 0 {
		units = weal.DefaultUnits
	}
	made := token.Token{ID: keeper.TokenID(id), Slot: keeper.Slot(asset), Owner: call.Caller}
	if err := erc3525.LogMint(call, Address, made, *uint256.NewInt(units)); err != nil {
		return nil, err
	}
	err = call.Log("AssetRegistered", number(asset), call.Caller, number(id), in.Kind, in.Manifest, in.Uri)
	return []any{number(asset), number(id)}, err
}

// registration converts what Solidity says into what the keeper reads.
func registration(in solidity.Registration) (types.Registration, error) {
	r := types.Registration{
		Kind: weal.Kind(in.Kind), Manifest: in.Manifest, ManifestURI: in.Uri,
		Root: in.Root, Key: in.Key, Units: in.Units, Denoms: in.Denoms, Resale: in.Resale,
	}
	var err error
	if r.Prices, err = prices(in.Prices); err != nil {
		return r, err
	}
	if r.Licence, err = licence(in.Licence); err != nil {
		return r, err
	}
	for _, p := range in.Parents {
		if !p.Asset.IsUint64() {
			return r, types.ErrAssetNotFound.Wrapf("asset %s", p.Asset)
		}
		r.Parents = append(r.Parents, types.Royalty{Asset: p.Asset.Uint64(), BasisPoints: p.BasisPoints})
	}
	return r, nil
}

// asset returns the asset that an argument names, or types.ErrAssetNotFound.
func (c contract) asset(call *runner.Call, i int) (types.Asset, error) {
	n := numberArg(call, i)
	if !n.IsUint64() {
		return types.Asset{}, types.ErrAssetNotFound.Wrapf("asset %s", n)
	}
	return c.GetAsset(call.Context, assetID(n))
}

func (c contract) account(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	return []any{common.Address(weal.AssetAccount(weal.AssetID(a.Id)))}, nil
}

func (c contract) circulating(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	units, err := c.Circulating(call.Context, weal.AssetID(a.Id))
	return erc3525.One(number(units), err)
}
