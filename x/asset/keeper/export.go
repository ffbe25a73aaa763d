package keeper

import (
	"context"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// ExportGenesis returns the whole state, in the order of the store's keys.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	for _, export := range []func(context.Context, *types.GenesisState) error{
		k.exportCounters, k.exportTokens, k.exportAssets, k.exportRevenues, k.exportCredentials,
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
	g.NextAsset, err = k.nextAsset.Peek(ctx)
	return err
}

func (k Keeper) exportTokens(ctx context.Context, g *types.GenesisState) (err error) {
	g.Tokens, err = k.Tokens.Export(ctx)
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

func (k Keeper) exportRevenues(ctx context.Context, g *types.GenesisState) error {
	err := k.revenues.Walk(ctx, nil, func(key denomKey, r revenue) (bool, error) {
		var err error
		if r.treasury, err = stored.OrZero(k.treasuries.Get(ctx, key)); err != nil {
			return true, err
		}
		c, err := stored.OrZero(k.contributors.Get(ctx, key))
		g.Revenues = append(g.Revenues, revenueProto(key, r, c))
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.marks.Walk(ctx, nil, func(id uint64, marks []mark) (bool, error) {
		s, err := k.GetShare(ctx, weal.ShareID(id))
		if err != nil {
			return true, err
		}
		denoms, err := k.denoms.Get(ctx, uint64(s.Asset))
		for i, m := range marks {
			if m != (mark{}) {
				g.Marks = append(g.Marks, markProto(id, denoms[i], m))
			}
		}
		return err != nil, err
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

func (k Keeper) exportCredentials(ctx context.Context, g *types.GenesisState) error {
	return k.credentials.Walk(ctx, nil, func(_ credentialKey, c types.Credential) (bool, error) {
		g.Credentials = append(g.Credentials, c)
		return false, nil
	})
}
