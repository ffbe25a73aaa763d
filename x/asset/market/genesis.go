package market

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/weal-network/weal/x/asset/types"
)

// InitGenesis loads a state, after that of the assets.
func (k Keeper) InitGenesis(ctx context.Context, s types.MarketState) error {
	if err := s.Validate(); err != nil {
		return err
	}
	for _, l := range s.Listings {
		if err := k.listings.Set(ctx, l.Id, l); err != nil {
			return err
		}
		if err := k.assetListings.Set(ctx, collections.Join(l.Asset, l.Id)); err != nil {
			return err
		}
	}
	for _, o := range s.Offers {
		if err := k.offers.Set(ctx, o.Id, o); err != nil {
			return err
		}
		if err := k.assetOffers.Set(ctx, collections.Join(o.Asset, o.Id)); err != nil {
			return err
		}
	}
	for _, row := range s.Shares {
		if err := k.watch.shares.Set(ctx, row.Share, row); err != nil {
			return err
		}
	}
	if err := k.listed.Set(ctx, s.Listed); err != nil {
		return err
	}
	return k.offered.Set(ctx, s.Offered)
}

// ExportGenesis returns the whole state.
func (k Keeper) ExportGenesis(ctx context.Context) (s types.MarketState, err error) {
	if s.Listed, err = k.listed.Peek(ctx); err != nil {
		return s, err
	}
	if s.Offered, err = k.offered.Peek(ctx); err != nil {
		return s, err
	}
	if s.Listings, err = values(ctx, k.listings); err != nil {
		return s, err
	}
	if s.Offers, err = values(ctx, k.offers); err != nil {
		return s, err
	}
	s.Shares, err = values(ctx, k.watch.shares)
	return s, err
}

// values returns all rows, in the order of their keys.
func values[T any](ctx context.Context, m collections.Map[uint64, T]) (all []T, err error) {
	err = m.Walk(ctx, nil, func(_ uint64, v T) (bool, error) {
		all = append(all, v)
		return false, nil
	})
	return all, err
}
