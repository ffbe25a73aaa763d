package keeper

import (
	"context"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// InitGenesis loads a state and checks all invariants of what it has loaded, so
// that a chain cannot start with accounts that do not add up. The balance of the
// escrow account must be there already: the bank's state comes first.
func (k Keeper) InitGenesis(ctx context.Context, g *types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	for _, load := range []func(context.Context, *types.GenesisState) error{
		k.loadCounters, k.loadAssets, k.loadShares, k.loadApprovals, k.loadRevenues,
	} {
		if err := load(ctx, g); err != nil {
			return err
		}
	}
	return k.CheckInvariants(ctx)
}

func (k Keeper) loadCounters(ctx context.Context, g *types.GenesisState) error {
	if err := k.params.Set(ctx, g.Params); err != nil {
		return err
	}
	if err := k.nextAsset.Set(ctx, g.NextAsset); err != nil {
		return err
	}
	return k.nextShare.Set(ctx, g.NextShare)
}

func (k Keeper) loadAssets(ctx context.Context, g *types.GenesisState) error {
	for _, a := range g.Assets {
		if err := k.assets.Set(ctx, a.Id, a); err != nil {
			return err
		}
		if err := k.openRevenues(ctx, a); err != nil {
			return err
		}
	}
	for _, v := range g.Versions {
		if err := k.versions.Set(ctx, collections.Join(v.Asset, v.Version), v); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) loadShares(ctx context.Context, g *types.GenesisState) error {
	for _, p := range g.Shares {
		s, err := k.shareOf(p)
		if err != nil {
			return types.ErrGenesis.Wrapf("share %d: %s", p.Id, err)
		}
		if err := k.shares.Set(ctx, p.Id, s); err != nil {
			return err
		}
		if err := k.slots.Set(ctx, collections.Join(p.Asset, p.Id)); err != nil {
			return err
		}
		if err := k.own(ctx, s.owner, p.Id); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) loadApprovals(ctx context.Context, g *types.GenesisState) error {
	for _, a := range g.Allowances {
		operator, err := k.owner(a.Operator)
		if err != nil {
			return types.ErrGenesis.Wrapf("allowance of share %d: %s", a.Share, err)
		}
		value, err := parseBits(a.Value, 256)
		if err != nil {
			return types.ErrGenesis.Wrapf("allowance of share %d: %s", a.Share, err)
		}
		s, err := k.share(ctx, weal.ShareID(a.Share))
		if err != nil {
			return types.ErrGenesis.Wrapf("allowance: %s", err)
		}
		if err := k.setAllowance(ctx, weal.ShareID(a.Share), s, operator, value); err != nil {
			return err
		}
	}
	for _, o := range g.Operators {
		owner, err := k.owner(o.Owner)
		if err != nil {
			return types.ErrGenesis.Wrapf("operator: %s", err)
		}
		operator, err := k.owner(o.Operator)
		if err != nil {
			return types.ErrGenesis.Wrapf("operator: %s", err)
		}
		if err := k.SetOperator(ctx, owner, operator, true); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) loadRevenues(ctx context.Context, g *types.GenesisState) error {
	for _, p := range g.Revenues {
		a, err := k.GetAsset(ctx, weal.AssetID(p.Asset))
		if err != nil {
			return types.ErrGenesis.Wrapf("revenue: %s", err)
		}
		if _, err := k.revenue(ctx, weal.AssetID(p.Asset), p.Denom); err != nil {
			return types.ErrGenesis.Wrapf("revenue: %s", err)
		}
		r, err := revenueOf(a, p)
		if err != nil {
			return types.ErrGenesis.Wrapf("revenue of asset %d: %s", p.Asset, err)
		}
		if err := k.revenues.Set(ctx, collections.Join(p.Asset, p.Denom), r); err != nil {
			return err
		}
	}
	for _, p := range g.Marks {
		m, err := markOf(p)
		if err != nil {
			return types.ErrGenesis.Wrapf("mark of share %d: %s", p.Share, err)
		}
		if err := k.marks.Set(ctx, collections.Join(p.Share, p.Denom), m); err != nil {
			return err
		}
	}
	for _, p := range g.RoyaltiesPaid {
		amount, err := weal.ParseAmount(p.Amount)
		if err != nil {
			return types.ErrGenesis.Wrapf("royalty paid by asset %d: %s", p.Asset, err)
		}
		if err := k.paid.Set(ctx, collections.Join3(p.Asset, p.Ancestor, p.Denom), amount); err != nil {
			return err
		}
	}
	return nil
}
