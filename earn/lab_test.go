package earn_test

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/keep/keeptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	chainID = "weal-test-1"
	denom   = "aweal"
	gateway = types.AssetID(9)
	me      = types.AssetID(5)
	other   = types.AssetID(7)
)

func n(v uint64) types.Amount { return types.NewAmount(v) }

// ledger is a chain of its own rules: it settles as x/tab must.
type ledger struct {
	mu       sync.Mutex
	lanes    map[types.LaneRef]types.Lane
	assets   map[types.AssetID]types.Asset
	credited map[types.LaneRef]map[types.AssetID]types.Amount
	permits  map[string]types.Permit // of asset me, by holder
	down     error
	batches  [][]pay.Settlement
}

var (
	_ earn.Chain    = (*ledger)(nil)
	_ earn.Crediter = (*ledger)(nil)
	_ earn.Settler  = (*ledger)(nil)
)

func (c *ledger) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return types.Lane{}, c.down
	}
	l, ok := c.lanes[ref]
	if !ok {
		return l, types.ErrNotFound
	}
	return l, nil
}

func (c *ledger) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.assets[id]
	if !ok {
		return a, types.ErrNotFound
	}
	return a, nil
}

// Permit is an unknown account's unless the test has granted something.
func (c *ledger) Permit(_ context.Context, id types.AssetID, holder string) (types.Permit, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return types.Permit{}, c.down
	}
	p, ok := c.permits[holder]
	if !ok || id != me {
		return types.Permit{Reason: "none was granted"}, nil
	}
	return p, nil
}

func (c *ledger) Credited(_ context.Context, ref types.LaneRef, id types.AssetID) (types.Amount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.credited[ref][id], nil
}

// Settle takes all or nothing, like a transaction.
func (c *ledger) Settle(_ context.Context, settlements []pay.Settlement) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return c.down
	}
	for _, s := range settlements {
		l := c.lanes[s.Voucher.Lane]
		if l.State == types.LaneClosed {
			return errors.New("the lane is closed")
		}
		if err := s.Voucher.Verify(l.Key); err != nil {
			return err
		}
		for _, claim := range s.Claims {
			if _, _, err := claim.Value(s.Voucher.Voucher); err != nil {
				return err
			}
		}
	}
	c.batches = append(c.batches, settlements)
	for _, s := range settlements {
		for _, claim := range s.Claims {
			asset, value, _ := claim.Value(s.Voucher.Voucher)
			c.credit(s.Voucher.Lane, asset, value)
		}
	}
	return nil
}

func (c *ledger) credit(ref types.LaneRef, asset types.AssetID, value types.Amount) {
	if c.credited[ref] == nil {
		c.credited[ref] = map[types.AssetID]types.Amount{}
	}
	more, ok := value.Sub(c.credited[ref][asset])
	if !ok {
		return
	}
	l := c.lanes[ref]
	if room, _ := l.Cap.Sub(l.Credited); more.Cmp(room) > 0 {
		more = room
	}
	l.Credited, _ = l.Credited.Add(more)
	c.lanes[ref] = l
	c.credited[ref][asset], _ = c.credited[ref][asset].Add(more)
}

func (c *ledger) change(ref types.LaneRef, f func(*types.Lane)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lanes[ref]
	f(&l)
	c.lanes[ref] = l
}

func (c *ledger) setDown(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
}

// lab is a chain with one tab, and the book of asset me.
type lab struct {
	*earn.Book
	t     testing.TB
	chain *ledger
	path  string
	cfg   earn.Config
	clock time.Time
	keys  map[types.LaneRef]ed25519.PrivateKey
	ticks *pay.HashChain // of the benchmark's lane
}

// payer is the account that pays for a tab.
func payer(tab types.TabID) string {
	return fmt.Sprintf("0x00000000000000000000000000000000000000A%d", tab)
}

func lane(i uint32) types.LaneRef { return types.LaneRef{Tab: 1, Epoch: 0, Lane: i} }

func newLab(t testing.TB, exposure uint64) *lab {
	l := &lab{
		t: t, path: filepath.Join(t.TempDir(), "earn.db"), clock: time.Unix(1_800_000_000, 0),
		keys: map[types.LaneRef]ed25519.PrivateKey{},
		chain: &ledger{
			lanes: map[types.LaneRef]types.Lane{}, assets: map[types.AssetID]types.Asset{}, permits: map[string]types.Permit{},
			credited: map[types.LaneRef]map[types.AssetID]types.Amount{},
		},
	}
	l.chain.assets[me] = types.Asset{ID: me, Denoms: []string{denom}}
	for i := range uint32(4) {
		l.addLane(lane(i), 1000)
	}
	l.cfg = earn.Config{
		ChainID: chainID, Asset: me, Exposure: n(exposure), Chain: l.chain,
		Now: func() time.Time { return l.clock },
	}
	l.reopen()
	return l
}

func (l *lab) addLane(ref types.LaneRef, limit uint64) {
	seed := [32]byte{byte(ref.Tab), byte(ref.Lane), 1}
	key := ed25519.NewKeyFromSeed(seed[:])
	l.keys[ref] = key
	l.chain.lanes[ref] = types.Lane{
		Ref: ref, Payer: payer(ref.Tab), Denom: denom, Key: pay.PublicKey(key), Cap: n(limit), Gateway: gateway, State: types.LaneOpen,
	}
}

// reopen is what a crash leaves: another process opens the file. What the one
// before had not written is gone.
func (l *lab) reopen() {
	l.t.Helper()
	if l.Book != nil {
		l.path = keeptest.Killed(l.t, l.path, l.t.TempDir())
	}
	db, err := keep.Open(l.path)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = db.Close() })
	l.useDB(db)
}

func (l *lab) useDB(db *sql.DB) {
	l.cfg.DB = db
	book, err := earn.Open(l.t.Context(), l.cfg)
	require.NoError(l.t, err)
	l.Book = book
}

// later lets what the book has heard of the chain go stale.
func (l *lab) later() { l.clock = l.clock.Add(time.Minute) }

// order returns a firm order of me.
func order(ref types.LaneRef, seq, price uint64) pay.Order {
	return pay.Order{
		Lane: ref, Seq: seq, Gateway: gateway, Asset: me, Version: 1,
		Request: types.Hash{1}, Items: types.Hash{2}, Price: n(price),
	}
}

// firm pays o by a leaf of total, beside another asset's leaf.
func (l *lab) firm(o pay.Order, total uint64) (pay.SignedVoucher, wire.PaidLeaf) {
	leaf := pay.Leaf{Asset: me, Amount: n(total), Order: o.Hash()}
	v, split, _ := l.sign(o.Lane, o.Seq, []pay.Leaf{leaf, {Asset: other, Amount: n(10)}}, nil)
	return v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}
}

// sign signs a voucher over leaves and ticks.
func (l *lab) sign(ref types.LaneRef, seq uint64, leaves []pay.Leaf, ticks []pay.TickLeaf) (pay.SignedVoucher, *pay.Split, *pay.Ticks) {
	l.t.Helper()
	split, err := pay.NewSplit(leaves)
	require.NoError(l.t, err)
	tree, err := pay.NewTicks(ticks)
	require.NoError(l.t, err)
	return pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(chainID), Lane: ref, Seq: seq, Total: split.Sum(), Ceiling: tree.Sum(),
		Split: split.Root(), Ticks: tree.Root(),
	}, l.keys[ref]), split, tree
}

// meter is what the book's asset quotes: 3 a tick, 2 ticks for the prompt.
func meter() wire.Meter {
	return wire.Meter{Asset: me, Kind: types.KindModel, Version: 1, Price: n(3), Tokens: 8, Prompt: 2, Most: 10}
}

func tickOrder(ref types.LaneRef, seq uint64) pay.Order {
	o, m := order(ref, seq, 0), meter()
	o.Price, o.Tokens, o.Prompt, o.Most = m.Price, m.Tokens, m.Prompt, m.Most
	return o
}

// metered promises ticks for o, on top of a firm leaf of base if that is not zero.
func (l *lab) metered(o pay.Order, base uint64) (pay.SignedVoucher, wire.PaidTick, *pay.HashChain) {
	l.t.Helper()
	chain, err := pay.NewHashChain(types.Hash{byte(o.Seq), byte(o.Lane.Lane)}, o.Asset, o.Hash(), o.Most)
	require.NoError(l.t, err)
	leaf := pay.TickLeaf{
		Asset: o.Asset, Price: o.Price, Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most, Head: chain.Head(), Order: o.Hash(),
	}
	leaves := []pay.Leaf{{Asset: other, Amount: n(10)}}
	if base > 0 {
		leaves = append([]pay.Leaf{{Asset: me, Amount: n(base), Order: types.Hash{0xaa}}}, leaves...)
	}
	v, split, ticks := l.sign(o.Lane, o.Seq, leaves, []pay.TickLeaf{leaf})
	p := wire.PaidTick{TickProof: wire.TickProof{Leaf: leaf, Path: ticks.Path(0)}, Order: o}
	if base > 0 {
		p.Firm = &wire.LeafProof{Leaf: leaves[0], Path: split.Path(0)}
	}
	return v, p, chain
}

func reveal(o pay.Order, chain *pay.HashChain, k uint32) wire.Tick {
	return wire.Tick{Lane: o.Lane, Seq: o.Seq, Asset: o.Asset, K: k, Preimage: chain.Preimage(k)}
}

// refused checks that err is what the other side gets to see.
func refused(t testing.TB, err error, status int, code string) {
	t.Helper()
	var e *wire.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, status, e.Status, "%v", err)
	require.Equal(t, code, e.Code, "%v", err)
	require.NotEmpty(t, e.Message)
}
