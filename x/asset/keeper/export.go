package keeper

import (
	"context"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// ExportGenesis returns the whole state, in the order of the store's keys.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	for _, export := range []func(context.Context, *types.GenesisState) error{
		k.exportCounters, k.exportAssets, k.exportShares, k.exportApprovals, k.exportRevenues,
	} {
		if err := export(ctx, g); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (k Keeper) exportCounters(ctx context.Context, g *types.GenesisState) (err error) {
	if g.Params, err = k.params.Get(ctx); err != nil {
		return err
	}
	if g.NextAsset, err = k.nextAsset.Peek(ctx); err != nil {
		return err
	}
	g.NextShare, err = k.nextShare.Peek(ctx)
	return err
}

func (k Keeper) exportAssets(ctx context.Context, g *types.GenesisState) error {
	err := k.assets.Walk(ctx, nil, func(_ uint64, a types.Asset) (bool, error) {
		g.Assets = append(g.Assets, a)
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.versions.Walk(ctx, nil, func(_ versionKey, v types.Version) (bool, error) {
		g.Versions = append(g.Versions, v)
		return false, nil
	})
}

func (k Keeper) exportShares(ctx context.Context, g *types.GenesisState) error {
	return k.shares.Walk(ctx, nil, func(id uint64, s share) (bool, error) {
		p, err := k.shareProto(id, s)
		g.Shares = append(g.Shares, p)
		return err != nil, err
	})
}

func (k Keeper) exportApprovals(ctx context.Context, g *types.GenesisState) error {
	err := k.allowances.Walk(ctx, nil, func(key allowKey, value Value) (bool, error) {
		operator, err := k.addresses.BytesToString(key.K2())
		g.Allowances = append(g.Allowances, types.Allowance{Share: key.K1(), Operator: operator, Value: value.Dec()})
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.operators.Walk(ctx, nil, func(key operKey) (bool, error) {
		owner, err := k.addresses.BytesToString(key.K1())
		if err != nil {
			return true, err
		}
		operator, err := k.addresses.BytesToString(key.K2())
		g.Operators = append(g.Operators, types.Operator{Owner: owner, Operator: operator})
		return err != nil, err
	})
}

func (k Keeper) exportRevenues(ctx context.Context, g *types.GenesisState) error {
	err := k.revenues.Walk(ctx, nil, func(key denomKey, r revenue) (bool, error) {
		g.Revenues = append(g.Revenues, revenueProto(key, r))
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.marks.Walk(ctx, nil, func(key denomKey, m mark) (bool, error) {
		g.Marks = append(g.Marks, markProto(key, m))
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.paid.Walk(ctx, nil, func(key royaltyKey, paid weal.Amount) (bool, error) {
		g.RoyaltiesPaid = append(g.RoyaltiesPaid, types.RoyaltyPaid{
			Asset: key.K1(), Ancestor: key.K2(), Denom: key.K3(), Amount: paid.String(),
		})
		return false, nil
	})
}
