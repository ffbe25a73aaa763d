package ledger_test

import (
	"crypto/sha256"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestLicencesAndFamily(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	l := open(t, net)
	maker := sender(t, l, net.Accounts[0])
	r := registration(types.KindData)
	r.Resale = 250
	r.Licence = types.Licence{
		Kind: types.LicenceCommercial, Royalty: 300, Closed: true, Collection: types.AssetContract, Slot: "1",
		Terms: sha256.Sum256([]byte("terms")), TermsURI: "https://example.org/terms",
	}
	parent, _, err := maker.Register(t.Context(), r)
	require.NoError(t, err)
	a, err := l.Asset(t.Context(), parent)
	require.NoError(t, err)
	require.Equal(t, r.Licence, a.Licence)
	require.EqualValues(t, 250, a.Resale)

	child := registration(types.KindModel)
	child.Parents = []types.Royalty{{Asset: parent, BasisPoints: 299}}
	_, _, err = maker.Register(t.Context(), child)
	require.ErrorContains(t, err, "at least 300 basis points")
	child.Parents[0].BasisPoints = 300
	second, _, err := maker.Register(t.Context(), child)
	require.NoError(t, err)
	child.Parents = []types.Royalty{{Asset: second, BasisPoints: 1_000}}
	third, _, err := maker.Register(t.Context(), child)
	require.NoError(t, err)

	family, cut, err := l.Family(t.Context(), second, 0)
	require.NoError(t, err)
	require.False(t, cut)
	var ids []types.AssetID
	for _, m := range family {
		ids = append(ids, m.ID)
	}
	require.Equal(t, []types.AssetID{parent, second, third}, ids)
	require.Equal(t, r.Licence, family[0].Licence)
	require.Equal(t, []types.Parent{{Asset: second, BasisPoints: 1_000, Version: 1}}, family[2].Parents)
	require.Equal(t, []types.Royalty{{Asset: second, BasisPoints: 1_000}, {Asset: parent, BasisPoints: 300}}, family[2].Ancestors)
	family, cut, err = l.Family(t.Context(), second, 2)
	require.NoError(t, err)
	require.True(t, cut)
	require.Len(t, family, 2)

	// A new licence is of a new version; the old one stays what it was.
	open := types.Licence{Kind: types.LicenceOpen}
	_, err = maker.Update(t.Context(), ledger.Update{
		Asset: parent, Manifest: a.Manifest, ManifestURI: a.ManifestURI, Root: a.Root, Prices: a.Prices, Licence: &open,
	})
	require.NoError(t, err)
	for version, want := range map[uint32]types.Licence{1: r.Licence, 2: open} {
		v, err := l.Version(t.Context(), parent, version)
		require.NoError(t, err)
		require.Equal(t, want, v.Licence)
		require.Positive(t, v.Height)
	}
	for _, bad := range []types.Licence{{Kind: types.LicenceOpen, Collection: "0x12"}, {Kind: types.LicenceOpen, Slot: "-1"}} {
		r.Licence = bad
		_, _, err := maker.Register(t.Context(), r)
		require.ErrorContains(t, err, "licence: ")
	}
}

func TestCredentialsAndControl(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(3))
	l := open(t, net)
	maker, holder, other := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1]), sender(t, l, net.Accounts[2])
	r := registration(types.KindData)
	r.Licence = types.Licence{Kind: types.LicenceCredential, Closed: true}
	id, _, err := maker.Register(t.Context(), r)
	require.NoError(t, err)

	permit := func(who *ledger.Sender) types.Permit {
		p, err := l.Permit(t.Context(), id, who.Address())
		require.NoError(t, err)
		require.NotEmpty(t, p.Reason)
		return p
	}
	require.True(t, permit(maker).Allowed, "who controls it may use it")
	require.False(t, permit(holder).Allowed)
	require.NoError(t, maker.Grant(t.Context(), id, holder.Address(), 5, time.Time{}))
	p := permit(holder)
	require.True(t, p.Allowed)
	require.True(t, p.Counted)
	require.Positive(t, p.Credential.Height)
	height := p.Credential.Height
	p.Credential.Height = 0
	require.Equal(t, types.Credential{Asset: id, Holder: holder.Address(), Granter: maker.Address(), Uses: 5}, *p.Credential)
	require.NoError(t, maker.Grant(t.Context(), id, holder.Address(), 0, time.Time{}))
	p = permit(holder)
	require.False(t, p.Counted, "it is without limit")
	require.Greater(t, p.Credential.Height, height)

	require.NoError(t, maker.SetController(t.Context(), id, other.Address()))
	require.ErrorIs(t, maker.Revoke(t.Context(), id, holder.Address()), ledger.ErrChain)
	require.NoError(t, other.Revoke(t.Context(), id, holder.Address()))
	require.False(t, permit(holder).Allowed)
	require.False(t, permit(maker).Allowed, "it was handed over")
	all, err := l.Credentials(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.True(t, all[0].Revoked)
	a, err := l.Asset(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, other.Address(), a.Controller)

	_, err = l.Permit(t.Context(), 99, holder.Address())
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = l.Permit(t.Context(), id, "nobody")
	require.ErrorIs(t, err, ledger.ErrAddress)
}

func TestShareOperations(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	l := open(t, net)
	maker, buyer := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1])
	id, share, err := maker.Register(t.Context(), registration(types.KindData))
	require.NoError(t, err)
	ctx := t.Context()

	_, err = buyer.TransferValue(ctx, share, buyer.Address(), 10)
	require.ErrorIs(t, err, ledger.ErrChain)
	require.NoError(t, maker.ApproveValue(ctx, share, buyer.Address(), 10))
	bought, err := buyer.TransferValue(ctx, share, buyer.Address(), 10)
	require.NoError(t, err)
	_, err = buyer.TransferValue(ctx, share, buyer.Address(), 1)
	require.ErrorIs(t, err, ledger.ErrChain, "the allowance is used up")

	require.NoError(t, maker.ApproveShare(ctx, share, buyer.Address()))
	s, err := l.Share(ctx, share)
	require.NoError(t, err)
	require.Equal(t, ledger.Share{ID: share, Asset: id, Owner: maker.Address(), Value: 990, Approved: buyer.Address()}, s)
	require.NoError(t, maker.ApproveShare(ctx, share, "0x0000000000000000000000000000000000000000"))
	s, err = l.Share(ctx, share)
	require.NoError(t, err)
	require.Empty(t, s.Approved)
	require.NoError(t, maker.ApproveAll(ctx, buyer.Address(), true))
	require.NoError(t, buyer.TransferInto(ctx, share, bought, 90))
	require.NoError(t, maker.ApproveAll(ctx, buyer.Address(), false))
	require.Error(t, buyer.TransferInto(ctx, share, bought, 1))

	require.NoError(t, maker.BurnValue(ctx, share, 400))
	require.NoError(t, buyer.Burn(ctx, bought))
	shares, all, err := l.SharesOfAsset(ctx, id, 10)
	require.NoError(t, err)
	require.EqualValues(t, 1, all)
	require.Equal(t, []ledger.Share{{ID: share, Asset: id, Owner: maker.Address(), Value: 500}}, shares)
	a, err := l.AssetNow(ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 500, a.Circulating)
	require.EqualValues(t, 1_000, a.Units)
	_, err = l.Share(ctx, bought)
	require.ErrorIs(t, err, types.ErrNotFound)
	require.NoError(t, maker.Burn(ctx, share))
	a, err = l.AssetNow(ctx, id)
	require.NoError(t, err)
	require.Zero(t, a.Circulating)
	require.Empty(t, a.Owner, "the first share is gone")
	_, err = maker.PullTreasury(ctx, id)
	require.NoError(t, err)
}

func TestCollections(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	l := open(t, net)
	maker, holder := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1])
	ctx, n := t.Context(), big.NewInt
	want := ledger.Collection{Name: "Licences", Symbol: "LIC", Decimals: 2, SlotApprovable: true, Maker: maker.Address()}
	var err error
	want.Address, err = maker.CreateCollection(ctx, want)
	require.NoError(t, err)
	got, err := l.Collection(ctx, want.Address)
	require.NoError(t, err)
	require.Equal(t, want, got)
	list, err := l.Collections(ctx)
	require.NoError(t, err)
	require.Equal(t, []ledger.Collection{want}, list)

	great := new(big.Int).Lsh(n(1), 200)
	id, err := maker.Mint(ctx, want.Address, holder.Address(), great, n(1), n(5))
	require.NoError(t, err)
	require.Equal(t, great, id)
	id, err = maker.Mint(ctx, want.Address, holder.Address(), nil, n(2), n(0))
	require.NoError(t, err)
	require.Equal(t, n(2), id, "the first that is free from the number of tokens on")
	require.NoError(t, maker.MintValue(ctx, want.Address, great, n(4)))
	require.ErrorIs(t, holder.MintValue(ctx, want.Address, great, n(4)), ledger.ErrChain)
	tokens, all, err := l.Tokens(ctx, want.Address, 10)
	require.NoError(t, err)
	require.EqualValues(t, 2, all)
	require.Equal(t, []ledger.Token{
		{ID: great.String(), Slot: "1", Value: "9", Owner: holder.Address()}, {ID: "2", Slot: "2", Value: "0", Owner: holder.Address()},
	}, tokens)
	_, err = l.Collection(ctx, maker.Address())
	require.ErrorIs(t, err, types.ErrNotFound)
}
