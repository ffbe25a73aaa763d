package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestMarket(t *testing.T) {
	coins := apptest.WEAL(100).Add(sdk.NewInt64Coin("uusd", 1000))
	net := apptest.New(t, apptest.Accounts(3), apptest.Balance(coins), apptest.WithoutShadows())
	l, ctx := open(t, net), t.Context()
	maker, alice, bob := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1]), sender(t, l, net.Accounts[2])
	r := registration(types.KindModel)
	r.Resale = 1000
	asset, first, err := maker.Register(ctx, r)
	require.NoError(t, err)
	share, err := maker.TransferValue(ctx, first, alice.Address(), 600)
	require.NoError(t, err)

	until := net.Now().Add(time.Hour).UTC()
	id, err := alice.List(ctx, share, ledger.Terms{Units: 300, Denom: types.BaseDenom, Price: types.NewAmount(1000), Until: until})
	require.NoError(t, err)
	want := ledger.Listing{
		ID: id, Asset: asset, Share: share, Seller: alice.Address(), Lister: alice.Address(), Units: 300,
		Denom: types.BaseDenom, Price: types.NewAmount(1000), Until: until,
	}
	listing, err := l.Listing(ctx, id)
	require.NoError(t, err)
	require.Equal(t, want, listing)
	all, err := l.Listings(ctx, asset)
	require.NoError(t, err)
	require.Equal(t, []ledger.Listing{want}, all)
	cost, err := l.Cost(ctx, id, 100)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(334), cost)
	_, _, err = bob.Buy(ctx, listing, 100, types.NewAmount(333), 0)
	require.ErrorIs(t, err, ledger.ErrChain)
	require.ErrorContains(t, err, "100 units of listing 1 cost 334aweal, more than 333")
	bobs, paid, err := bob.Buy(ctx, listing, 100, types.NewAmount(900), 0)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(334), paid)
	require.NoError(t, alice.CancelListing(ctx, id))
	_, err = l.Listing(ctx, id)
	require.ErrorIs(t, err, types.ErrNotFound)

	number, err := bob.Offer(ctx, asset, ledger.Terms{Units: 30, Denom: "uusd", Price: types.NewAmount(100)}, bobs)
	require.NoError(t, err)
	offers, err := l.Offers(ctx, 0)
	require.NoError(t, err)
	offer := ledger.Offer{ID: number, Asset: asset, Buyer: bob.Address(), Units: 30, Denom: "uusd", Price: types.NewAmount(100), Into: bobs}
	require.Equal(t, []ledger.Offer{offer}, offers)
	brings, err := l.Brings(ctx, offer, ledger.Share{Owner: alice.Address()}, 10)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(30), brings, "a third of 100, less a tenth")
	got, err := alice.Accept(ctx, number, share, 10, brings)
	require.NoError(t, err)
	require.Equal(t, brings, got)
	offer, err = l.GetOffer(ctx, number)
	require.NoError(t, err)
	brings, err = l.Brings(ctx, offer, ledger.Share{Owner: maker.Address()}, 20)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(67), brings, "the maker owes itself nothing")
	_, err = l.Brings(ctx, offer, ledger.Share{Owner: maker.Address()}, 21)
	require.Error(t, err)
	require.NoError(t, bob.CancelOffer(ctx, number))
	has, err := l.Balance(ctx, bob.Address(), "uusd")
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(967), has)
	owned, err := l.SharesOf(ctx, bob.Address())
	require.NoError(t, err)
	require.Equal(t, []ledger.Share{{ID: bobs, Asset: asset, Owner: bob.Address(), Value: 110}}, owned)
}
