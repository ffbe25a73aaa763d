package vault_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

const (
	me      types.AssetID = 10
	gateway types.AssetID = 7
	denom                 = types.BaseDenom
)

func n(v uint64) types.Amount { return types.NewAmount(v) }

func key(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

// world is a chain with one vault's asset and one lane, a clock, and a payer.
type world struct {
	t    testing.TB
	dir  string
	docs string

	mu       sync.Mutex
	now      time.Time
	asset    types.Asset
	versions []types.Hash // roots, by version from 1
	lanes    map[types.LaneRef]types.Lane
	permits  map[string]types.Permit // by holder
	settled  []pay.Settlement
	down     error
	hold     bool // Publish does not reach the chain
	calls    int

	vault *vault.Vault
	owed  map[types.LaneRef]uint64
}

func lane(i uint32) types.LaneRef { return types.LaneRef{Tab: 1, Lane: i} }

// newWorld makes a vault with two documents, registered at price 5 a passage.
func newWorld(t testing.TB) *world {
	w := &world{
		t: t, dir: t.TempDir(), docs: t.TempDir(), now: time.Unix(1_800_000_000, 0),
		lanes: map[types.LaneRef]types.Lane{}, owed: map[types.LaneRef]uint64{}, permits: map[string]types.Permit{},
		asset: types.Asset{
			ID: me, Kind: types.KindData, Key: pay.PublicKey(key(1)), Denoms: []string{denom},
			Prices: []types.Price{{Unit: types.PerPassage, Denom: denom, Amount: n(5)}},
		},
	}
	for i := range uint32(4) {
		w.lanes[lane(i)] = types.Lane{
			Ref: lane(i), Payer: "0x00000000000000000000000000000000000000Aa", Denom: denom,
			Key: pay.PublicKey(key(byte(100 + i))), Cap: n(1000), Gateway: gateway, State: types.LaneOpen,
		}
	}
	w.write("apples.md", "# Apples\n\nApples are red. An apple a day.\n\n# Pears\n\nPears are green, and no apples.")
	w.write("plums.txt", "Plums are blue.")
	w.open(nil)
	return w
}

// open opens the vault; change may alter its configuration.
func (w *world) open(change func(*vault.Config)) {
	w.t.Helper()
	cfg := vault.Config{
		Dir: w.dir, ChainID: types.LocalChainID, Key: key(1), Exposure: n(500), Chain: w, Publish: w.publish, Now: w.clock,
		About: types.Manifest{Name: "fruit", Endpoint: "http://vault.test", Prices: w.asset.Prices, Policies: []string{"audit"}},
	}
	if change != nil {
		change(&cfg)
	}
	v, err := vault.Open(w.t.Context(), cfg)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = v.Close() })
	require.NoError(w.t, v.SetAsset(w.t.Context(), me))
	w.vault = v
}

func (w *world) write(name, text string) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(filepath.Join(w.docs, name), []byte(text), 0o644))
}

func (w *world) add() vault.Report {
	w.t.Helper()
	r, err := w.vault.Add(w.t.Context(), []string{w.docs}, nil)
	require.NoError(w.t, err)
	return r
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// publish is the vault's way to the chain.
func (w *world) publish(_ context.Context, root types.Hash) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if w.down != nil {
		return w.down
	}
	if !w.hold {
		w.know(root)
	}
	return nil
}

// know lets the chain know a root as the next version, and time pass.
func (w *world) know(root types.Hash) {
	w.versions = append(w.versions, root)
	w.asset.Version, w.asset.Root = uint32(len(w.versions)), root
	w.now = w.now.Add(2 * time.Second)
}

func (w *world) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id == gateway {
		return types.Asset{ID: gateway, Kind: types.KindApp, Key: pay.PublicKey(key(9))}, w.down
	}
	return w.asset, w.down
}

func (w *world) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, ok := w.lanes[ref]
	if !ok {
		return l, types.ErrNotFound
	}
	return l, w.down
}

func (w *world) Permit(_ context.Context, _ types.AssetID, holder string) (types.Permit, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.permits[holder]
	if !ok {
		p.Reason = "none was granted"
	}
	return p, w.down
}

// Settle is the vault's other way to the chain.
func (w *world) Settle(_ context.Context, s []pay.Settlement) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settled = append(w.settled, s...)
	return nil
}

var (
	_ vault.Chain  = (*world)(nil)
	_ earn.Settler = (*world)(nil)
)

// post sends v as JSON to the vault's handler and reads the answer into into.
func post(t testing.TB, h http.Handler, path string, v, into any) *wire.Error {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(b)))
	body, err := io.ReadAll(rec.Body)
	require.NoError(t, err)
	if rec.Code != http.StatusOK {
		return wire.ReadError(rec.Code, body)
	}
	require.NoError(t, json.Unmarshal(body, into))
	return nil
}

func (w *world) offer(ref types.LaneRef, seq uint64, question string) wire.Offer {
	w.t.Helper()
	var o wire.Offer
	err := post(w.t, w.vault.Handler(), wire.PathOffers,
		wire.OfferRequest{Lane: ref, Seq: seq, Gateway: gateway, Question: question, Limit: 4}, &o)
	require.Nil(w.t, err)
	return o
}

// buy makes the release request that pays for items of an offer.
func (w *world) buy(ref types.LaneRef, seq uint64, o wire.Offer, items ...int) wire.ReleaseRequest {
	w.t.Helper()
	var ids []types.Hash
	for _, i := range items {
		ids = append(ids, o.Items[i].ID)
	}
	w.owed[ref] += 5 * uint64(len(ids))
	return w.sign(ref, o, pay.Order{
		Lane: ref, Seq: seq, Gateway: gateway, Asset: o.Asset, Version: o.Version,
		Request: sha256.Sum256([]byte("body")), Items: pay.ItemsHash(ids), Price: n(5 * uint64(len(ids))),
	}, ids, w.owed[ref])
}

// sign makes a release request with one leaf of amount.
func (w *world) sign(ref types.LaneRef, o wire.Offer, order pay.Order, ids []types.Hash, amount uint64) wire.ReleaseRequest {
	w.t.Helper()
	leaf := pay.Leaf{Asset: me, Amount: n(amount), Order: order.Hash()}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	require.NoError(w.t, err)
	v := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: ref, Seq: order.Seq, Total: n(amount), Split: split.Root(),
	}, key(byte(100+ref.Lane)))
	return wire.ReleaseRequest{
		Offer: o.ID, IDs: ids, Voucher: v,
		Paid: wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: order},
	}
}

func (w *world) release(req wire.ReleaseRequest) (wire.Release, *wire.Error) {
	w.t.Helper()
	var r wire.Release
	err := post(w.t, w.vault.Handler(), wire.PathRelease, req, &r)
	return r, err
}

// verify checks all that a payer checks of a release.
func (w *world) verify(req wire.ReleaseRequest, r wire.Release) {
	w.t.Helper()
	require.Len(w.t, r.Passages, len(req.IDs))
	require.Equal(w.t, w.versions[r.Version-1], r.Root)
	var chunks []types.Hash
	for i, p := range r.Passages {
		h := p.Chunk().Hash()
		chunks = append(chunks, h)
		require.Equal(w.t, req.IDs[i], p.ID)
		require.Equal(w.t, p.ID, pay.SaltedID(r.Salt, h))
		require.NoError(w.t, p.Proof.Verify(h, r.Root))
	}
	o := req.Paid.Order
	require.NoError(w.t, r.Receipt.Verify(w.asset.Key))
	got := r.Receipt.Receipt
	require.Equal(w.t, pay.Receipt{
		Chain: pay.ChainHash(types.LocalChainID), Lane: o.Lane, Seq: o.Seq, Asset: me, Version: o.Version, Order: o.Hash(),
		Input: o.Request, Output: pay.ItemsHash(chunks), Amount: o.Price, Policy: pay.PolicyAudit, Time: got.Time,
	}, got)
}
