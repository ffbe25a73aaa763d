package market_test

import (
	"math"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

func terms(units uint64, denom string, price uint64) market.Terms {
	return market.Terms{Units: units, Denom: denom, Price: weal.NewAmount(price)}
}

// sellable returns a world where alice owns 600 of 1000 units, of an asset whose
// maker gets 5 % of sales.
func sellable(t *testing.T) (w *world, asset weal.AssetID, share weal.ShareID) {
	t.Helper()
	w = newWorld(t)
	asset, first := w.register(t, 1000, 500)
	return w, asset, w.split(t, first, alice, 600)
}

func TestPartsAddUp(t *testing.T) {
	for _, denom := range []string{aweal, uusd} {
		w, _, share := sellable(t)
		id, err := w.list(alice, share, terms(300, denom, 1000))
		require.NoError(t, err)

		s, err := w.buy(bob, id, 100, 0)
		require.NoError(t, err)
		require.Equal(t, "334", s.Price.String(), "a third of 1000, rounded up")
		require.Equal(t, "16", s.Royalty.String(), "5 % of 334, rounded down")
		require.True(t, s.Made)
		require.Equal(t, keeper.Share{ID: s.To, Asset: 1, Owner: bob, Value: 100}, w.share(t, s.To))
		require.EqualValues(t, rich-334, w.has(bob, denom))
		require.EqualValues(t, rich+318, w.has(alice, denom))
		require.EqualValues(t, rich+16, w.has(maker, denom))

		more, err := w.buy(bob, id, 100, s.To)
		require.NoError(t, err)
		require.False(t, more.Made)
		require.EqualValues(t, 200, w.share(t, s.To).Value)
		_, err = w.buy(carol, id, 0, 0)
		require.NoError(t, err, "all that is left")
		require.EqualValues(t, 2*rich-1000, w.has(bob, denom)+w.has(carol, denom))
		require.Zero(t, w.has(market.Account, denom))
		_, err = w.buy(carol, id, 1, 0)
		require.ErrorIs(t, err, types.ErrListingNotFound)
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
}

// A price below one a unit: no order of purchases pays less than the whole.
func TestSmallPrices(t *testing.T) {
	w, _, share := sellable(t)
	id, err := w.list(alice, share, terms(600, aweal, 7))
	require.NoError(t, err)
	for range 600 {
		_, err := w.buy(bob, id, 1, 0)
		require.NoError(t, err)
	}
	require.EqualValues(t, rich-7, w.has(bob, aweal))
}

// The greatest price and supply do not overflow.
func TestGreatPrices(t *testing.T) {
	w := newWorld(t)
	_, first := w.register(t, weal.MaxUnits, 0)
	most, err := weal.ParseAmount("340282366920938463463374607431768211455")
	require.NoError(t, err)
	id, err := w.list(maker, first, market.Terms{Units: weal.MaxUnits, Denom: uusd, Price: most})
	require.NoError(t, err)
	q, err := w.Cost(w.ctx, id, weal.MaxUnits-1)
	require.NoError(t, err)
	require.Equal(t, "340282366920937254537554992802593505280", q.Price.String())
	sum, ok := q.Price.Add(q.Left)
	require.True(t, ok)
	require.Equal(t, most, sum)
}

func TestWholeShare(t *testing.T) {
	w, asset, share := sellable(t)
	w.credit(t, asset, aweal, 1000)
	w.credit(t, asset, uusd, 2000)
	id, err := w.list(alice, share, terms(0, uusd, 5000))
	require.NoError(t, err)
	s, err := w.buy(bob, id, 0, 0)
	require.NoError(t, err)
	require.True(t, s.Whole)
	require.Equal(t, share, s.To)
	require.Equal(t, bob, w.share(t, share).Owner)
	require.Len(t, s.Earned, 2)
	require.EqualValues(t, rich+600, w.has(alice, aweal), "what it earned is the seller's")
	require.EqualValues(t, rich+1200+4750, w.has(alice, uusd))
	_, claimable, err := w.assets.Claimable(w.ctx, share)
	require.NoError(t, err)
	require.Equal(t, []weal.Amount{{}, {}}, claimable, "the buyer's starts at nothing")

	w.credit(t, asset, aweal, 1000)
	_, claimable, err = w.assets.Claimable(w.ctx, share)
	require.NoError(t, err)
	require.Equal(t, "600", claimable[0].String())
}

// What units earned before a sale is the seller's, what they earn after it the
// buyer's.
func TestUnitsSettle(t *testing.T) {
	w, asset, share := sellable(t)
	w.credit(t, asset, aweal, 1000)
	id, err := w.list(alice, share, terms(600, aweal, 600))
	require.NoError(t, err)
	s, err := w.buy(bob, id, 600, 0)
	require.NoError(t, err)
	w.credit(t, asset, aweal, 500)
	for id, want := range map[weal.ShareID]string{share: "600", s.To: "300"} {
		_, claimable, err := w.assets.Claimable(w.ctx, id)
		require.NoError(t, err)
		require.Equal(t, want, claimable[0].String())
	}
}

func TestRoyalty(t *testing.T) {
	w, _, share := sellable(t)
	// The maker sells: nobody is owed.
	id, err := w.list(maker, 1, terms(100, uusd, 1000))
	require.NoError(t, err)
	s, err := w.buy(bob, id, 100, 0)
	require.NoError(t, err)
	require.True(t, s.Royalty.IsZero())
	require.EqualValues(t, rich+1000, w.has(maker, uusd))

	// A maker that can be paid no more keeps nobody from selling.
	w.bank.blocked = map[common.Address]bool{maker: true}
	id, err = w.list(alice, share, terms(100, uusd, 1000))
	require.NoError(t, err)
	s, err = w.buy(bob, id, 100, 0)
	require.NoError(t, err)
	require.True(t, s.Royalty.IsZero())
	require.EqualValues(t, rich+1000, w.has(alice, uusd))
}

func TestListRefuses(t *testing.T) {
	past := uint64(begin.Unix() - 1)
	tests := []struct {
		name  string
		who   common.Address
		share weal.ShareID
		terms market.Terms
		err   error
		text  string
	}{
		{"another's", bob, 2, terms(1, aweal, 1), types.ErrNotOwner, "share 2, nor approved to move it: not the share's owner"},
		{"nobody's", common.Address{}, 2, terms(1, aweal, 1), types.ErrNotOwner, ""},
		{"no share", alice, 99, terms(1, aweal, 1), types.ErrShareNotFound, ""},
		{"too many", alice, 2, terms(601, aweal, 1), types.ErrMarket, "share 2 holds 600 units, not 601: bad trade"},
		{"empty", alice, 3, terms(0, aweal, 1), types.ErrMarket, "share 3 holds no units: bad trade"},
		{"for nothing", alice, 2, terms(1, aweal, 0), types.ErrMarket, "the price is at least 1; to give units away, transfer them: bad trade"},
		{"no denomination", alice, 2, terms(1, "?", 1), types.ErrMarket, "invalid denom: ?: bad trade"},
		{"no such coins", alice, 2, terms(1, "uweal", 1), types.ErrMarket, "there are no coins of uweal; the chain's own are aweal: bad trade"},
		{"in the past", alice, 2, market.Terms{Units: 1, Denom: aweal, Price: weal.NewAmount(1), Until: past}, types.ErrMarket, "it would end at 2029-12-31T23:59:59Z, and it is 2030-01-01T00:00:00Z; name a later time, or 0 for none: bad trade"},
	}
	w, _, share := sellable(t)
	w.split(t, share, alice, 0)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.list(tt.who, tt.share, tt.terms)
			require.ErrorIs(t, err, tt.err)
			if tt.text != "" {
				require.EqualError(t, err, tt.text)
			}
		})
	}
	w.bank.frozen = uusd
	_, err := w.list(alice, share, terms(1, uusd, 1))
	require.EqualError(t, err, "the chain lets nobody send uusd now: bad trade")
}

func TestBuyRefuses(t *testing.T) {
	w, _, share := sellable(t)
	id, err := w.list(alice, share, terms(300, uusd, 1000))
	require.NoError(t, err)
	whole, err := w.list(alice, share, terms(0, uusd, 1000))
	require.NoError(t, err)
	_, other := w.register(t, 50, 0)
	w.give(t, other, bob)
	bobs := w.split(t, 1, bob, 1)
	tests := []struct {
		name    string
		who     common.Address
		listing uint64
		units   uint64
		limit   *uint256.Int
		into    weal.ShareID
		text    string
	}{
		{"none", bob, 9, 1, nil, 0, "listing 9: listing not found"},
		{"the seller", alice, id, 1, nil, 0, "listing 1 is the buyer's own: bad trade"},
		{"nobody", common.Address{}, id, 1, nil, 0, "the zero address buys nothing: bad trade"},
		{"too many", bob, id, 301, nil, 0, "listing 1 has 300 units left, not 301: bad trade"},
		{"too dear", bob, id, 100, uint256.NewInt(333), 0, "100 units of listing 1 cost 334uusd, more than 333: bad trade"},
		{"into another's", bob, id, 1, nil, share, "share 2, for units to go to: not the share's owner"},
		{"into another slot", bob, id, 1, nil, other, types.Err3525Slot.Error()},
		{"into none", bob, id, 1, nil, math.MaxUint64, "share 18446744073709551615: share not found"},
		{"part of a whole", bob, whole, 5, nil, 0, "listing 2 is of a whole share of 600 units, not of 5; name 0: bad trade"},
		{"a whole into another", bob, whole, 0, nil, bobs, "listing 2 is of a whole share, which goes into no other: bad trade"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.buyAt(tt.who, tt.listing, tt.units, tt.limit, tt.into)
			require.EqualError(t, err, tt.text)
		})
	}
	require.EqualValues(t, rich, w.has(bob, uusd))

	w.bank.balances[carol] = nil
	_, err = w.buy(carol, id, 1, 0)
	require.ErrorContains(t, err, "pay 4uusd: ")
	w.bank.blocked = map[common.Address]bool{bob: true}
	_, err = w.buy(bob, id, 1, 0)
	require.ErrorIs(t, err, types.ErrBlocked, "units go to nobody whom they could not pay")
	w.bank.blocked, w.bank.frozen = nil, uusd
	_, err = w.buy(bob, id, 1, 0)
	require.EqualError(t, err, "the chain lets nobody send uusd now: bad trade")
}

func TestVoid(t *testing.T) {
	shares, operator := token.Shares, addr("operator")
	tests := []struct {
		name   string
		lister common.Address
		units  uint64
		before func(*testing.T, *world, weal.ShareID)
		after  func(*testing.T, *world, weal.ShareID)
		void   string
		good   func(*testing.T, *world, weal.ShareID) // makes it good again
	}{
		{
			name: "sold", lister: alice, units: 10,
			after: func(t *testing.T, w *world, s weal.ShareID) { w.give(t, s, carol) },
			void:  "its share changed hands since it was listed",
		},
		{
			name: "there and back", lister: alice, units: 10,
			after: func(t *testing.T, w *world, s weal.ShareID) { w.give(t, s, carol); w.give(t, s, alice) },
			void:  "its share changed hands since it was listed",
		},
		{
			name: "burned", lister: alice, units: 0,
			after: func(t *testing.T, w *world, s weal.ShareID) {
				_, _, err := w.assets.Burn(w.ctx, alice, s)
				require.NoError(t, err)
			},
			void: "its share was burned",
		},
		{
			name: "emptied", lister: alice, units: 10,
			after: func(t *testing.T, w *world, s weal.ShareID) { w.split(t, s, carol, 600) },
			void:  "its share holds no units any more",
		},
		{
			name: "a whole that lost a unit", lister: alice,
			after: func(t *testing.T, w *world, s weal.ShareID) { w.split(t, s, carol, 1) },
			void:  "its share holds other units than when it was listed",
		},
		{
			name: "a whole that got a unit", lister: alice,
			after: func(t *testing.T, w *world, s weal.ShareID) {
				require.NoError(t, w.assets.Tokens.Move(w.ctx, shares, keeper.TokenID(1), keeper.TokenID(s), *uint256.NewInt(1)))
			},
			void: "its share holds other units than when it was listed",
			good: func(t *testing.T, w *world, s weal.ShareID) {
				require.NoError(t, w.assets.Tokens.Move(w.ctx, shares, keeper.TokenID(s), keeper.TokenID(1), *uint256.NewInt(1)))
			},
		},
		{
			name: "approval withdrawn", lister: operator, units: 10,
			before: func(t *testing.T, w *world, s weal.ShareID) {
				_, err := w.assets.Tokens.Approve(w.ctx, shares, alice, operator, keeper.TokenID(s))
				require.NoError(t, err)
			},
			after: func(t *testing.T, w *world, s weal.ShareID) {
				_, err := w.assets.Tokens.Approve(w.ctx, shares, alice, carol, keeper.TokenID(s))
				require.NoError(t, err)
			},
			void: "who listed it may not move its share any more",
		},
		{
			name: "slot operator dismissed", lister: operator, units: 0,
			before: func(t *testing.T, w *world, _ weal.ShareID) {
				require.NoError(t, w.assets.Tokens.SetSlotOperator(w.ctx, shares, alice, alice, keeper.Slot(1), operator, true))
			},
			after: func(t *testing.T, w *world, _ weal.ShareID) {
				require.NoError(t, w.assets.Tokens.SetSlotOperator(w.ctx, shares, alice, alice, keeper.Slot(1), operator, false))
			},
			void: "who listed it may not move its share any more",
		},
		{
			name: "expired", lister: alice, units: 10,
			after: func(_ *testing.T, w *world, _ weal.ShareID) { w.later(time.Hour + time.Second) },
			void:  "expired at 2030-01-01T01:00:00Z",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, _, share := sellable(t)
			if tt.before != nil {
				tt.before(t, w, share)
			}
			id, err := w.list(tt.lister, share, market.Terms{
				Units: tt.units, Denom: uusd, Price: weal.NewAmount(1000), Until: uint64(begin.Add(time.Hour).Unix()),
			})
			require.NoError(t, err)
			require.ErrorContains(t, w.cancelListing(bob, id), "listing 1 is good")
			w.later(time.Hour)
			_, void, err := w.ListingNow(w.ctx, id)
			require.NoError(t, err)
			require.Empty(t, void, "the last second")
			tt.after(t, w, share)
			_, void, err = w.ListingNow(w.ctx, id)
			require.NoError(t, err)
			require.Equal(t, tt.void, void)
			_, err = w.buy(bob, id, 0, 0)
			require.EqualError(t, err, "listing 1 is void: "+tt.void+": bad trade")
			require.EqualValues(t, rich, w.has(bob, uusd))
			require.NoError(t, w.CheckInvariants(w.ctx))
			if tt.good != nil {
				tt.good(t, w, share)
				_, err = w.buy(bob, id, 0, 0)
				require.NoError(t, err)
				return
			}
			require.NoError(t, w.cancelListing(bob, id), "anyone may remove it")
			require.ErrorIs(t, w.cancelListing(bob, id), types.ErrListingNotFound)
			require.NoError(t, w.CheckInvariants(w.ctx))
		})
	}
}

// A share has several listings: each sells what the share still has.
func TestSeveralListings(t *testing.T) {
	w, _, share := sellable(t)
	a, err := w.list(alice, share, terms(600, aweal, 600))
	require.NoError(t, err)
	b, err := w.list(alice, share, terms(600, uusd, 1200))
	require.NoError(t, err)
	whole, err := w.list(alice, share, terms(0, uusd, 9))
	require.NoError(t, err)

	_, err = w.buy(bob, a, 500, 0)
	require.NoError(t, err)
	_, err = w.buy(carol, b, 101, 0)
	require.EqualError(t, err, "share 2 holds 100 units by now, not 101: bad trade")
	s, err := w.buy(carol, b, 100, 0)
	require.NoError(t, err)
	require.Equal(t, "200", s.Price.String())
	_, err = w.buy(carol, whole, 0, 0)
	require.ErrorContains(t, err, "is void")
	require.NoError(t, w.CheckInvariants(w.ctx))

	// A sale of the whole ends the others for good.
	w.give(t, 1, alice)
	a, err = w.list(alice, 1, terms(0, uusd, 9))
	require.NoError(t, err)
	b, err = w.list(alice, 1, terms(10, uusd, 9))
	require.NoError(t, err)
	_, err = w.buy(bob, a, 0, 0)
	require.NoError(t, err)
	w.give(t, 1, alice)
	_, err = w.buy(bob, b, 10, 0)
	require.ErrorContains(t, err, "changed hands")
}

func TestCancelListing(t *testing.T) {
	w, _, share := sellable(t)
	operator := addr("operator")
	require.NoError(t, w.assets.Tokens.SetOperator(w.ctx, token.Shares, alice, operator, true))
	for _, who := range []common.Address{alice, operator} {
		id, err := w.list(operator, share, terms(1, uusd, 1))
		require.NoError(t, err)
		require.ErrorContains(t, w.cancelListing(bob, id), "is good; only who may move its share may cancel it")
		require.ErrorContains(t, w.cancelListing(common.Address{}, id), "is good")
		require.NoError(t, w.cancelListing(who, id))
	}
	id, err := w.list(alice, share, terms(1, uusd, 1))
	require.NoError(t, err)
	require.NoError(t, w.cancelListing(operator, id), "it may move the share")
	require.EqualValues(t, 3, id)
}
