package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// Credit makes amount of denom the asset's revenue. It moves no coins: they are
// in the account weal.Escrow already, and nobody else's any more. It fails with
// types.ErrAssetNotFound, types.ErrDenom, or types.ErrAmount if the asset's
// lifetime credit would not fit 128 bits.
func (k Keeper) Credit(ctx context.Context, asset weal.AssetID, denom string, amount weal.Amount) error {
	r, err := k.revenue(ctx, asset, denom)
	if err != nil {
		return err
	}
	if !r.credit(amount) {
		return types.ErrAmount.Wrapf("asset %d cannot earn that much %s", asset, denom)
	}
	return k.putRevenue(ctx, asset, denom, r)
}

// revenue returns the row of an asset and a denomination, or
// types.ErrAssetNotFound or types.ErrDenom.
func (k Keeper) revenue(ctx context.Context, asset weal.AssetID, denom string) (revenue, error) {
	r, err := k.revenues.Get(ctx, collections.Join(uint64(asset), denom))
	if !errors.Is(err, collections.ErrNotFound) {
		return r, err
	}
	if ok, err := k.HasAsset(ctx, asset); err != nil {
		return r, err
	} else if !ok {
		return r, types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	return r, types.ErrDenom.Wrapf("asset %d, %s", asset, denom)
}

// eachRevenue calls f with every denomination that an asset earns in, in the
// order in which the asset names them. It looks rows up one by one: in an EVM
// transaction of many calls, an iterator costs more the deeper the stack is.
func (k Keeper) eachRevenue(ctx context.Context, asset weal.AssetID, f func(i int, denom string, r revenue) error) error {
	denoms, err := k.denoms.Get(ctx, uint64(asset))
	if err != nil {
		return err
	}
	for i, denom := range denoms {
		r, err := k.revenues.Get(ctx, collections.Join(uint64(asset), denom))
		if err != nil {
			return err
		}
		if err := f(i, denom, r); err != nil {
			return err
		}
	}
	return nil
}

// Denoms returns the denominations that an asset earns in, as it names them, or
// types.ErrAssetNotFound.
func (k Keeper) Denoms(ctx context.Context, asset weal.AssetID) ([]string, error) {
	denoms, err := k.denoms.Get(ctx, uint64(asset))
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	return denoms, err
}

// markOf returns the i-th of a share's marks.
func markOf(marks []mark, i int) mark {
	if i < len(marks) {
		return marks[i]
	}
	return mark{}
}

// Circulating returns how many units an asset has but for those burned.
func (k Keeper) Circulating(ctx context.Context, asset weal.AssetID) (units uint64, err error) {
	err = k.eachRevenue(ctx, asset, func(_ int, _ string, r revenue) error {
		units = r.units
		return nil
	})
	return units, err
}

// PullTreasury pays an asset's account what came in while no units were in
// circulation. The result is empty if that is nothing.
func (k Keeper) PullTreasury(ctx context.Context, asset weal.AssetID) (sdk.Coins, error) {
	if ok, err := k.HasAsset(ctx, asset); err != nil || !ok {
		return nil, errors.Join(err, types.ErrAssetNotFound.Wrapf("asset %d", asset))
	}
	sum := sdk.NewCoins()
	err := k.eachRevenue(ctx, asset, func(_ int, denom string, r revenue) error {
		key := collections.Join(uint64(asset), denom)
		owed, err := stored.OrZero(k.treasuries.Get(ctx, key))
		if err != nil || owed.IsZero() {
			return err
		}
		var ok bool
		if r.claimed, ok = r.claimed.Add(owed); !ok {
			return types.ErrBroken.Wrapf("the treasury of asset %d is owed more than was credited", asset)
		}
		sum = sum.Add(coin(denom, owed))
		if err := k.treasuries.Remove(ctx, key); err != nil {
			return err
		}
		return k.revenues.Set(ctx, key, r)
	})
	if err != nil {
		return nil, err
	}
	return sum, k.payOut(ctx, weal.AssetAccount(asset), sum)
}
