package find_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/types"
)

// world is a chain with assets, and the one host that serves them all.
type world struct {
	t      *testing.T
	server *httptest.Server
	now    atomic.Int64

	mu     sync.Mutex
	assets []types.Asset
	served map[string][]byte // by path
	status map[string]int
	asked  map[string]int
	earned map[types.AssetID]uint64
	broken error
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, served: map[string][]byte{}, status: map[string]int{}, asked: map[string]int{}, earned: map[types.AssetID]uint64{}}
	w.now.Store(1_700_000_000)
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked[r.URL.Path]++
		b, ok := w.served[r.URL.Path]
		switch status := w.status[r.URL.Path]; {
		case status != 0:
			rw.WriteHeader(status)
		case !ok:
			rw.WriteHeader(http.StatusNotFound)
		default:
			_, _ = rw.Write(b)
		}
	}))
	t.Cleanup(w.server.Close)
	return w
}

// Assets implements find.Chain.
func (w *world) Assets(context.Context) ([]types.Asset, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]types.Asset{}, w.assets...), w.broken
}

// Version implements find.Chain.
func (w *world) Version(_ context.Context, id types.AssetID, n uint32) (types.Version, error) {
	return types.Version{Asset: id, Version: n, Height: int64(id) * 10}, nil
}

// Earned implements find.Chain.
func (w *world) Earned(_ context.Context, id types.AssetID) ([]find.Earned, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.earned[id] == 0 {
		return nil, nil
	}
	return []find.Earned{{Denom: types.BaseDenom, Amount: types.NewAmount(w.earned[id])}}, nil
}

// add registers an asset with a manifest that is served, and is up.
func (w *world) add(kind types.Kind, name, description string, prices ...types.Price) types.AssetID {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	id := types.AssetID(len(w.assets) + 1)
	for i := range prices {
		prices[i].Denom = types.BaseDenom
	}
	m := types.Manifest{
		Name: name, Kind: kind, Description: description, Endpoint: fmt.Sprintf("%s/%d", w.server.URL, id), Policies: []string{"audit"},
	}
	b, err := m.Bytes()
	require.NoError(w.t, err)
	w.assets = append(w.assets, types.Asset{
		ID: id, Kind: kind, Version: 1, Manifest: types.ManifestHash(b), ManifestURI: m.Endpoint + "/manifest", Prices: prices,
	})
	w.served[fmt.Sprintf("/%d/manifest", id)] = b
	w.served[fmt.Sprintf("/%d/healthz", id)] = fmt.Appendf(nil, `{"status":"ok","asset":%d}`, id)
	return id
}

func (w *world) times(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[path]
}

func (w *world) finder() *find.Finder {
	w.t.Helper()
	f, err := find.New(find.Config{Chain: w, Private: true, Now: func() time.Time { return time.Unix(w.now.Load(), 0) }})
	require.NoError(w.t, err)
	w.t.Cleanup(f.Close)
	require.NoError(w.t, f.Refresh(w.t.Context()))
	return f
}

func (w *world) find(q find.Query) find.Result {
	w.t.Helper()
	r, err := w.finder().Find(w.t.Context(), q)
	require.NoError(w.t, err)
	return r
}

func ids(r find.Result) (all []types.AssetID) {
	for _, f := range r.Found {
		all = append(all, f.Asset)
	}
	return all
}

func passage(n uint64) types.Price {
	return types.Price{Unit: types.PerPassage, Amount: types.NewAmount(n)}
}

func TestFindByTopic(t *testing.T) {
	w := newWorld(t)
	w.add(types.KindData, "Maritime law", "Collisions, salvage and charter parties.", passage(3))
	w.add(types.KindData, "Recipes", "Soups, and what the law of the sea leaves of fish.", passage(1))
	w.add(types.KindModel, "Reader", "Quotes sentences.", types.Price{Unit: types.PerTick, Amount: types.NewAmount(5), Tokens: 300})
	w.add(types.KindData, "海商法", "船舶碰撞", passage(9))

	require.Equal(t, []types.AssetID{1, 2}, ids(w.find(find.Query{Topic: "laws of ships"})), "the name says more")
	require.Equal(t, []types.AssetID{4}, ids(w.find(find.Query{Topic: "碰撞"})))
	require.Empty(t, ids(w.find(find.Query{Topic: "gardening"})))
	require.Empty(t, ids(w.find(find.Query{Topic: "the of and"})), "stop words match everything")
	all := w.find(find.Query{})
	require.Equal(t, []types.AssetID{1, 2, 3, 4}, ids(all))
	require.Equal(t, 4, all.Assets)
	require.Equal(t, []types.AssetID{3}, ids(w.find(find.Query{Kinds: []types.Kind{types.KindModel}})))
	require.Equal(t, []types.AssetID{1, 2}, ids(w.find(find.Query{MaxPrice: types.NewAmount(3)})))
	require.Equal(t, "17 aweal 1000 tokens", fmt.Sprint(all.Found[2].Price.Amount, " ", all.Found[2].Price.Denom, " ", all.Found[2].Price.Per), "rounded up")
	require.Empty(t, ids(w.find(find.Query{Policy: "tee"})))
	require.Len(t, ids(w.find(find.Query{Policy: "audit"})), 4)
	require.Empty(t, ids(w.find(find.Query{Denom: "other", MaxPrice: types.NewAmount(9)})), "what has no price is within none")
	w.assets[0].Licence.Closed = true
	require.Equal(t, []types.AssetID{2}, ids(w.find(find.Query{Topic: "law", Open: true})))
	require.Len(t, ids(w.find(find.Query{Limit: 2})), 2)
	_, err := w.finder().Find(t.Context(), find.Query{Limit: find.MaxLimit + 1})
	require.ErrorContains(t, err, "limit")
}

// TestStuffingDoesNotPay registers an asset that repeats the word.
func TestStuffingDoesNotPay(t *testing.T) {
	w := newWorld(t)
	w.add(types.KindData, "Stuffed", strings.Repeat("tax ", 900)+"cats dogs birds")
	w.add(types.KindData, "Tax guide", "Income tax for the self-employed.")
	require.Equal(t, types.AssetID(2), ids(w.find(find.Query{Topic: "tax"}))[0])
}

func TestReputationIsTheChains(t *testing.T) {
	w := newWorld(t)
	w.add(types.KindData, "Law", "Law.", passage(1))
	w.add(types.KindData, "Law", "Law.", passage(1))
	w.add(types.KindApp, "App", "Asks both.")
	w.earned[2] = 700
	w.assets[2].Parents = []types.Parent{{Asset: 2}}
	r := w.find(find.Query{Topic: "law"})
	require.Equal(t, []types.AssetID{2, 1}, ids(r), "of equals, who earned more comes first")
	require.Equal(t, find.Reputation{
		Credited: []find.Earned{{Denom: types.BaseDenom, Amount: types.NewAmount(700)}}, Since: 20, Versions: 1, Children: 1,
	}, r.Found[0].Reputation)
}

func TestManifestThatIsNotTheChains(t *testing.T) {
	w := newWorld(t)
	w.add(types.KindData, "Law", "Law.")
	w.add(types.KindData, "Law", "Law.")
	w.served["/1/manifest"] = w.served["/2/manifest"]
	f := w.finder()
	r, err := f.Find(t.Context(), find.Query{Topic: "law"})
	require.NoError(t, err)
	require.Equal(t, []types.AssetID{2}, ids(r), "an asset is found by words that its maker did not sign")
	require.Equal(t, 1, r.Unread)
	r, err = f.Find(t.Context(), find.Query{})
	require.NoError(t, err)
	require.Contains(t, r.Found[0].Fault, "not the one that the chain knows")
	require.Empty(t, r.Found[0].Name)

	// It is asked again after a while, and no sooner.
	require.NoError(t, f.Refresh(t.Context()))
	require.Equal(t, 1, w.times("/1/manifest"))
	require.Equal(t, 1, w.times("/2/manifest"), "what is known is read once")
	w.now.Add(61)
	require.NoError(t, f.Refresh(t.Context()))
	require.Equal(t, 2, w.times("/1/manifest"))
	w.now.Add(61)
	require.NoError(t, f.Refresh(t.Context()))
	require.Equal(t, 2, w.times("/1/manifest"), "the pause does not grow")
	w.now.Add(60)
	require.NoError(t, f.Refresh(t.Context()))
	require.Equal(t, 3, w.times("/1/manifest"))
}

// TestHostThatFailsIsLeftAlone registers many assets at a host that is somebody else's.
func TestHostThatFailsIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	for range 100 {
		w.status[fmt.Sprintf("/%d/manifest", w.add(types.KindData, "Law", fmt.Sprint(len(w.assets))))] = http.StatusInternalServerError
	}
	w.finder()
	asked := 0
	for id := range 101 {
		asked += w.times(fmt.Sprintf("/%d/manifest", id))
	}
	require.Positive(t, asked)
	require.LessOrEqual(t, asked, 8, "one host was flooded")
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.add(types.KindData, "Law", fmt.Sprint("Law ", len(w.assets)))
	}
	w.status["/1/healthz"] = http.StatusBadGateway
	w.served["/2/healthz"] = []byte(`{"status":"ok","asset":1}`)
	w.served["/3/healthz"] = []byte(`{`)
	f := w.finder()
	r, err := f.Find(t.Context(), find.Query{Topic: "law", Probe: true})
	require.NoError(t, err)
	require.Len(t, r.Found, 4)
	for i, want := range []string{"502", "asset 1 is served there", "no JSON", ""} {
		h := r.Found[i].Health
		require.Equal(t, want == "", h.Up, i)
		require.Contains(t, h.Fault, want)
		require.Positive(t, h.Millis)
	}
	r, err = f.Find(t.Context(), find.Query{Topic: "law", Healthy: true, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []types.AssetID{4}, ids(r))
	one, err := f.One(t.Context(), 2, "")
	require.NoError(t, err)
	require.False(t, one.Health.Up)
	_, err = f.One(t.Context(), 9, "")
	require.ErrorIs(t, err, find.ErrNotFound)
}

func TestPrivateHostsAreNotAsked(t *testing.T) {
	w := newWorld(t)
	w.add(types.KindData, "Law", "Law.")
	f, err := find.New(find.Config{Chain: w})
	require.NoError(t, err)
	require.NoError(t, f.Refresh(t.Context()))
	r, err := f.Find(t.Context(), find.Query{})
	require.NoError(t, err)
	require.Contains(t, r.Found[0].Fault, "private network")
	require.Zero(t, w.times("/1/manifest"))
}

func TestChainIsDown(t *testing.T) {
	w := newWorld(t)
	w.broken = errors.New("no chain")
	f, err := find.New(find.Config{Chain: w})
	require.NoError(t, err)
	require.ErrorIs(t, f.Refresh(t.Context()), w.broken)
	_, err = find.New(find.Config{})
	require.ErrorContains(t, err, "chain")
}
