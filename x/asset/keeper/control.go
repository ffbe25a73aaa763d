package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// MayControl returns types.ErrNotController unless an account controls an asset:
// it is the asset's controller, or the asset's own account, which its council
// acts as. Who controls an asset makes versions, grants credentials and names
// another controller; it has no right over shares.
func (k Keeper) MayControl(ctx context.Context, asset weal.AssetID, who common.Address) error {
	_, err := k.controlled(ctx, asset, who)
	return err
}

// controlled returns an asset that an account controls.
func (k Keeper) controlled(ctx context.Context, asset weal.AssetID, who common.Address) (types.Asset, error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return a, err
	}
	controls, err := k.controls(a, who)
	if err == nil && !controls {
		err = types.ErrNotController.Wrapf("asset %d is controlled by %s, and by its council", a.Id, a.Controller)
	}
	return a, err
}

// controls reports whether an account controls an asset.
func (k Keeper) controls(a types.Asset, who common.Address) (bool, error) {
	if who == weal.AssetAccount(weal.AssetID(a.Id)) {
		return true, nil
	}
	controller, err := k.owner(a.Controller)
	return who == controller, err
}

// Controller returns the account that controls an asset, beside its own.
func (k Keeper) Controller(ctx context.Context, asset weal.AssetID) (common.Address, error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return common.Address{}, err
	}
	return k.owner(a.Controller)
}

// Resale returns an asset's maker, and what it gets of each sale of shares on the
// market, in basis points of the price.
func (k Keeper) Resale(ctx context.Context, asset weal.AssetID) (maker common.Address, bps uint32, err error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return maker, 0, err
	}
	maker, err = k.owner(a.Maker)
	return maker, a.Resale, err
}

// SetController hands an asset's control over, sent by caller. The asset's own
// account as the new controller leaves it to its council alone.
func (k Keeper) SetController(ctx context.Context, caller common.Address, asset weal.AssetID, controller common.Address) error {
	a, err := k.controlled(ctx, asset, caller)
	if err != nil {
		return err
	}
	if controller == (common.Address{}) {
		return types.ErrNotController.Wrap("nobody can act as the zero address; to leave control to the council, name the asset's own account")
	}
	if a.Controller, err = k.addresses.BytesToString(controller.Bytes()); err != nil {
		return err
	}
	types.Emit(ctx, types.EventController, types.AttrAsset, a.Id, types.AttrController, a.Controller)
	return k.assets.Set(ctx, a.Id, a)
}

// Spend sends coins of an asset's treasury, sent by caller, which must be the
// asset's own account. The chain's coin is not among them: it is the EVM's, and
// goes as the value of a call.
func (k Keeper) Spend(ctx context.Context, caller common.Address, asset weal.AssetID, to common.Address, denom string, amount weal.Amount) error {
	if has, err := k.HasAsset(ctx, asset); err != nil {
		return err
	} else if !has {
		return types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	switch {
	case caller != weal.AssetAccount(asset):
		return types.ErrNotController.Wrapf("the treasury of asset %d is its council's alone", asset)
	case denom == weal.BaseDenom:
		return types.ErrAmount.Wrapf("%s is sent as the value of a call", denom)
	case amount.IsZero():
		return types.ErrAmount.Wrap("pay at least 1")
	case to == (common.Address{}) || k.bank.BlockedAddr(to.Bytes()):
		return types.ErrBlocked
	}
	if err := sdk.ValidateDenom(denom); err != nil {
		return types.ErrAmount.Wrap(err.Error())
	}
	receiver, err := k.addresses.BytesToString(to.Bytes())
	if err != nil {
		return err
	}
	if err := k.bank.SendCoins(ctx, caller.Bytes(), to.Bytes(), sdk.Coins{coin(denom, amount)}); err != nil {
		return err
	}
	types.Emit(ctx, types.EventSpend, types.AttrAsset, asset, types.AttrReceiver, receiver, types.AttrDenom, denom, types.AttrAmount, amount)
	return nil
}
