package e2e

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"math/big"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

// town is a chain with its shadows, three owners, a payer, and their roles.
type town struct {
	t      *testing.T
	net    *apptest.Net
	ledger *ledger.Ledger

	payer, data, model, app apptest.Account

	dataAsset, modelAsset, appAsset types.AssetID
	dataShare                       types.ShareID
	tab                             types.TabID

	vault   *vault.Vault
	books   []*earn.Book
	purse   *purse.Purse
	gateway string
}

// milli returns n thousandths of a WEAL.
func milli(n int64) types.Amount {
	a, err := types.AmountFromBig(new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000_000)))
	if err != nil {
		panic(err)
	}
	return a
}

func seed(name string) ed25519.PrivateKey {
	s := sha256.Sum256([]byte("weal/e2e/" + name))
	return ed25519.NewKeyFromSeed(s[:])
}

// newTown registers the assets, opens the tab and serves the roles.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{
		t:     t,
		payer: apptest.NewAccount("payer"), data: apptest.NewAccount("data"),
		model: apptest.NewAccount("model"), app: apptest.NewAccount("app"),
	}
	w.net = apptest.New(t, apptest.Accounts(0),
		apptest.Fund(w.payer.Cosmos(), apptest.WEAL(5_000)), apptest.Fund(w.data.Cosmos(), apptest.WEAL(100)),
		apptest.Fund(w.model.Cosmos(), apptest.WEAL(100)), apptest.Fund(w.app.Cosmos(), apptest.WEAL(100)))
	l, err := ledger.New(w.net.Conn(), types.LocalChainID)
	require.NoError(t, err)
	w.ledger = l
	w.openVault()
	w.dataAsset, w.dataShare = w.register(w.data, types.KindData, "vault", w.vault.Root(),
		types.Price{Unit: types.PerPassage, Denom: types.BaseDenom, Amount: milli(100)})
	w.modelAsset, _ = w.register(w.model, types.KindModel, "model", types.Hash{},
		types.Price{Unit: types.PerTick, Denom: types.BaseDenom, Amount: milli(1), Tokens: 32})
	w.appAsset, _ = w.register(w.app, types.KindApp, "gateway", types.Hash{},
		types.Price{Unit: types.PerUse, Denom: types.BaseDenom, Amount: milli(50)})
	require.NoError(t, w.vault.SetAsset(t.Context(), w.dataAsset))
	w.openTab()
	w.serve()
	return w
}

func (w *town) sender(a apptest.Account) *ledger.Sender {
	w.t.Helper()
	s, err := w.ledger.Sender([32]byte(a.Key.Key))
	require.NoError(w.t, err)
	return s
}

func (w *town) register(owner apptest.Account, kind types.Kind, role string, root types.Hash, price types.Price) (types.AssetID, types.ShareID) {
	w.t.Helper()
	id, share, err := w.sender(owner).Register(w.t.Context(), ledger.Registration{
		Kind: kind, Manifest: sha256.Sum256([]byte(role)), ManifestURI: "https://example.org/" + role, Root: root,
		Key: pay.PublicKey(seed(role)), Prices: []types.Price{price}, Denoms: []string{types.BaseDenom},
	})
	require.NoError(w.t, err)
	return id, share
}

// openVault fills a vault with the project's own specification.
func (w *town) openVault() {
	w.t.Helper()
	v, err := vault.Open(w.t.Context(), vault.Config{
		Dir: w.t.TempDir(), ChainID: types.LocalChainID, Key: seed("vault"), Exposure: milli(1_000_000), Chain: w.ledger,
	})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, v.Close()) })
	pages, err := filepath.Abs("../../spec")
	require.NoError(w.t, err)
	report, err := v.Add(w.t.Context(), []string{pages}, nil)
	require.NoError(w.t, err)
	require.Greater(w.t, report.Chunks, 20)
	w.vault = v
}

func (w *town) openTab() {
	w.t.Helper()
	tab, err := w.sender(w.payer).OpenTab(w.t.Context(), ledger.NewTab{
		Denom: types.BaseDenom, Deposit: milli(1_000_000), Bond: milli(100_000), FeeReserve: types.Amount{},
		Lanes: []ledger.NewLane{{Key: pay.PublicKey(seed("lane")), Cap: milli(1_000_000), Gateway: w.appAsset}},
	})
	require.NoError(w.t, err)
	w.tab = tab
	p, err := purse.Open(w.t.Context(), purse.Config{DB: w.db("purse", keep.OpenShared), ChainID: types.LocalChainID, Chain: w.ledger})
	require.NoError(w.t, err)
	require.NoError(w.t, p.AddLane(w.t.Context(), types.LaneRef{Tab: tab}, seed("lane")))
	w.purse = p
}

// serve starts the roles, each behind a server of its own.
func (w *town) serve() {
	w.t.Helper()
	urls := map[types.AssetID]string{}
	m, err := model.New(w.t.Context(), model.Config{
		ChainID: types.LocalChainID, Asset: w.modelAsset, Key: seed("model"), DB: w.db("model", keep.Open),
		Exposure: milli(1_000_000), Chain: w.ledger, Upstream: model.NewReader(), Name: "weal-reader",
	})
	require.NoError(w.t, err)
	g, err := gateway.New(w.t.Context(), gateway.Config{
		ChainID: types.LocalChainID, Asset: w.appAsset, Key: seed("gateway"), DB: w.db("gateway", keep.Open),
		App:      gateway.App{Name: "weal", Model: w.modelAsset, Vaults: []types.AssetID{w.dataAsset}},
		Exposure: milli(1_000_000), Chain: w.ledger,
		Endpoint: func(_ context.Context, id types.AssetID) (string, error) { return urls[id], nil },
	})
	require.NoError(w.t, err)
	vs, ms, gs := httptest.NewServer(w.vault.Handler()), httptest.NewServer(m.Handler()), httptest.NewServer(g.Handler())
	urls[w.dataAsset], urls[w.modelAsset] = vs.URL, ms.URL
	w.gateway = gs.URL
	w.books = []*earn.Book{w.vault.Book(), m.Book(), g.Book()}
	w.t.Cleanup(func() {
		for _, s := range []*httptest.Server{gs, ms, vs} {
			s.Close()
		}
		require.NoError(w.t, g.Close())
		require.NoError(w.t, m.Close())
	})
}

func (w *town) db(name string, open func(string) (*sql.DB, error)) *sql.DB {
	w.t.Helper()
	opened, err := open(filepath.Join(w.t.TempDir(), name+".db"))
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, opened.Close()) })
	return opened
}

func (w *town) ask(question string) *purse.Answer {
	w.t.Helper()
	body, err := json.Marshal(wire.ChatRequest{Model: "weal", Messages: []wire.ChatMessage{wire.TextMessage("user", question)}})
	require.NoError(w.t, err)
	a, err := w.purse.Ask(w.t.Context(), purse.Ask{Gateway: w.gateway, Body: body})
	require.NoError(w.t, err)
	return a
}

// balance is what an account has, in aweal.
func (w *town) balance(a apptest.Account) math.Int {
	return w.net.App().BankKeeper.GetBalance(w.net.Context(), a.Cosmos(), types.BaseDenom).Amount
}

func toInt(a types.Amount) math.Int { return math.NewIntFromBigInt(a.Big()) }
