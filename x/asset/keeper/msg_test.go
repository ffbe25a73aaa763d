package keeper_test

import (
	"strings"
	"testing"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func shares(ids ...weal.ShareID) []weal.ShareID { return ids }

func update(sender common.Address, asset weal.AssetID) *types.MsgUpdate {
	return &types.MsgUpdate{
		Sender: text(sender), Asset: uint64(asset), Manifest: hash(3), ManifestUri: "ipfs://new", Root: hash(4),
		Prices: []types.Price{
			{Unit: "tick", Denom: "uusd", Amount: "7", Tokens: 16},
			{Unit: "token", Denom: "aweal", Amount: "3", Tokens: 100}, {Unit: "token", Denom: "aweal", Amount: "9", Tokens: 50, Band: 8},
		},
	}
}

func hash(b byte) []byte { h := weal.Hash{b}; return h[:] }

func TestRegister(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*types.Registration)
		err   error
	}{
		{"fine", func(*types.Registration) {}, nil},
		{"no root yet, no uri, no prices", func(r *types.Registration) { r.Root, r.ManifestURI, r.Prices = weal.Hash{}, "", nil }, nil},
		{"no kind", func(r *types.Registration) { r.Kind = 0 }, types.ErrRegistration},
		{"a kind there is not", func(r *types.Registration) { r.Kind = 8 }, types.ErrRegistration},
		{"no manifest", func(r *types.Registration) { r.Manifest = weal.Hash{} }, types.ErrRegistration},
		{"a long uri", func(r *types.Registration) { r.ManifestURI = strings.Repeat("u", 513) }, types.ErrRegistration},
		{"a uri with a space", func(r *types.Registration) { r.ManifestURI = "a b" }, types.ErrRegistration},
		{"a uri that is not ASCII", func(r *types.Registration) { r.ManifestURI = "ü" }, types.ErrRegistration},
		{"a key anyone can sign for", func(r *types.Registration) { r.Key = weal.Hash{} }, types.ErrRegistration},
		{"too many units", func(r *types.Registration) { r.Units = weal.MaxUnits + 1 }, types.ErrRegistration},
		{"all units", func(r *types.Registration) { r.Units = weal.MaxUnits }, nil},
		{"no denominations", func(r *types.Registration) { r.Denoms = nil }, types.ErrRegistration},
		{"five denominations", func(r *types.Registration) { r.Denoms = []string{"aweal", "aaa", "bbb", "ccc", "ddd"} }, types.ErrRegistration},
		{"a denomination twice", func(r *types.Registration) { r.Denoms = []string{"aweal", "aweal"} }, types.ErrRegistration},
		{"a denomination that is none", func(r *types.Registration) { r.Denoms = []string{"aweal", "!"} }, types.ErrRegistration},
		{"a price in another denomination", func(r *types.Registration) { r.Prices[0].Denom = "uatom" }, types.ErrPrice},
		{"a price for something else", func(r *types.Registration) { r.Prices[0].Unit = "hour" }, types.ErrPrice},
		{"a price that is no number", func(r *types.Registration) { r.Prices[0].Amount = "1.5" }, types.ErrPrice},
		{"a price of nothing", func(r *types.Registration) { r.Prices[0].Amount = "0" }, nil},
		{"a passage with tokens", func(r *types.Registration) { r.Prices[0].Tokens = 1 }, types.ErrPrice},
		{"a tick without tokens", func(r *types.Registration) { r.Prices[0].Unit = "tick" }, types.ErrPrice},
		{"the same price twice", func(r *types.Registration) { r.Prices = append(r.Prices, r.Prices[0]) }, types.ErrPrice},
		{"a token without tokens", func(r *types.Registration) { r.Prices[0].Unit = "token" }, types.ErrPrice},
		{"by the token", func(r *types.Registration) { r.Prices[0].Unit, r.Prices[0].Tokens = "token", 100 }, nil},
		{"by the token and each", func(r *types.Registration) {
			r.Prices = append(r.Prices, types.Price{Unit: "token", Denom: "aweal", Amount: "5", Tokens: 1, Band: 3})
		}, types.ErrPrice},
		{"by band", func(r *types.Registration) {
			r.Prices = append(r.Prices, types.Price{Unit: "passage", Denom: "aweal", Amount: "9", Band: 9})
		}, nil},
		{"a band there is not", func(r *types.Registration) {
			r.Prices = append(r.Prices, types.Price{Unit: "passage", Denom: "aweal", Amount: "9", Band: 256})
		}, types.ErrPrice},
		{"a band alone", func(r *types.Registration) { r.Prices[0].Band = 5 }, types.ErrPrice},
		{"a use of a band", func(r *types.Registration) { r.Prices[0].Unit, r.Prices[0].Band = "use", 5 }, types.ErrPrice},
		{"all of each resale", func(r *types.Registration) { r.Resale = types.BasisPoints }, nil},
		{"more than all of each resale", func(r *types.Registration) { r.Resale = types.BasisPoints + 1 }, types.ErrRegistration},
		{"too many prices", func(r *types.Registration) { r.Prices = make([]types.Price, 17) }, types.ErrPrice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			r := registration()
			tt.spoil(&r)
			asset, share, err := w.Register(w.ctx, alice, r)
			require.ErrorIs(t, err, tt.err)
			if tt.err != nil {
				return
			}
			s, err := w.GetShare(w.ctx, share)
			require.NoError(t, err)
			require.Equal(t, r.Units, s.Value)
			require.Equal(t, asset, s.Asset)
			require.Equal(t, alice, s.Owner)
			require.NoError(t, w.CheckInvariants(w.ctx))
		})
	}
	w := newWorld(t)
	r := registration()
	_, _, err := w.Register(w.ctx, common.Address{}, r)
	require.ErrorIs(t, err, types.ErrRegistration)
	r.Units = 0
	_, share, err := w.Register(w.ctx, alice, r)
	require.NoError(t, err)
	s, err := w.GetShare(w.ctx, share)
	require.NoError(t, err)
	require.Equal(t, uint64(weal.DefaultUnits), s.Value)
}

func TestUpdate(t *testing.T) {
	w := newWorld(t)
	asset, _ := w.register(t, alice, 10)
	res, err := w.msgs.Update(w.ctx, update(alice, asset))
	require.NoError(t, err)
	require.Equal(t, uint32(2), res.Version)
	a, err := w.GetAsset(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, uint32(2), a.Version)
	require.Equal(t, "ipfs://new", a.ManifestUri)
	require.Equal(t, update(alice, asset).Prices, a.Prices)
	old, err := w.GetVersion(w.ctx, asset, 1)
	require.NoError(t, err)
	require.Equal(t, hash(1), old.Manifest, "versions are kept")
	require.Equal(t, hash(2), old.Root)

	tests := []struct {
		name  string
		spoil func(*types.MsgUpdate)
		err   error
	}{
		{"another's", func(m *types.MsgUpdate) { m.Sender = text(mallory) }, types.ErrNotController},
		{"no asset", func(m *types.MsgUpdate) { m.Asset = 9 }, types.ErrAssetNotFound},
		{"no manifest", func(m *types.MsgUpdate) { m.Manifest = nil }, types.ErrRegistration},
		{"a short root", func(m *types.MsgUpdate) { m.Root = m.Root[1:] }, types.ErrRegistration},
		{"a uri with a line", func(m *types.MsgUpdate) { m.ManifestUri = "a\nb" }, types.ErrRegistration},
		{"a price in another denomination", func(m *types.MsgUpdate) { m.Prices[0].Denom = "uatom" }, types.ErrPrice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := update(alice, asset)
			tt.spoil(m)
			_, err := w.msgs.Update(w.ctx, m)
			require.ErrorIs(t, err, tt.err)
		})
	}
	// Selling all shares does not make the buyer the controller.
	require.NoError(t, w.Transfer(w.ctx, alice, alice, bob, 1))
	_, err = w.msgs.Update(w.ctx, update(bob, asset))
	require.ErrorIs(t, err, types.ErrNotController)
}

func TestUpdateParams(t *testing.T) {
	w := newWorld(t)
	p := types.Params{MaxPrices: 2, MaxUriBytes: 9}
	_, err := w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: text(mallory), Params: p})
	require.ErrorIs(t, err, sdkerrors.ErrUnauthorized)
	auth := text(common.BytesToAddress(authority))
	_, err = w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: auth})
	require.ErrorIs(t, err, types.ErrParams)
	_, err = w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: auth, Params: p})
	require.NoError(t, err)
	res, err := w.queries.Params(w.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, p, res.Params)
}

func TestMessages(t *testing.T) {
	w := newWorld(t)
	one, first := w.register(t, alice, 16)
	two, _ := w.register(t, bob, 16, owed(one, 5000))
	w.credit(t, two, "aweal", 64)
	pulled, err := w.msgs.PullRoyalty(w.ctx, &types.MsgPullRoyalty{
		Sender: text(mallory), Asset: uint64(two), Ancestor: uint64(one), Denom: "aweal",
	})
	require.NoError(t, err)
	require.Equal(t, "32", pulled.Amount)
	_, err = w.msgs.Claim(w.ctx, &types.MsgClaim{Sender: text(mallory), Shares: []uint64{uint64(first)}})
	require.ErrorIs(t, err, types.ErrNotOwner)
	paid, err := w.msgs.Claim(w.ctx, &types.MsgClaim{Sender: text(alice), Shares: []uint64{uint64(first)}})
	require.NoError(t, err)
	require.Equal(t, "32aweal", paid.Paid[0].String())
}

func TestQueries(t *testing.T) {
	w := busy(t)
	asset, err := w.queries.Asset(w.ctx, &types.QueryAssetRequest{Id: 1})
	require.NoError(t, err)
	require.Equal(t, text(alice), asset.Owner)
	all, err := w.queries.Assets(w.ctx, &types.QueryAssetsRequest{})
	require.NoError(t, err)
	require.Len(t, all.Assets, 2)
	version, err := w.queries.Version(w.ctx, &types.QueryVersionRequest{Asset: 1, Version: 2})
	require.NoError(t, err)
	require.Equal(t, int64(7), version.Version.Height)
	share, err := w.queries.Share(w.ctx, &types.QueryShareRequest{Id: 3})
	require.NoError(t, err)
	require.Equal(t, types.Share{Id: 3, Asset: 1, Owner: text(carol), Value: 333}, share.Share)
	mine, err := w.queries.SharesOf(w.ctx, &types.QuerySharesOfRequest{Owner: text(carol)})
	require.NoError(t, err)
	require.Equal(t, []types.Share{share.Share}, mine.Shares)
	claimable, err := w.queries.Claimable(w.ctx, &types.QueryClaimableRequest{Share: 1})
	require.NoError(t, err)
	require.Equal(t, []types.DenomAmount{{Denom: "aweal", Amount: "667002"}, {Denom: "uusd", Amount: "82"}}, claimable.Amounts)
	revenue, err := w.queries.Revenue(w.ctx, &types.QueryRevenueRequest{Asset: 2})
	require.NoError(t, err)
	require.Equal(t, types.RevenueRow{
		Denom: "uusd", Credited: "999", Holders: "876", Claimed: "0", Claimable: "875", Carried: "1",
		Royalties: "123", RoyaltiesPaid: "123",
	}, revenue.Rows[1])

	for _, missing := range []func() error{
		func() error { _, err := w.queries.Asset(w.ctx, &types.QueryAssetRequest{Id: 9}); return err },
		func() error { _, err := w.queries.Share(w.ctx, &types.QueryShareRequest{Id: 9}); return err },
		func() error { _, err := w.queries.Claimable(w.ctx, &types.QueryClaimableRequest{Share: 9}); return err },
		func() error { _, err := w.queries.Revenue(w.ctx, &types.QueryRevenueRequest{Asset: 9}); return err },
		func() error {
			_, err := w.queries.Version(w.ctx, &types.QueryVersionRequest{Asset: 1, Version: 9})
			return err
		},
	} {
		require.Equal(t, codes.NotFound, status.Code(missing()))
	}
	_, err = w.queries.SharesOf(w.ctx, &types.QuerySharesOfRequest{Owner: "nobody"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}
