package market_test

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

func TestOfferAddsUp(t *testing.T) {
	for _, denom := range []string{aweal, uusd} {
		w, asset, share := sellable(t)
		id, err := w.offer(bob, asset, terms(300, denom, 1000), 0)
		require.NoError(t, err)
		require.EqualValues(t, rich-1000, w.has(bob, denom))
		require.EqualValues(t, 1000, w.has(market.Account, denom))
		require.NoError(t, w.CheckInvariants(w.ctx))

		s, err := w.accept(alice, id, share, 100, 317)
		require.NoError(t, err)
		require.Equal(t, "333", s.Price.String(), "a third of 1000, rounded down")
		require.Equal(t, "16", s.Royalty.String())
		require.EqualValues(t, rich+317, w.has(alice, denom))
		require.EqualValues(t, rich+16, w.has(maker, denom))
		require.Equal(t, bob, w.share(t, s.To).Owner)
		require.NoError(t, w.CheckInvariants(w.ctx))

		_, err = w.accept(maker, id, 1, 200, 667)
		require.NoError(t, err, "the maker owes itself nothing")
		require.EqualValues(t, rich+16+667, w.has(maker, denom))
		require.Zero(t, w.has(market.Account, denom))
		_, err = w.accept(maker, id, 1, 1, 0)
		require.ErrorIs(t, err, types.ErrOfferNotFound)
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
}

func TestOfferIntoAShare(t *testing.T) {
	w, asset, share := sellable(t)
	bobs := w.split(t, 1, bob, 1)
	id, err := w.offer(bob, asset, terms(300, uusd, 300), bobs)
	require.NoError(t, err)
	s, err := w.accept(alice, id, share, 100, 0)
	require.NoError(t, err)
	require.Equal(t, bobs, s.To)
	require.EqualValues(t, 101, w.share(t, bobs).Value)

	// What the buyer does with its share keeps nobody from accepting.
	w.give(t, bobs, carol)
	s, err = w.accept(alice, id, share, 100, 0)
	require.NoError(t, err)
	require.True(t, s.Made)
	require.EqualValues(t, 101, w.share(t, bobs).Value)
	_, _, err = w.assets.Burn(w.ctx, carol, bobs)
	require.NoError(t, err)
	s, err = w.accept(alice, id, share, 100, 0)
	require.NoError(t, err)
	require.True(t, s.Made)
}

func TestOfferRefuses(t *testing.T) {
	w, asset, share := sellable(t)
	_, other := w.register(t, 50, 0)
	w.give(t, other, bob)
	tests := []struct {
		name  string
		who   common.Address
		asset weal.AssetID
		terms market.Terms
		into  weal.ShareID
		text  string
	}{
		{"no asset", bob, 9, terms(1, uusd, 1), 0, "asset 9: asset not found"},
		{"nobody", common.Address{}, asset, terms(1, uusd, 1), 0, "the zero address buys nothing: bad trade"},
		{"no units", bob, asset, terms(0, uusd, 1), 0, "offer for 1 to 1000 units, got 0: bad trade"},
		{"too many", bob, asset, terms(1001, uusd, 1), 0, "offer for 1 to 1000 units, got 1001: bad trade"},
		{"for nothing", bob, asset, terms(1, uusd, 0), 0, "the price is at least 1; to give units away, transfer them: bad trade"},
		{"too dear", bob, asset, terms(1, uusd, rich+1), 0, ""},
		{"into another's", bob, asset, terms(1, uusd, 1), share, "share 2, for units to go to: not the share's owner"},
		{"into another slot", bob, asset, terms(1, uusd, 1), other, types.Err3525Slot.Error()},
		{"into none", bob, asset, terms(1, uusd, 1), 99, "share 99: share not found"},
		{"escrow", escrow, asset, terms(1, uusd, 1), 0, types.ErrBlocked.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.offer(tt.who, tt.asset, tt.terms, tt.into)
			require.Error(t, err)
			if tt.text != "" {
				require.EqualError(t, err, tt.text)
			}
		})
	}
	require.NoError(t, w.CheckInvariants(w.ctx))
	require.EqualValues(t, rich, w.has(bob, uusd))
}

func TestAcceptRefuses(t *testing.T) {
	w, asset, share := sellable(t)
	until := uint64(begin.Add(time.Hour).Unix())
	id, err := w.offer(bob, asset, market.Terms{Units: 300, Denom: uusd, Price: weal.NewAmount(1000), Until: until}, 0)
	require.NoError(t, err)
	_, other := w.register(t, 50, 0)
	bobs := w.split(t, 1, bob, 10)
	few := w.split(t, 1, carol, 5)
	tests := []struct {
		name  string
		who   common.Address
		offer uint64
		share weal.ShareID
		units uint64
		least uint64
		text  string
	}{
		{"none", alice, 9, share, 1, 0, "offer 9: offer not found"},
		{"another's share", carol, id, share, 1, 0, "share 2, nor approved to move it: not the share's owner"},
		{"no share", carol, id, 99, 1, 0, "share 99: share not found"},
		{"another asset's", maker, id, other, 1, 0, "offer 1 is for units of asset 1, share 3 is of asset 2: bad trade"},
		{"the buyer's", bob, id, bobs, 1, 0, "share 4 is the buyer's own: bad trade"},
		{"no units", alice, id, share, 0, 0, "offer 1 is for 1 to 300 units, not 0: bad trade"},
		{"beyond the offer", alice, id, share, 301, 0, "offer 1 is for 1 to 300 units, not 301: bad trade"},
		{"beyond the share", carol, id, few, 6, 0, "share 5 holds 5 units, not 6: bad trade"},
		{"too little", alice, id, share, 100, 318, "100 units bring 317uusd, less than 318: bad trade"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.accept(tt.who, tt.offer, tt.share, tt.units, tt.least)
			require.EqualError(t, err, tt.text)
		})
	}
	require.EqualValues(t, 600, w.share(t, share).Value)
	require.NoError(t, w.CheckInvariants(w.ctx))

	w.later(time.Hour)
	_, err = w.accept(alice, id, share, 1, 0)
	require.NoError(t, err, "the last second")
	w.later(time.Second)
	_, err = w.accept(alice, id, share, 1, 0)
	require.EqualError(t, err, "offer 1 is void: expired at 2030-01-01T01:00:00Z: bad trade")
}

func TestCancelOffer(t *testing.T) {
	for _, denom := range []string{aweal, uusd} {
		w, asset, share := sellable(t)
		until := uint64(begin.Add(time.Hour).Unix())
		id, err := w.offer(bob, asset, market.Terms{Units: 3, Denom: denom, Price: weal.NewAmount(1000), Until: until}, 0)
		require.NoError(t, err)
		_, err = w.accept(alice, id, share, 1, 0)
		require.NoError(t, err)
		require.EqualError(t, w.cancelOffer(carol, id), "offer 1 is good; only its buyer may cancel it: bad trade")
		w.bank.frozen = denom // the escrow gives back even so
		require.NoError(t, w.cancelOffer(bob, id))
		require.EqualValues(t, rich-333, w.has(bob, denom))
		require.ErrorIs(t, w.cancelOffer(bob, id), types.ErrOfferNotFound)

		w.bank.frozen = ""
		id, err = w.offer(bob, asset, market.Terms{Units: 3, Denom: denom, Price: weal.NewAmount(1000), Until: until}, 0)
		require.NoError(t, err)
		require.EqualValues(t, 2, id)
		w.later(2 * time.Hour)
		require.NoError(t, w.cancelOffer(carol, id), "it has expired")
		require.EqualValues(t, rich-333, w.has(bob, denom), "it is the buyer who is paid")
		require.Zero(t, w.has(market.Account, denom))
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
}

// One who may move a share accepts for its owner, who is paid.
func TestOperatorAccepts(t *testing.T) {
	w, asset, share := sellable(t)
	require.NoError(t, w.assets.Tokens.SetOperator(w.ctx, token.Shares, alice, carol, true))
	id, err := w.offer(bob, asset, terms(100, uusd, 1000), 0)
	require.NoError(t, err)
	_, err = w.accept(carol, id, share, 100, 950)
	require.NoError(t, err)
	require.EqualValues(t, rich+950, w.has(alice, uusd))
	require.EqualValues(t, rich, w.has(carol, uusd))
}
