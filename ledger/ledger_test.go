package ledger_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

func open(t *testing.T, net *apptest.Net) *ledger.Ledger {
	t.Helper()
	l, err := ledger.New(net.Conn(), types.LocalChainID)
	require.NoError(t, err)
	return l
}

func sender(t *testing.T, l *ledger.Ledger, a apptest.Account) *ledger.Sender {
	t.Helper()
	s, err := l.Sender([32]byte(a.Key.Key))
	require.NoError(t, err)
	require.Equal(t, a.EVM().Hex(), s.Address())
	return s
}

func receiptKey() types.Hash {
	s := sha256.Sum256([]byte("receipts"))
	return pay.PublicKey(ed25519.NewKeyFromSeed(s[:]))
}

func registration(kind types.Kind) ledger.Registration {
	return ledger.Registration{
		Kind: kind, Manifest: sha256.Sum256([]byte("manifest")), ManifestURI: "https://example.org/m", Key: receiptKey(),
		Units: 1_000, Denoms: []string{types.BaseDenom},
		Prices: []types.Price{
			{Unit: types.PerTick, Denom: types.BaseDenom, Amount: types.NewAmount(7), Tokens: 32},
			{Unit: types.PerToken, Denom: types.BaseDenom, Amount: types.NewAmount(3), Tokens: 100},
			{Unit: types.PerToken, Denom: types.BaseDenom, Amount: types.NewAmount(9), Tokens: 50, Band: 8},
		},
	}
}

func TestAssetsAndShares(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	l := open(t, net)
	maker, buyer := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1])

	parent, _, err := maker.Register(t.Context(), registration(types.KindData))
	require.NoError(t, err)
	r := registration(types.KindModel)
	r.Parents = []types.Royalty{{Asset: parent, BasisPoints: 250}}
	id, share, err := maker.Register(t.Context(), r)
	require.NoError(t, err)

	a, err := l.Asset(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, types.Asset{
		ID: id, Kind: types.KindModel, Maker: maker.Address(), Owner: maker.Address(), Version: 1,
		Manifest: r.Manifest, ManifestURI: r.ManifestURI, Key: r.Key, Units: 1_000,
		Prices: r.Prices, Denoms: r.Denoms, Ancestors: r.Parents, Controller: maker.Address(),
		Account: ledger.Hex(types.AssetAccount(id)), Circulating: 1_000, Licence: types.Licence{Kind: types.LicenceOpen},
		Parents: []types.Parent{{Asset: parent, BasisPoints: 250, Version: 1}},
	}, a)

	sold, err := maker.TransferValue(t.Context(), share, buyer.Address(), 300)
	require.NoError(t, err)
	require.NoError(t, maker.TransferInto(t.Context(), share, sold, 50))
	owned, err := l.SharesOf(t.Context(), buyer.Address())
	require.NoError(t, err)
	require.Equal(t, []ledger.Share{{ID: sold, Asset: id, Owner: buyer.Address(), Value: 350}}, owned)
	require.NoError(t, buyer.TransferShare(t.Context(), sold, maker.Address()))
	owned, err = l.SharesOf(t.Context(), buyer.Address())
	require.NoError(t, err)
	require.Empty(t, owned)

	// The contract's reason reaches the caller as it is.
	_, err = buyer.TransferValue(t.Context(), share, buyer.Address(), 1)
	require.ErrorIs(t, err, ledger.ErrChain)
	require.ErrorContains(t, err, "ERC3525: insufficient allowance")
}

func TestUpdateMakesAVersion(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	l := open(t, net)
	maker, other := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1])
	r := registration(types.KindData)
	id, _, err := maker.Register(t.Context(), r)
	require.NoError(t, err)

	u := ledger.Update{Asset: id, Manifest: sha256.Sum256([]byte("2")), ManifestURI: r.ManifestURI, Root: sha256.Sum256([]byte("root")), Prices: r.Prices}
	version, err := maker.Update(t.Context(), u)
	require.NoError(t, err)
	require.EqualValues(t, 2, version)
	a, err := l.Asset(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, u.Root, a.Root)
	for v, root := range map[uint32]types.Hash{1: r.Root, 2: u.Root} {
		got, err := l.Version(t.Context(), id, v)
		require.NoError(t, err)
		require.Equal(t, root, got.Root)
	}
	_, err = other.Update(t.Context(), u)
	require.ErrorIs(t, err, ledger.ErrChain)
}

func TestTabs(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	l := open(t, net)
	payer := sender(t, l, net.Accounts[0])
	app, _, err := payer.Register(t.Context(), registration(types.KindApp))
	require.NoError(t, err)
	weal := func(n uint64) types.Amount {
		a, ok := types.NewAmount(1_000_000_000_000_000_000).Mul(n)
		require.True(t, ok)
		return a
	}
	lane := ledger.NewLane{Key: receiptKey(), Cap: weal(5), Gateway: app}
	id, err := payer.OpenTab(t.Context(), ledger.NewTab{
		Denom: types.BaseDenom, Deposit: weal(10), Bond: weal(1), Lanes: []ledger.NewLane{lane},
	})
	require.NoError(t, err)
	first, err := payer.Fund(t.Context(), id, types.Amount{}, types.Amount{}, []ledger.NewLane{lane})
	require.NoError(t, err)
	require.EqualValues(t, 1, first)

	got, err := l.Lane(t.Context(), types.LaneRef{Tab: id, Lane: 1})
	require.NoError(t, err)
	require.Equal(t, types.Lane{
		Ref: types.LaneRef{Tab: id, Lane: 1}, Payer: payer.Address(), Denom: types.BaseDenom,
		Key: lane.Key, Cap: lane.Cap, Gateway: app, State: types.LaneOpen,
	}, got)
	tabs, err := l.TabsOf(t.Context(), payer.Address())
	require.NoError(t, err)
	require.Len(t, tabs, 1)
	require.Len(t, tabs[0].Lanes, 2)

	_, err = payer.OpenTab(t.Context(), ledger.NewTab{Denom: types.BaseDenom, Deposit: weal(1), Bond: weal(1), Lanes: []ledger.NewLane{lane}})
	require.ErrorIs(t, err, ledger.ErrChain, "the deposit does not cover the cap")
	require.NoError(t, payer.CloseTab(t.Context(), id))
}

func TestWhatDoesNotExist(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	l := open(t, net)
	_, err := l.Asset(t.Context(), 9)
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = l.Version(t.Context(), 9, 1)
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = l.Tab(t.Context(), 9)
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = l.Lane(t.Context(), types.LaneRef{Tab: 9})
	require.ErrorIs(t, err, types.ErrNotFound)
	require.NotContains(t, err.Error(), "rpc error")

	poor := sender(t, l, apptest.NewAccount("nobody"))
	err = poor.SendCoins(t.Context(), net.Accounts[0].String(), types.BaseDenom, types.NewAmount(1))
	require.ErrorContains(t, err, "does not exist yet: send it some coins first")
}

func TestOtherChain(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	l, err := ledger.New(net.Conn(), "weal-2")
	require.NoError(t, err)
	_, err = l.Height(t.Context())
	require.ErrorContains(t, err, `the node is of chain "weal-local-1", not of "weal-2"`)
}

// TestTwoProgramsOneAccount sends with the same key from two ledgers, which know
// nothing of each other's nonces.
func TestTwoProgramsOneAccount(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	one, two := sender(t, open(t, net), net.Accounts[0]), sender(t, open(t, net), net.Accounts[0])
	for range 3 {
		for _, s := range []*ledger.Sender{one, two} {
			require.NoError(t, s.SendCoins(t.Context(), net.Accounts[1].String(), types.BaseDenom, types.NewAmount(1)))
			_, _, err := s.Register(t.Context(), registration(types.KindWork))
			require.NoError(t, err)
		}
	}
	assets, err := open(t, net).Assets(t.Context())
	require.NoError(t, err)
	require.Len(t, assets, 6)
}

func TestConcurrentSends(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	l := open(t, net)
	to := apptest.NewAccount("receiver")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := l.Sender([32]byte(net.Accounts[0].Key.Key))
			if err == nil {
				err = s.SendCoins(t.Context(), to.EVM().Hex(), types.BaseDenom, types.NewAmount(5))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := l.Balance(t.Context(), to.String(), types.BaseDenom)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(40), got)
}
