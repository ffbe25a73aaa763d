package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// Operator returns an operator of an asset; one that is not there is one that has
// no bond and no leave.
func (k Keeper) Operator(ctx context.Context, asset weal.AssetID, who common.Address) (types.Operator, error) {
	o, err := k.operators.Get(ctx, collections.Join(uint64(asset), sdk.AccAddress(who.Bytes())))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Operator{Asset: uint64(asset), Operator: who.Hex(), Bond: "0"}, nil
	}
	return o, err
}

// Authorise lets an account deliver for an asset, for a part of the price in basis
// points, sent by caller, who controls the asset.
func (k Keeper) Authorise(ctx context.Context, caller common.Address, asset weal.AssetID, who common.Address, basisPoints uint32) error {
	if err := k.assets.MayControl(ctx, asset, caller); err != nil {
		return err
	}
	if err := k.payable(who); err != nil {
		return err
	}
	if basisPoints > types.BasisPoints {
		return types.ErrOperator.Wrapf("its part is at most %d basis points, got %d", types.BasisPoints, basisPoints)
	}
	o, err := k.Operator(ctx, asset, who)
	if err != nil {
		return err
	}
	o.Authorised, o.BasisPoints = true, basisPoints
	return k.putAuthorised(ctx, o)
}

// Revoke takes the leave of an operator, sent by caller, who controls the asset. Its
// bond stays its own.
func (k Keeper) Revoke(ctx context.Context, caller common.Address, asset weal.AssetID, who common.Address) error {
	if err := k.assets.MayControl(ctx, asset, caller); err != nil {
		return err
	}
	o, err := k.operator(ctx, asset, who)
	if err != nil {
		return err
	}
	if !o.Authorised {
		return types.ErrOperator.Wrapf("%s is not authorised for asset %d", who, asset)
	}
	o.Authorised, o.BasisPoints = false, 0
	return k.putAuthorised(ctx, o)
}

func (k Keeper) putAuthorised(ctx context.Context, o types.Operator) error {
	emit(ctx, types.EventOperator, types.AttrAsset, o.Asset, types.AttrOperator, o.Operator,
		types.AttrAuthorised, o.Authorised, types.AttrBasisPoints, o.BasisPoints)
	return k.putOperator(ctx, o)
}

func (k Keeper) putOperator(ctx context.Context, o types.Operator) error {
	key := collections.Join(o.Asset, sdk.AccAddress(common.HexToAddress(o.Operator).Bytes()))
	if o.Empty() {
		return k.operators.Remove(ctx, key)
	}
	return k.operators.Set(ctx, key, o)
}

// Bond adds to the bond of an operator, sent by it, and ends its leaving. The coins
// are in the contract's balance already.
func (k Keeper) Bond(ctx context.Context, who common.Address, asset weal.AssetID, amount weal.Amount) (types.Operator, error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return types.Operator{}, err
	}
	o, err := k.operator(ctx, asset, who)
	if err != nil {
		return o, err
	}
	if !o.Authorised {
		return o, types.ErrOperator.Wrapf("the controller of asset %d has not authorised %s", asset, who)
	}
	bond, err := types.Sum(o.Bond, amount.String())
	if err != nil {
		return o, err
	}
	if bond.Cmp(p.Least()) < 0 {
		return o, types.ErrBond.Wrapf("it would be %s; the least is %s", bond, p.LeastBond)
	}
	o.Bond, o.Unbonding, o.UntilHeight, o.Until = bond.String(), false, 0, 0
	return o, k.putBond(ctx, o)
}

// Unbond begins the window after which an operator's bond is free, sent by it. It
// may not deliver from then on.
func (k Keeper) Unbond(ctx sdk.Context, who common.Address, asset weal.AssetID) (types.Operator, error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return types.Operator{}, err
	}
	o, err := k.operator(ctx, asset, who)
	if err != nil {
		return o, err
	}
	if o.Unbonding || o.Bond == "0" {
		return o, types.ErrBond.Wrap("there is none, or it is on its way back already")
	}
	o.Unbonding, o.UntilHeight, o.Until = true, ctx.BlockHeight()+int64(p.UnbondBlocks), now(ctx)+int64(p.UnbondSeconds)
	return o, k.putBond(ctx, o)
}

// Withdraw takes the bond of an operator back after its window, sent by it. The
// contract has still to pay it.
func (k Keeper) Withdraw(ctx sdk.Context, who common.Address, asset weal.AssetID) (weal.Amount, error) {
	o, err := k.operator(ctx, asset, who)
	if err != nil {
		return weal.Amount{}, err
	}
	if !o.Free(ctx) {
		if !o.Unbonding {
			return weal.Amount{}, types.ErrBond.Wrap("unbond first")
		}
		return weal.Amount{}, types.ErrBond.Wrapf("it is free beyond block %d and Unix time %d", o.UntilHeight, o.Until)
	}
	bond, err := weal.ParseAmount(o.Bond)
	if err != nil {
		return bond, types.ErrBroken.Wrapf("operator %s of asset %d: %s", o.Operator, asset, err)
	}
	o.Bond, o.Unbonding, o.UntilHeight, o.Until = "0", false, 0, 0
	return bond, k.putBond(ctx, o)
}

func (k Keeper) putBond(ctx context.Context, o types.Operator) error {
	emit(ctx, types.EventBond, types.AttrAsset, o.Asset, types.AttrOperator, o.Operator,
		types.AttrBond, o.Bond, types.AttrUnbonding, o.Unbonding)
	return k.putOperator(ctx, o)
}
