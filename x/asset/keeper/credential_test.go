package keeper_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// access asks whether a holder may use an asset.
func (w *world) access(t tester, asset weal.AssetID, holder common.Address) *types.QueryCredentialResponse {
	t.Helper()
	res, err := w.queries.Credential(w.ctx, &types.QueryCredentialRequest{Asset: uint64(asset), Holder: text(holder)})
	require.NoError(t, err)
	return res
}

func (w *world) may(t tester, asset weal.AssetID, holder common.Address, reason string) {
	t.Helper()
	res := w.access(t, asset, holder)
	require.True(t, res.Allowed, res.Reason)
	require.Equal(t, reason, res.Reason)
}

func (w *world) mayNot(t tester, asset weal.AssetID, holder common.Address, reason string) {
	t.Helper()
	res := w.access(t, asset, holder)
	require.False(t, res.Allowed, res.Reason)
	require.False(t, res.Counted)
	require.Equal(t, reason, res.Reason)
}

func TestCredentialOfAnOpenAsset(t *testing.T) {
	w := newWorld(t)
	asset := w.licensed(t, alice, kind(weal.LicenceCommercial))
	w.may(t, asset, mallory, "the asset is open to all")
	require.True(t, w.access(t, asset, mallory).Open)
	require.NoError(t, w.Grant(w.ctx, alice, asset, bob, 1, 0))
	require.False(t, w.access(t, asset, bob).Counted, "what is open to all is not counted")

	// It can be closed, to uses alone: everybody may still derive.
	w.relicense(t, alice, asset, closed(weal.LicenceCommercial))
	w.mayNot(t, asset, mallory, "it has no credential")
	w.may(t, asset, bob, "it was granted a credential")
	require.True(t, w.access(t, asset, bob).Counted)
	_, err := w.derive(mallory, nil, owed(asset, 0))
	require.NoError(t, err)
	require.Zero(t, w.access(t, asset, bob).Credential.Used)
}

func TestCredentials(t *testing.T) {
	w := newWorld(t)
	w.at(1000)
	asset := w.licensed(t, alice, kind(weal.LicenceCredential))
	w.may(t, asset, alice, "it controls the asset")
	w.may(t, asset, weal.AssetAccount(asset), "it controls the asset")
	w.mayNot(t, asset, bob, "it has no credential")
	require.Nil(t, w.access(t, asset, bob).Credential)

	_, err := w.msgs.Grant(w.ctx, &types.MsgGrant{Sender: text(alice), Asset: uint64(asset), Holder: text(bob), Uses: 2, Until: 2000})
	require.NoError(t, err)
	w.may(t, asset, bob, "it was granted a credential")
	require.Equal(t, &types.Credential{
		Asset: uint64(asset), Holder: text(bob), Granter: text(alice), Uses: 2, Until: 2000, Height: 7,
	}, w.access(t, asset, bob).Credential)
	w.at(1999)
	w.may(t, asset, bob, "it was granted a credential")
	w.at(2000)
	w.mayNot(t, asset, bob, "its credential was good until 2000")
	_, err = w.derive(bob, nil, owed(asset, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	require.ErrorContains(t, err, "its credential was good until 2000")

	// A new one replaces the old one, and counts anew.
	require.NoError(t, w.Grant(w.ctx, weal.AssetAccount(asset), asset, bob, 2, 0))
	for range 2 {
		w.may(t, asset, bob, "it was granted a credential")
		_, err := w.derive(bob, nil, owed(asset, 0))
		require.NoError(t, err)
	}
	w.mayNot(t, asset, bob, "its credential's 2 uses are used up")
	_, err = w.derive(bob, nil, owed(asset, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	require.NoError(t, w.Grant(w.ctx, alice, asset, bob, 0, 0))
	require.False(t, w.access(t, asset, bob).Counted, "it is without limit")
	_, err = w.derive(bob, nil, owed(asset, 0))
	require.NoError(t, err)
	require.Equal(t, uint64(1), w.access(t, asset, bob).Credential.Used)

	// Nobody else derives by it.
	_, err = w.derive(mallory, nil, owed(asset, 0))
	require.ErrorContains(t, err, "it has no credential")

	_, err = w.msgs.Revoke(w.ctx, &types.MsgRevoke{Sender: text(alice), Asset: uint64(asset), Holder: text(bob)})
	require.NoError(t, err)
	w.mayNot(t, asset, bob, "its credential was revoked")
	_, err = w.derive(bob, nil, owed(asset, 0))
	require.ErrorContains(t, err, "its credential was revoked")
	require.ErrorIs(t, w.Revoke(w.ctx, alice, asset, bob), types.ErrCredential, "it is revoked once")
	require.ErrorIs(t, w.Revoke(w.ctx, alice, asset, carol), types.ErrCredential)
	require.NoError(t, w.Grant(w.ctx, alice, asset, bob, 0, 0))
	w.may(t, asset, bob, "it was granted a credential")
	w.sound(t)
}

func TestGrantRefused(t *testing.T) {
	w := newWorld(t)
	w.at(1000)
	asset := w.licensed(t, alice, kind(weal.LicenceCredential))
	grant := func(spoil func(*types.MsgGrant)) error {
		m := &types.MsgGrant{Sender: text(alice), Asset: uint64(asset), Holder: text(bob)}
		spoil(m)
		_, err := w.msgs.Grant(w.ctx, m)
		return err
	}
	require.ErrorIs(t, grant(func(m *types.MsgGrant) { m.Sender = text(mallory) }), types.ErrNotController)
	require.ErrorIs(t, grant(func(m *types.MsgGrant) { m.Asset = 9 }), types.ErrAssetNotFound)
	require.ErrorIs(t, grant(func(m *types.MsgGrant) { m.Holder = text(nobody) }), types.ErrCredential)
	require.ErrorIs(t, grant(func(m *types.MsgGrant) { m.Until = 1000 }), types.ErrCredential)
	require.ErrorIs(t, grant(func(m *types.MsgGrant) { m.Until = -1 }), types.ErrCredential)
	require.Error(t, grant(func(m *types.MsgGrant) { m.Holder = "bob" }))
	require.Error(t, grant(func(m *types.MsgGrant) { m.Sender = "" }))
	long, err := bech32.BytesToString(make([]byte, 32))
	require.NoError(t, err)
	require.Error(t, grant(func(m *types.MsgGrant) { m.Holder = long }), "such an account could not be asked for")
	require.NoError(t, grant(func(m *types.MsgGrant) { m.Until = 1001 }))

	_, err = w.msgs.Revoke(w.ctx, &types.MsgRevoke{Sender: text(mallory), Asset: uint64(asset), Holder: text(bob)})
	require.ErrorIs(t, err, types.ErrNotController)
	require.ErrorIs(t, w.Revoke(w.ctx, bob, asset, bob), types.ErrNotController)
}

// Tokens of a collection are credentials for whoever holds them.
func TestLicenceTokens(t *testing.T) {
	w := newWorld(t)
	at := w.collection(t, alice)
	number, err := w.Tokens.NumberAt(w.ctx, at)
	require.NoError(t, err)
	l := kind(weal.LicenceCredential)
	l.Collection, l.Slot = at.Hex(), "5"
	asset := w.licensed(t, alice, l)
	mint := func(to common.Address, slot, value uint64) uint256.Int {
		t.Helper()
		id, err := w.Tokens.MintNext(w.ctx, number, to, units(slot), units(value))
		require.NoError(t, err)
		return id
	}
	mint(bob, 6, 1)
	mint(bob, 5, 0)
	w.mayNot(t, asset, bob, "it has no credential")
	id := mint(bob, 5, 1)
	w.may(t, asset, bob, "it holds token 3 of "+at.Hex())
	require.False(t, w.access(t, asset, bob).Counted)

	// A use of what was granted is not used up while a token is there.
	require.NoError(t, w.Grant(w.ctx, alice, asset, bob, 1, 0))
	_, err = w.derive(bob, nil, owed(asset, 0))
	require.NoError(t, err)
	require.Zero(t, w.access(t, asset, bob).Credential.Used)
	require.NoError(t, w.Revoke(w.ctx, alice, asset, bob))
	w.may(t, asset, bob, "it holds token 3 of "+at.Hex())

	// Who sells the token sells the right.
	require.NoError(t, w.Tokens.Transfer(w.ctx, number, bob, bob, carol, id))
	w.mayNot(t, asset, bob, "its credential was revoked")
	_, err = w.derive(bob, nil, owed(asset, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	_, err = w.derive(carol, nil, owed(asset, 0))
	require.NoError(t, err)
	require.NoError(t, w.Tokens.BurnValue(w.ctx, number, carol, id, units(1)))
	w.mayNot(t, asset, carol, "it has no credential")

	// However many others there are.
	for i := range 200 {
		mint(mallory, uint64(6+i%7), 1)
		mint(mallory, 5, 0)
	}
	w.mayNot(t, asset, mallory, "it has no credential")
	last := mint(mallory, 5, 1)
	w.may(t, asset, mallory, "it holds token "+last.Dec()+" of "+at.Hex())
	costs := func(holder common.Address) uint64 {
		meter := newMeter()
		_, err := w.HasCredential(w.ctx.WithGasMeter(meter), asset, holder)
		require.NoError(t, err)
		return meter.GasConsumed()
	}
	few := mint(bob, 5, 1)
	w.may(t, asset, bob, "it holds token "+few.Dec()+" of "+at.Hex())
	require.InDelta(t, costs(bob), costs(mallory), 1_000, "to ask costs the same")
	require.NoError(t, w.Tokens.BurnValue(w.ctx, number, mallory, last, units(1)))
	w.mayNot(t, asset, mallory, "it has no credential")
	requireSameAfterExport(t, w)

	// All slots.
	l.Slot = ""
	w.relicense(t, alice, asset, l)
	require.True(t, w.access(t, asset, bob).Allowed)
	w.sound(t)
}

// Shares are a collection like any other: who owns a part of an asset may use it.
func TestSharesAsLicenceTokens(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 10)
	l := closed(weal.LicenceAttribution)
	l.Collection, l.Slot = weal.AssetContract, "1"
	w.relicense(t, alice, asset, l)
	w.mayNot(t, asset, bob, "it has no credential")
	_, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(1))
	require.NoError(t, err)
	require.True(t, w.access(t, asset, bob).Allowed)
	w.sound(t)
}

func TestCredentialQueries(t *testing.T) {
	w := newWorld(t)
	one := w.licensed(t, alice, kind(weal.LicenceCredential))
	two := w.licensed(t, bob, kind(weal.LicenceCredential))
	for _, holder := range []common.Address{bob, carol, mallory} {
		require.NoError(t, w.Grant(w.ctx, alice, one, holder, 0, 0))
	}
	require.NoError(t, w.Grant(w.ctx, bob, two, carol, 0, 0))
	require.NoError(t, w.Revoke(w.ctx, alice, one, carol))
	all, err := w.queries.Credentials(w.ctx, &types.QueryCredentialsRequest{Asset: uint64(one)})
	require.NoError(t, err)
	require.Len(t, all.Credentials, 3, "revoked ones, too")
	page, err := w.queries.Credentials(w.ctx, &types.QueryCredentialsRequest{Asset: uint64(one), Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.Equal(t, all.Credentials[:2], page.Credentials)
	page, err = w.queries.Credentials(w.ctx, &types.QueryCredentialsRequest{
		Asset: uint64(one), Pagination: &query.PageRequest{Key: page.Pagination.NextKey},
	})
	require.NoError(t, err)
	require.Equal(t, all.Credentials[2:], page.Credentials)

	_, err = w.queries.Credentials(w.ctx, &types.QueryCredentialsRequest{Asset: 9})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = w.queries.Credential(w.ctx, &types.QueryCredentialRequest{Asset: 9, Holder: text(bob)})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = w.queries.Credential(w.ctx, &types.QueryCredentialRequest{Asset: 1, Holder: "bob"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}
