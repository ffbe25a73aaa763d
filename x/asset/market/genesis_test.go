package market_test

import (
	"testing"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/types"
)

// requireSameAfterExport loads what w exports into a new chain, and compares.
func requireSameAfterExport(t tester, w *world) {
	t.Helper()
	next := load(t, w, func(*types.MarketState) {})
	before, err := w.ExportGenesis(w.ctx)
	require.NoError(t, err)
	after, err := next.ExportGenesis(next.ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, next.CheckInvariants(next.ctx))
}

// load returns a new chain with the state of w, spoiled.
func load(t tester, w *world, spoil func(*types.MarketState)) *world {
	t.Helper()
	assets, err := w.assets.ExportGenesis(w.ctx)
	require.NoError(t, err)
	s, err := w.ExportGenesis(w.ctx)
	require.NoError(t, err)
	spoil(&s)
	next := bare(t)
	next.bank.balances = w.bank.balances
	require.NoError(t, next.assets.InitGenesis(next.ctx, assets))
	if err := next.InitGenesis(next.ctx, s); err != nil {
		require.ErrorIs(t, err, types.ErrGenesis)
		return nil
	}
	return next
}

// busy returns a world with listings good and void, and an offer.
func busy(t *testing.T) *world {
	w, asset, share := sellable(t)
	for range 2 {
		_, err := w.list(alice, share, terms(10, aweal, 5))
		require.NoError(t, err)
	}
	w.give(t, share, carol)
	_, err := w.list(carol, share, terms(0, uusd, 5))
	require.NoError(t, err)
	_, err = w.list(maker, 1, terms(7, uusd, 5))
	require.NoError(t, err)
	_, err = w.offer(bob, asset, terms(10, uusd, 500), 0)
	require.NoError(t, err)
	_, err = w.offer(bob, asset, terms(10, aweal, 500), 0)
	require.NoError(t, err)
	require.NoError(t, w.cancelListing(carol, 1))
	return w
}

func TestGenesisRoundTrip(t *testing.T) {
	w := busy(t)
	requireSameAfterExport(t, w)
	next := load(t, w, func(*types.MarketState) {})
	_, err := next.buy(bob, 2, 1, 0)
	require.ErrorContains(t, err, "changed hands")
	_, err = next.buy(bob, 3, 0, 0)
	require.NoError(t, err)
	id, err := next.list(maker, 1, terms(1, aweal, 1))
	require.NoError(t, err)
	require.EqualValues(t, 5, id, "numbers go on")
}

func TestGenesisRefused(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*types.MarketState)
	}{
		{"a listing twice", func(s *types.MarketState) { s.Listings[1].Id = s.Listings[0].Id }},
		{"a listing that was not made", func(s *types.MarketState) { s.Listed = 2 }},
		{"listing 0", func(s *types.MarketState) { s.Listings[0].Id = 0 }},
		{"a listing of nothing", func(s *types.MarketState) { s.Listings[0].Units = 0 }},
		{"a price that is none", func(s *types.MarketState) { s.Listings[0].Price = "-1" }},
		{"a denomination that is none", func(s *types.MarketState) { s.Listings[0].Denom = "" }},
		{"a seller that is none", func(s *types.MarketState) { s.Listings[0].Seller = "0x1" }},
		{"a lister in another form", func(s *types.MarketState) { s.Listings[0].Lister = "0x" + s.Listings[0].Lister[2:] + " " }},
		{"moves to come", func(s *types.MarketState) { s.Listings[0].Moves = 9 }},
		{"a share that is not counted", func(s *types.MarketState) { s.Shares = s.Shares[1:] }},
		{"a share that is there twice", func(s *types.MarketState) { s.Shares = append(s.Shares, s.Shares[0]) }},
		{"a share that counts one more", func(s *types.MarketState) { s.Shares[0].Listings++ }},
		{"a share without listings", func(s *types.MarketState) { s.Shares = append(s.Shares, types.ListedShare{Share: 9}) }},
		{"an offer twice", func(s *types.MarketState) { s.Offers[1].Id = s.Offers[0].Id }},
		{"an offer that was not made", func(s *types.MarketState) { s.Offered = 1 }},
		{"an offer for nothing", func(s *types.MarketState) { s.Offers[0].Units = 0 }},
		{"an offer of nothing that is a price", func(s *types.MarketState) { s.Offers[0].Price = "" }},
		{"an offer of nobody's", func(s *types.MarketState) { s.Offers[0].Buyer = "" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Nil(t, load(t, busy(t), tt.spoil))
		})
	}
}

func TestInvariantsSee(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*types.MarketState)
		text  string
	}{
		{"escrow that is not there", func(s *types.MarketState) { s.Offers[0].Price = "501" }, "have 501uusd in escrow, the account has 500uusd"},
		{"another seller", func(s *types.MarketState) { s.Listings[2].Seller = bob.Hex() }, "listing 4: share 1 of asset 1 is " + maker.Hex()},
		{"another asset", func(s *types.MarketState) { s.Listings[2].Asset = 2 }, "listing 4: share 1 of asset 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := load(t, busy(t), tt.spoil)
			err := w.CheckInvariants(w.ctx)
			require.ErrorIs(t, err, types.ErrBroken)
			require.ErrorContains(t, err, tt.text)
		})
	}
}

func TestQueries(t *testing.T) {
	w := busy(t)
	second, _ := w.register(t, 10, 0)
	_, err := w.offer(bob, second, terms(1, aweal, 1), 0)
	require.NoError(t, err)
	q := market.NewQueryServer(w.Keeper)

	one, err := q.Listing(w.ctx, &types.QueryListingRequest{Id: 2})
	require.NoError(t, err)
	require.Equal(t, "its share changed hands since it was listed", one.Void)
	require.Equal(t, alice.Hex(), one.Listing.Seller)
	_, err = q.Listing(w.ctx, &types.QueryListingRequest{Id: 1})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = q.Offer(w.ctx, &types.QueryOfferRequest{Id: 9})
	require.Equal(t, codes.NotFound, status.Code(err))

	for asset, want := range map[uint64]int{0: 3, 1: 3, 2: 0} {
		all, err := q.Listings(w.ctx, &types.QueryListingsRequest{Asset: asset})
		require.NoError(t, err)
		require.Len(t, all.Listings, want)
	}
	page, err := q.Listings(w.ctx, &types.QueryListingsRequest{Asset: 1, Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.EqualValues(t, 2, page.Listings[0].Listing.Id)
	page, err = q.Listings(w.ctx, &types.QueryListingsRequest{Asset: 1, Pagination: &query.PageRequest{Key: page.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, page.Listings, 1)
	require.EqualValues(t, 4, page.Listings[0].Listing.Id)

	offer, err := q.Offer(w.ctx, &types.QueryOfferRequest{Id: 1})
	require.NoError(t, err)
	require.Empty(t, offer.Void)
	for asset, want := range map[uint64]int{0: 3, 1: 2, 2: 1} {
		all, err := q.Offers(w.ctx, &types.QueryOffersRequest{Asset: asset})
		require.NoError(t, err)
		require.Len(t, all.Offers, want)
	}
}
