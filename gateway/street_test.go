package gateway_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// chainOfVersions is a chain on which an asset has one version.
type chainOfVersions struct{ *modeltest.Chain }

func (c chainOfVersions) Version(ctx context.Context, id types.AssetID, n uint32) (types.Version, error) {
	a, err := c.Asset(ctx, id)
	return types.Version{Asset: id, Version: n, Root: a.Root}, err
}

// street is a purse, a gateway and two vaults as they are, with a tap on each side of
// the gateway.
type street struct {
	*world
	purse  *purse.Purse
	near   *tap                   // purse to gateway
	far    map[types.AssetID]*tap // gateway to vaults
	vaults map[types.AssetID]*vault.Vault

	mu    sync.Mutex // guards what a middle has seen
	key   types.Hash
	asked wire.ReleaseRequest
}

// secrets are words of the documents, their names and headings.
var secrets = []string{"wombat", "quokka", "burrow", "marsupials.md", "Diggers", "numbat"}

func newStreet(t testing.TB) *street {
	s := &street{world: &world{t: t, chain: modeltest.NewChain(), db: modeltest.DB(t), counts: modeltest.DB(t)}, far: map[types.AssetID]*tap{}, vaults: map[types.AssetID]*vault.Vault{}}
	s.openVault(vaultA, "marsupials.md", "# Diggers\n\nA wombat sleeps in its burrow by day.\n\n# Climbers\n\nWho sleeps? The quokka sleeps, too.\n")
	s.openVault(vaultB, "more.md", "The numbat sleeps at night.\n")
	s.chain.Register(modelID, types.KindModel, types.Price{Unit: types.PerTick, Amount: types.NewAmount(tickPrice), Tokens: 8})
	s.chain.Register(appID, types.KindApp, types.Price{Unit: types.PerUse, Amount: types.NewAmount(usePrice)})
	m, err := model.New(t.Context(), model.Config{
		ChainID: modeltest.ChainID, Asset: modelID, Key: modeltest.Key("asset", uint64(modelID)), DB: modeltest.DB(t),
		Exposure: types.NewAmount(100_000), Chain: s.chain, Name: "reader", Upstream: model.NewReader(),
	})
	require.NoError(t, err)
	reader := httptest.NewServer(m.Handler())
	t.Cleanup(func() {
		reader.Close()
		_ = m.Close()
	})
	s.modelURL.Store(&reader.URL)
	s.app = gateway.App{Name: "spec", Model: modelID, Vaults: []types.AssetID{vaultA, vaultB}, Passages: 3, MaxTokens: 200}
	s.app.Limits.TickWait = 300 * time.Millisecond
	s.endpoint = func(id types.AssetID) string {
		if far := s.far[id]; far != nil {
			return far.server.URL
		}
		return reader.URL
	}
	s.start()
	s.payer = modeltest.NewPayer(t, s.chain, 7, appID, 1_000_000)
	s.near = newTap(t, func() string { return s.server.URL })
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "purse.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	s.purse, err = purse.Open(t.Context(), purse.Config{DB: db, ChainID: modeltest.ChainID, Chain: chainOfVersions{s.chain}, Patience: 5 * time.Second})
	require.NoError(t, err)
	require.NoError(t, s.purse.AddLane(t.Context(), s.payer.Lane.Ref, s.payer.Key))
	return s
}

func (s *street) openVault(id types.AssetID, name, text string) {
	s.t.Helper()
	s.chain.Register(id, types.KindData, types.Price{Unit: types.PerPassage, Amount: types.NewAmount(passagePrice)})
	docs := s.t.TempDir()
	require.NoError(s.t, os.WriteFile(filepath.Join(docs, name), []byte(text), 0o600))
	v, err := vault.Open(s.t.Context(), vault.Config{
		Dir: s.t.TempDir(), ChainID: modeltest.ChainID, Key: modeltest.Key("asset", uint64(id)), Exposure: types.NewAmount(1_000_000), Chain: s.chain,
		Publish: func(_ context.Context, root types.Hash) error {
			s.chain.Change(id, func(a *types.Asset) { a.Root = root })
			return nil
		},
	})
	require.NoError(s.t, err)
	require.NoError(s.t, v.SetAsset(s.t.Context(), id))
	_, err = v.Add(s.t.Context(), []string{docs}, nil)
	require.NoError(s.t, err)
	server := httptest.NewServer(v.Handler())
	s.t.Cleanup(func() {
		server.Close()
		_ = v.Close()
	})
	s.vaults[id] = v
	s.far[id] = newTap(s.t, func() string { return server.URL })
}

func (s *street) search() (*purse.Answer, error) {
	return s.purse.Search(s.t.Context(), purse.Search{Gateway: s.near.server.URL, Question: "Who sleeps?", Limit: 3})
}

// earned is what an asset is owed.
func (s *street) earned(id types.AssetID) string {
	s.t.Helper()
	book := s.gateway.Book()
	if v := s.vaults[id]; v != nil {
		book = v.Book()
	}
	_, owed, err := book.Earned(s.t.Context())
	require.NoError(s.t, err)
	return owed.String()
}

func (s *street) taps() []*tap { return []*tap{s.near, s.far[vaultA], s.far[vaultB]} }

// saw remembers what a middle sees that it needs to forge.
func (s *street) saw(path string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch path {
	case wire.PathSearch:
		var r wire.SearchRequest
		_ = json.Unmarshal(body, &r)
		s.key = r.Seal
	case wire.PathRelease:
		s.asked = wire.ReleaseRequest{}
		_ = json.Unmarshal(body, &s.asked)
	}
}

func (s *street) order() types.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked.Paid.Order.Hash()
}

func (s *street) ids() []types.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked.IDs
}

// bare is a release of the first vault without passages.
func (s *street) bare() wire.Release {
	a, err := s.chain.Asset(context.Background(), vaultA)
	if err != nil {
		s.t.Error(err)
	}
	r := wire.Release{Asset: vaultA, Version: 1, Root: a.Root}
	r.Receipt.Policy = pay.PolicyAudit
	return r
}

// forge seals v to the buyer's key, which everybody on the way knows.
func (s *street) forge(order types.Hash, v any) wire.Box {
	s.mu.Lock()
	defer s.mu.Unlock()
	to, err := sealed.To(s.key)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	b, err := wire.Marshal(v)
	if err != nil {
		s.t.Error(err)
	}
	box, err := to.Seal(order, b)
	if err != nil {
		s.t.Error(err)
	}
	return box
}
