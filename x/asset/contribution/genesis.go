package contribution

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/weal-network/weal/x/asset/types"
)

// InitGenesis loads a state, after that of the assets, and checks it.
func (k Keeper) InitGenesis(ctx context.Context, s types.ContributionState) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if err := k.made.Set(ctx, s.Made); err != nil {
		return err
	}
	for _, t := range s.Terms {
		if err := k.terms.Set(ctx, t.Asset, t); err != nil {
			return err
		}
	}
	for _, c := range s.Contributions {
		if err := k.load(ctx, c); err != nil {
			return err
		}
	}
	for _, c := range s.Contributors {
		if err := k.putContributor(ctx, c); err != nil {
			return err
		}
	}
	for _, t := range s.Totals {
		if err := k.putTotals(ctx, t); err != nil {
			return err
		}
	}
	for _, e := range s.Earnings {
		if err := k.earnings.Set(ctx, collections.Join(e.Contribution, e.Denom), e); err != nil {
			return err
		}
	}
	for _, d := range s.Distributions {
		if err := k.putDistribution(ctx, d); err != nil {
			return err
		}
	}
	return k.CheckInvariants(ctx)
}

// load stores a contribution and what indexes name it.
func (k Keeper) load(ctx context.Context, c types.Contribution) error {
	if err := k.contributions.Set(ctx, c.Id, c); err != nil {
		return err
	}
	if err := k.byAsset.Set(ctx, collections.Join(c.Asset, c.Id)); err != nil {
		return err
	}
	if c.State == types.ContributionAccepted {
		return k.accepted.Set(ctx, collections.Join(c.Asset, c.Root), c.Id)
	}
	return k.proposed.Set(ctx, proposedRoot(c), c.Id)
}

// ExportGenesis returns the whole state.
func (k Keeper) ExportGenesis(ctx context.Context) (s types.ContributionState, err error) {
	if s.Made, err = k.made.Peek(ctx); err != nil {
		return s, err
	}
	if s.Terms, err = values(ctx, k.terms); err != nil {
		return s, err
	}
	if s.Contributions, err = values(ctx, k.contributions); err != nil {
		return s, err
	}
	if s.Contributors, err = values(ctx, k.contributors); err != nil {
		return s, err
	}
	if s.Totals, err = values(ctx, k.totals); err != nil {
		return s, err
	}
	if s.Earnings, err = values(ctx, k.earnings); err != nil {
		return s, err
	}
	s.Distributions, err = values(ctx, k.distributions)
	return s, err
}

// values returns all rows, in the order of their keys.
func values[K, V any](ctx context.Context, m collections.Map[K, V]) (all []V, err error) {
	err = m.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		all = append(all, v)
		return false, nil
	})
	return all, err
}
