package watcher_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
)

const (
	chainID = "weal-test-1"
	denom   = "aweal"
	gateway = types.AssetID(9)
	asset   = types.AssetID(5)
	other   = types.AssetID(7)
	account = "0x00000000000000000000000000000000000000a1"
)

func n(v uint64) types.Amount { return types.NewAmount(v) }

// ledger is a chain of its own rules: it settles as x/tab must.
type ledger struct {
	mu       sync.Mutex
	lanes    map[types.LaneRef]types.Lane
	assets   map[types.AssetID]types.Asset
	credited map[types.LaneRef]map[types.AssetID]types.Amount
	watched  map[types.AssetID]uint32
	fees     types.Amount // the watcher's
	window   time.Duration
	down     error
	refuses  types.AssetID // every settlement of it
	sent     int           // transactions
	asked    int           // questions about lanes
}

var (
	_ watcher.Chain   = (*ledger)(nil)
	_ watcher.Settler = (*ledger)(nil)
)

func (c *ledger) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	l, ok := c.lanes[ref]
	if !ok && c.down == nil {
		return l, types.ErrNotFound
	}
	return l, c.down
}

func (c *ledger) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.assets[id]
	if !ok {
		return a, types.ErrNotFound
	}
	return a, c.down
}

func (c *ledger) Permit(context.Context, types.AssetID, string) (types.Permit, error) {
	return types.Permit{Open: true}, nil
}

func (c *ledger) Credited(_ context.Context, ref types.LaneRef, id types.AssetID) (types.Amount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.credited[ref][id], c.down
}

func (c *ledger) Watched(_ context.Context, who string) (map[types.AssetID]uint32, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if who != account {
		return nil, errors.New("another account")
	}
	return maps.Clone(c.watched), c.down
}

func (c *ledger) Window(context.Context) (time.Duration, error) { return c.window, nil }

// Settle takes all or nothing, like a transaction of the watcher.
func (c *ledger) Settle(_ context.Context, settlements []pay.Settlement) error {
	return c.settle(settlements, true)
}

func (c *ledger) settle(settlements []pay.Settlement, byWatcher bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return c.down
	}
	for _, s := range settlements {
		l := c.lanes[s.Voucher.Lane]
		if l.State == types.LaneClosed {
			return fmt.Errorf("%w: nothing is held for the lane", watcher.ErrRefused)
		}
		if err := s.Voucher.Verify(l.Key); err != nil {
			return err
		}
		for _, claim := range s.Claims {
			id, _, err := claim.Value(s.Voucher.Voucher)
			if err != nil || id == c.refuses {
				return errors.Join(watcher.ErrRefused, err)
			}
			if claim.Tick == nil && (claim.K != 0 || claim.Preimage != types.Hash{} || len(claim.TickPath.Siblings) > 0) {
				return fmt.Errorf("%w: it has ticks without a tick leaf", watcher.ErrRefused)
			}
		}
	}
	c.sent++
	for _, s := range settlements {
		for _, claim := range s.Claims {
			id, value, _ := claim.Value(s.Voucher.Voucher)
			c.credit(s.Voucher.Lane, id, value, byWatcher)
		}
	}
	return nil
}

func (c *ledger) credit(ref types.LaneRef, id types.AssetID, value types.Amount, byWatcher bool) {
	if c.credited[ref] == nil {
		c.credited[ref] = map[types.AssetID]types.Amount{}
	}
	more, ok := value.Sub(c.credited[ref][id])
	if !ok {
		return
	}
	l := c.lanes[ref]
	if room, _ := l.Cap.Sub(l.Credited); more.Cmp(room) > 0 {
		more = room
	}
	l.Credited, _ = l.Credited.Add(more)
	c.lanes[ref] = l
	c.credited[ref][id], _ = c.credited[ref][id].Add(more)
	if byWatcher {
		c.fees, _ = c.fees.Add(n(more.Big().Uint64() * uint64(c.watched[id]) / 10_000))
	}
}

func (c *ledger) change(f func(*ledger)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

// ends lets a lane be in a state.
func (c *ledger) ends(ref types.LaneRef, state types.LaneState) {
	c.change(func(c *ledger) {
		l := c.lanes[ref]
		l.State = state
		c.lanes[ref] = l
	})
}

func (c *ledger) paid(ref types.LaneRef) types.Amount {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.credited[ref][asset]
}

// lab is a chain with a tab of four lanes, and a watcher behind HTTP.
type lab struct {
	*watcher.Watcher
	t     testing.TB
	chain *ledger
	path  string
	cfg   watcher.Config
	now   atomic.Int64 // Unix seconds
	keys  map[types.LaneRef]ed25519.PrivateKey
	url   string
}

func lane(i uint32) types.LaneRef { return types.LaneRef{Tab: 1, Lane: i} }

func newLab(t testing.TB, change ...func(*watcher.Config)) *lab {
	l := &lab{
		t: t, path: filepath.Join(t.TempDir(), "watcher.db"),
		keys: map[types.LaneRef]ed25519.PrivateKey{},
		chain: &ledger{
			lanes: map[types.LaneRef]types.Lane{}, credited: map[types.LaneRef]map[types.AssetID]types.Amount{},
			assets: map[types.AssetID]types.Asset{
				asset: {ID: asset, Denoms: []string{denom}}, other: {ID: other, Denoms: []string{denom}},
			},
			watched: map[types.AssetID]uint32{asset: 1000}, window: 10 * time.Minute,
		},
	}
	l.now.Store(1_800_000_000)
	for i := range uint32(4) {
		l.addLane(lane(i), 10_000)
	}
	l.cfg = watcher.Config{
		ChainID: chainID, Account: account, Chain: l.chain, Settler: l.chain, Worth: n(10), Now: func() time.Time { return time.Unix(l.now.Load(), 0) },
	}
	for _, f := range change {
		f(&l.cfg)
	}
	l.reopen()
	l.sweep() // from here on lanes are seen to end
	return l
}

func (l *lab) addLane(ref types.LaneRef, limit uint64) {
	seed := [32]byte{byte(ref.Tab), byte(ref.Tab >> 8), byte(ref.Lane), byte(ref.Lane >> 8)}
	key := ed25519.NewKeyFromSeed(seed[:])
	l.keys[ref] = key
	l.chain.lanes[ref] = types.Lane{
		Ref: ref, Denom: denom, Key: pay.PublicKey(key), Cap: n(limit), Gateway: gateway, State: types.LaneOpen,
	}
}

// reopen is what a crash leaves: another process opens the file.
func (l *lab) reopen() {
	l.t.Helper()
	db, err := keep.Open(l.path)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = db.Close() })
	l.cfg.DB = db
	l.Watcher, err = watcher.Open(l.t.Context(), l.cfg)
	require.NoError(l.t, err)
	server := httptest.NewServer(l.Handler())
	l.t.Cleanup(server.Close)
	l.url = server.URL
}

func (l *lab) later(d time.Duration) { l.now.Add(int64(d / time.Second)) }

// sweep lets the watcher look once, and returns how many claims it settled.
func (l *lab) sweep() int {
	l.t.Helper()
	settled, err := l.Sweep(l.t.Context())
	require.NoError(l.t, err)
	return settled
}

// claim signs a leaf of the asset beside one of another.
func (l *lab) claim(ref types.LaneRef, seq, total uint64) pay.Settlement {
	return l.claimOf(ref, seq, pay.Leaf{Asset: asset, Amount: n(total), Order: types.Hash{byte(seq)}})
}

func (l *lab) claimOf(ref types.LaneRef, seq uint64, leaf pay.Leaf) pay.Settlement {
	l.t.Helper()
	split, err := pay.NewSplit([]pay.Leaf{leaf, {Asset: 99, Amount: n(10)}})
	require.NoError(l.t, err)
	v := l.sign(pay.Voucher{Chain: pay.ChainHash(chainID), Lane: ref, Seq: seq, Total: split.Sum(), Split: split.Root()})
	return pay.Settlement{Voucher: v, Claims: []pay.Claim{{Leaf: &leaf, LeafPath: split.Path(0)}}}
}

func (l *lab) sign(v pay.Voucher) pay.SignedVoucher {
	key, ok := l.keys[v.Lane]
	if !ok {
		key = l.keys[lane(0)]
	}
	return pay.Sign(v, key)
}

// ticked signs ticks of the asset, of which k are revealed.
func (l *lab) ticked(ref types.LaneRef, seq uint64, k uint32) pay.Settlement {
	l.t.Helper()
	chain, err := pay.NewHashChain(types.Hash{byte(seq)}, asset, types.Hash{byte(seq)}, 10)
	require.NoError(l.t, err)
	leaf := pay.TickLeaf{Asset: asset, Price: n(3), Tokens: 8, Prompt: 2, Most: 10, Head: chain.Head(), Order: types.Hash{byte(seq)}}
	tree, err := pay.NewTicks([]pay.TickLeaf{leaf})
	require.NoError(l.t, err)
	split, err := pay.NewSplit(nil)
	require.NoError(l.t, err)
	v := l.sign(pay.Voucher{
		Chain: pay.ChainHash(chainID), Lane: ref, Seq: seq, Ceiling: tree.Sum(), Split: split.Root(), Ticks: tree.Root(),
	})
	return pay.Settlement{Voucher: v, Claims: []pay.Claim{{Tick: &leaf, TickPath: tree.Path(0), K: k, Preimage: chain.Preimage(k)}}}
}

// hand hands claims over, all of which must be kept.
func (l *lab) hand(claims ...pay.Settlement) {
	l.t.Helper()
	for i, err := range l.try(claims...) {
		require.NoError(l.t, err, "claim %d", i)
	}
}

func (l *lab) try(claims ...pay.Settlement) []error {
	l.t.Helper()
	c, err := watcher.NewClient(l.url)
	require.NoError(l.t, err)
	refused, err := c.Keep(l.t.Context(), claims)
	require.NoError(l.t, err)
	require.Len(l.t, refused, len(claims))
	return refused
}

// post sends a body and returns the status and the code of the answer.
func (l *lab) post(body any) (status int, code string) {
	l.t.Helper()
	b, ok := body.([]byte)
	if !ok {
		var err error
		b, err = json.Marshal(body)
		require.NoError(l.t, err)
	}
	res, err := http.Post(l.url+watcher.PathWatch, "application/json", bytes.NewReader(b))
	require.NoError(l.t, err)
	defer func() { require.NoError(l.t, res.Body.Close()) }()
	var answer struct {
		Error   struct{ Code string }
		Refused []struct{ Code string }
	}
	require.NoError(l.t, json.NewDecoder(res.Body).Decode(&answer))
	if len(answer.Refused) > 0 {
		return res.StatusCode, answer.Refused[0].Code
	}
	return res.StatusCode, answer.Error.Code
}
