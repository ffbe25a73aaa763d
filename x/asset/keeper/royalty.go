package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// PullRoyalty brings the holders of ancestor what asset owes it in denom:
// floor(lifetime·basisPoints/10,000) less what was pulled before. It moves no
// coins. What is pulled does not count into the ancestor's own lifetime credit,
// since the lineage of asset names the ancestor's ancestors too. The result is
// zero if nothing is due.
func (k Keeper) PullRoyalty(ctx context.Context, asset, ancestor weal.AssetID, denom string) (weal.Amount, error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return weal.Amount{}, err
	}
	i := slices.IndexFunc(a.Ancestors, func(r types.Royalty) bool { return r.Asset == uint64(ancestor) })
	if i < 0 {
		return weal.Amount{}, types.ErrNoRoyalty.Wrapf("asset %d is no ancestor of asset %d", ancestor, asset)
	}
	r, err := k.revenue(ctx, asset, denom)
	if err != nil {
		return weal.Amount{}, err
	}
	key := collections.Join3(uint64(asset), uint64(ancestor), denom)
	paid, err := stored.OrZero(k.paid.Get(ctx, key))
	if err != nil {
		return weal.Amount{}, err
	}
	owed := part(r.lifetime, uint64(a.Ancestors[i].BasisPoints))
	due, ok := owed.Sub(paid)
	if !ok {
		return weal.Amount{}, types.ErrBroken.Wrapf("asset %d paid asset %d more than it owed", asset, ancestor)
	}
	if due.IsZero() {
		return due, nil
	}
	to, err := k.revenue(ctx, ancestor, denom)
	if err != nil {
		return weal.Amount{}, err
	}
	if !to.distribute(due) {
		return weal.Amount{}, types.ErrAmount.Wrapf("asset %d cannot earn that much %s", ancestor, denom)
	}
	if err := k.paid.Set(ctx, key, owed); err != nil {
		return weal.Amount{}, err
	}
	if err := k.putRevenue(ctx, ancestor, denom, to); err != nil {
		return weal.Amount{}, err
	}
	types.Emit(ctx, types.EventRoyalty, types.AttrAsset, asset, types.AttrAncestor, ancestor,
		types.AttrDenom, denom, types.AttrAmount, due)
	return due, nil
}
