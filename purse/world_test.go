package purse

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	chainID = "weal-test-1"
	vaultA  = types.AssetID(10)
	vaultB  = types.AssetID(11)
	modelID = types.AssetID(12)
	appID   = types.AssetID(13)
	denom   = types.BaseDenom
)

func amount(n uint64) types.Amount { return types.NewAmount(n) }

// testKey makes the key pair number n.
func testKey(n uint64) ed25519.PrivateKey {
	seed := sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
	return ed25519.NewKeyFromSeed(seed[:])
}

func laneRef(n uint32) types.LaneRef { return types.LaneRef{Tab: 7, Lane: n} }

// world is a chain and one gateway with two vaults and a model behind it, all in
// the gateway's process.
type world struct {
	t     *testing.T
	mu    sync.Mutex
	lanes map[types.LaneRef]types.Lane
	asset map[types.AssetID]types.Asset
	texts map[types.AssetID][]pay.Chunk

	server *httptest.Server
	gate   *gate
}

func newWorld(t *testing.T) *world {
	w := fixedWorld(t)
	w.addVault(vaultB, "beta.md", 3, 700)
	for n := range uint32(3) {
		w.addLane(n, 1_000_000)
	}
	w.gate = newGate(w)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathCompletions, w.gate.completions)
	mux.HandleFunc("POST "+wire.PathTicks, w.gate.ticks)
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) add(a types.Asset) {
	a.Version, a.Owner = 1, fmt.Sprintf("0xowner%d", a.ID)
	a.Key = pay.PublicKey(testKey(uint64(a.ID)))
	w.asset[a.ID] = a
}

func (w *world) addVault(id types.AssetID, source string, chunks int, price uint64) {
	for i := range chunks {
		text := fmt.Sprintf("Passage %d of %s tells what it knows.", i, source)
		w.texts[id] = append(w.texts[id], pay.Chunk{Source: source, Heading: "On it", Start: uint64(i * 100), End: uint64(i*100 + len(text)), Text: text})
	}
	w.add(types.Asset{
		ID: id, Kind: types.KindData, Root: pay.MerkleRoot(w.hashes(id)),
		Prices: []types.Price{{Unit: types.PerPassage, Denom: denom, Amount: amount(price)}},
	})
}

func (w *world) hashes(id types.AssetID) []types.Hash {
	var hashes []types.Hash
	for _, c := range w.texts[id] {
		hashes = append(hashes, c.Hash())
	}
	return hashes
}

func (w *world) addLane(n uint32, cap uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lanes[laneRef(n)] = types.Lane{
		Ref: laneRef(n), Payer: "0xPayer", Denom: denom, Key: pay.PublicKey(testKey(1000 + uint64(n))),
		Cap: amount(cap), Gateway: appID, State: types.LaneOpen,
	}
}

// The world is the chain of a purse.
var _ Chain = (*world)(nil)

func (w *world) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	a, ok := w.asset[id]
	if !ok {
		return a, fmt.Errorf("asset %d not found", id)
	}
	return a, nil
}

func (w *world) Version(_ context.Context, id types.AssetID, version uint32) (types.Version, error) {
	return types.Version{Asset: id, Version: version, Root: w.asset[id].Root}, nil
}

func (w *world) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, ok := w.lanes[ref]
	if !ok {
		return l, fmt.Errorf("lane %s not found", ref)
	}
	return l, nil
}

func openDB(t *testing.T) *sql.DB { return openShared(t, filepath.Join(t.TempDir(), "purse.db")) }

// openShared opens a purse's database as a process of its own would.
func openShared(t *testing.T, path string) *sql.DB {
	db, err := keep.OpenShared(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// purse opens a purse on db with the first n lanes.
func (w *world) purse(db *sql.DB, lanes int, change ...func(*Config)) *Purse {
	cfg := Config{DB: db, ChainID: chainID, Chain: w, Patience: 5 * time.Second}
	for _, c := range change {
		c(&cfg)
	}
	p, err := Open(w.t.Context(), cfg)
	require.NoError(w.t, err)
	p.pause = time.Millisecond
	for n := range uint32(lanes) {
		require.NoError(w.t, p.AddLane(w.t.Context(), laneRef(n), testKey(1000+uint64(n))))
	}
	return p
}

const asked = `{"model":"","messages":[{"role":"user","content":"What is known?"}],"temperature":0}`

func (w *world) ask() Ask { return Ask{Gateway: w.server.URL, Body: []byte(asked)} }

func nowFixed() time.Time { return time.Unix(1_000_000, 0) }

// fixedWorld is a chain without a gateway.
func fixedWorld(t *testing.T) *world {
	w := &world{t: t, lanes: map[types.LaneRef]types.Lane{}, asset: map[types.AssetID]types.Asset{}, texts: map[types.AssetID][]pay.Chunk{}}
	w.addVault(vaultA, "alpha.md", 5, 1000)
	w.add(types.Asset{ID: modelID, Kind: types.KindModel, Prices: []types.Price{{Unit: types.PerTick, Denom: denom, Amount: amount(20), Tokens: 4}}})
	w.add(types.Asset{ID: appID, Kind: types.KindApp, Prices: []types.Price{{Unit: types.PerUse, Denom: denom, Amount: amount(500)}}})
	w.addLane(0, 1_000_000)
	return w
}

// quoteSeed is a quote that holds in a fixedWorld.
func quoteSeed() wire.Quote {
	w := fixedWorld(nil)
	expires := nowFixed().Unix() + 60
	return wire.Quote{
		ID: "q", Lane: laneRef(0), Seq: 1, Gateway: appID, Denom: denom, Request: sha256.Sum256([]byte(asked)), Expires: expires,
		Vaults: []wire.Offer{{
			ID: "o", Asset: vaultA, Version: 1, Root: w.asset[vaultA].Root, Denom: denom, Expires: expires,
			Items: []wire.OfferedPassage{{ID: types.Hash{1}, Band: 9, Bytes: 80, Price: amount(1000)}},
		}},
		Meters: []wire.Meter{
			{Asset: modelID, Kind: types.KindModel, Version: 1, Price: amount(20), Tokens: 4, Prompt: 3, Most: 40},
			{Asset: appID, Kind: types.KindApp, Version: 1, Price: amount(500), Prompt: 1, Most: 1},
		},
	}
}
