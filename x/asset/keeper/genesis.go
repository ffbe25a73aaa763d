package keeper

import (
	"context"
	"slices"
	"strconv"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/token"
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
		k.loadCounters, k.loadTokens, k.loadAssets, k.loadRevenues, k.loadCredentials,
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
	return k.nextAsset.Set(ctx, g.NextAsset)
}

// loadTokens stores the shares, and makes sure that their numbers are small:
// everything else takes them for 64 bits.
func (k Keeper) loadTokens(ctx context.Context, g *types.GenesisState) error {
	for _, s := range g.Tokens.States {
		if s.Number != token.Shares {
			continue
		}
		for _, t := range s.Tokens {
			for _, n := range []string{t.Id, t.Slot, t.Value} {
				if _, err := strconv.ParseUint(n, 10, 64); err != nil {
					return types.ErrGenesis.Wrapf("share %s: %s", t.Id, err)
				}
			}
		}
	}
	return k.Tokens.Load(ctx, g.Tokens)
}

func (k Keeper) loadAssets(ctx context.Context, g *types.GenesisState) error {
	for _, a := range g.Assets {
		if err := k.assets.Set(ctx, a.Id, a); err != nil {
			return err
		}
		if err := k.openRevenues(ctx, a); err != nil {
			return err
		}
		for _, p := range a.Parents {
			if err := k.children.Set(ctx, collections.Join(p.Asset, a.Id)); err != nil {
				return err
			}
		}
	}
	for _, v := range g.Versions {
		if err := k.versions.Set(ctx, collections.Join(v.Asset, v.Version), v); err != nil {
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
		err = k.eachShare(ctx, weal.AssetID(p.Asset), func(s Share) error {
			r.units += s.Value
			return nil
		})
		if err != nil {
			return err
		}
		if err := k.putRevenue(ctx, weal.AssetID(p.Asset), p.Denom, r); err != nil {
			return err
		}
		c, err := contributorsOf(p)
		if err != nil {
			return types.ErrGenesis.Wrapf("revenue of asset %d: %s", p.Asset, err)
		}
		if err := k.putContributors(ctx, weal.AssetID(p.Asset), p.Denom, c); err != nil {
			return err
		}
	}
	for _, p := range g.Marks {
		if err := k.loadMark(ctx, p); err != nil {
			return types.ErrGenesis.Wrapf("mark of share %d: %s", p.Share, err)
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

func (k Keeper) loadMark(ctx context.Context, p types.Mark) error {
	s, err := k.GetShare(ctx, weal.ShareID(p.Share))
	if err != nil {
		return err
	}
	denoms, err := k.denoms.Get(ctx, uint64(s.Asset))
	if err != nil {
		return err
	}
	i := slices.Index(denoms, p.Denom)
	if i < 0 {
		return types.ErrDenom.Wrapf("asset %d, %s", s.Asset, p.Denom)
	}
	marks, err := stored.OrZero(k.marks.Get(ctx, p.Share))
	if err != nil {
		return err
	}
	for len(marks) < len(denoms) {
		marks = append(marks, mark{})
	}
	if marks[i], err = parseMark(p); err != nil {
		return err
	}
	return k.marks.Set(ctx, p.Share, marks)
}

func (k Keeper) loadCredentials(ctx context.Context, g *types.GenesisState) error {
	for _, c := range g.Credentials {
		holder, err := k.addresses.StringToBytes(c.Holder)
		if err != nil {
			return types.ErrGenesis.Wrapf("credential for asset %d: %s", c.Asset, err)
		}
		if ok, err := k.HasAsset(ctx, weal.AssetID(c.Asset)); err != nil || !ok {
			return types.ErrGenesis.Wrapf("credential for asset %d: there is no such asset (%v)", c.Asset, err)
		}
		if err := k.credentials.Set(ctx, collections.Join(c.Asset, sdk.AccAddress(holder)), c); err != nil {
			return err
		}
	}
	return nil
}
