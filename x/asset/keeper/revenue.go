package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
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
	return k.revenues.Set(ctx, collections.Join(uint64(asset), denom), r)
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

// mark returns where a share stands in a denomination.
func (k Keeper) mark(ctx context.Context, id weal.ShareID, denom string) (mark, error) {
	return orZero(k.marks.Get(ctx, collections.Join(uint64(id), denom)))
}

// held is a share as settling needs it.
type held struct {
	id    weal.ShareID
	value uint64
}

// settle brings the marks of shares of one asset up to date in all of its
// denominations, before their values change.
func (k Keeper) settle(ctx context.Context, asset weal.AssetID, shares ...held) error {
	return k.eachRevenue(ctx, asset, func(denom string, r revenue) error {
		for _, s := range shares {
			m, err := k.mark(ctx, s.id, denom)
			if err != nil {
				return err
			}
			if m.perUnit == r.perUnit {
				continue
			}
			m.settle(s.value, &r.perUnit)
			if err := k.marks.Set(ctx, collections.Join(uint64(s.id), denom), m); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachRevenue calls f with every denomination that an asset earns in, in the
// order in which the asset names them. It looks rows up one by one: in an EVM
// transaction of many calls, an iterator costs more the deeper the stack is.
func (k Keeper) eachRevenue(ctx context.Context, asset weal.AssetID, f func(denom string, r revenue) error) error {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return err
	}
	for _, denom := range a.Denoms {
		r, err := k.revenue(ctx, asset, denom)
		if err != nil {
			return err
		}
		if err := f(denom, r); err != nil {
			return err
		}
	}
	return nil
}
