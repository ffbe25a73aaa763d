package earn

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
)

// Chain answers from the chain's latest block. For a lane or an asset that does
// not exist its error wraps types.ErrNotFound; any other error counts as the
// chain being out of reach.
type Chain interface {
	Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error)
	Asset(ctx context.Context, id types.AssetID) (types.Asset, error)
	// Permit tells whether an account, named by its EIP-55 hex address, may use an
	// asset. It is asked only of assets that are not open to all.
	Permit(ctx context.Context, asset types.AssetID, holder string) (types.Permit, error)
}

// Crediter is a Chain that also tells what settlements have credited to an asset
// from a lane. With it, a settlement that brought less than was promised (which a
// payer can cause by promising more than its cap) stays in the tab's exposure.
type Crediter interface {
	Credited(ctx context.Context, ref types.LaneRef, asset types.AssetID) (types.Amount, error)
}

// Settler brings settlements to the chain. It returns nil when a block has them.
type Settler interface {
	Settle(ctx context.Context, settlements []pay.Settlement) error
}

// Config is what a Book needs. Asset may be zero until SetAsset.
type Config struct {
	ChainID string
	Asset   types.AssetID
	// Exposure is the most that one tab may owe, in the smallest unit of its
	// denomination: the greatest possible loss to it.
	Exposure types.Amount
	// ExposureAll is the most that all tabs of one denomination may owe together,
	// in its smallest unit: the greatest possible loss to all of them. Zero is
	// DefaultTabs times Exposure.
	ExposureAll types.Amount
	// Watcher is handed what lanes owe, to settle it while the asset is away. It
	// may be nil.
	Watcher Watcher
	// Contact tells in an error where to ask for a credential; it may be empty.
	Contact string
	Chain   Chain
	DB      *sql.DB
	Now     func() time.Time
	Log     *slog.Logger
	// Telemetry is told of what the book keeps; nil for nobody.
	Telemetry *telemetry.Role
}

// DefaultTabs is how many tabs can owe all of their exposure at once, if
// Config.ExposureAll does not say otherwise.
const DefaultTabs = 20

// Book keeps what one asset earns. It is safe for concurrent use; only one Book
// at a time may keep an asset in a database.
type Book struct {
	cfg   Config
	chain types.Hash
	store *store
	view  *view
	// verifier knows the keys of lanes.
	verifier *pay.Verifier
	signer   signer
	due      chan struct{} // has an element when someone should look at Due
	// handed has an element when there is something to hand to the watcher.
	handed chan struct{}

	settling sync.Mutex // held over Settle
	// unsure says that settlements may have been credited without this book's
	// notice: when it was opened, and when it got its asset.
	unsure atomic.Bool

	mu      sync.Mutex // guards what follows, and the state of every lane
	asset   types.AssetID
	lanes   map[types.LaneRef]*lane
	tabs    map[types.TabID]*tab
	denoms  map[string]*owed     // all tabs of a denomination
	byOrder map[types.Hash]*lane // by the order that a lane has now
	toHand  []*lane              // lanes whose claims wait to be handed to the watcher
}

// rememberedKeys is of how many lanes the keys are prepared for verifying.
const rememberedKeys = 1024

// Open opens the book in cfg.DB and makes its tables if they are not there.
func Open(ctx context.Context, cfg Config) (*Book, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case cfg.ChainID == "":
		return nil, errors.New("open book: the chain id is missing")
	case cfg.Chain == nil || cfg.DB == nil:
		return nil, errors.New("open book: the chain or the database is missing")
	case cfg.Exposure.IsZero():
		return nil, errors.New("open book: an exposure of zero would refuse every payment; set one")
	}
	if cfg.ExposureAll.IsZero() {
		cfg.ExposureAll = times(cfg.Exposure, DefaultTabs)
	}
	if cfg.ExposureAll.Cmp(cfg.Exposure) < 0 {
		return nil, fmt.Errorf("open book: the exposure of all tabs, %s, is less than that of one, %s; set at least as much", cfg.ExposureAll, cfg.Exposure)
	}
	st, err := openStore(ctx, cfg.DB)
	if err != nil {
		return nil, fmt.Errorf("open book: %w", err)
	}
	b := &Book{
		cfg: cfg, chain: pay.ChainHash(cfg.ChainID), store: st,
		view: newView(cfg.Chain, cfg.Now), verifier: pay.NewVerifier(rememberedKeys), due: make(chan struct{}, 1), handed: make(chan struct{}, 1),
	}
	if err := b.SetAsset(ctx, cfg.Asset); err != nil {
		return b, err
	}
	b.tell(cfg.Telemetry)
	return b, nil
}

// SetAsset says whose book it is: for a role that registers after it has started.
// What other assets have earned stays in the database.
func (b *Book) SetAsset(ctx context.Context, asset types.AssetID) error {
	states, err := b.store.live(ctx, asset)
	if err != nil {
		return fmt.Errorf("open book of asset %d: %w", asset, err)
	}
	denoms, err := b.store.denoms(ctx)
	if err != nil {
		return fmt.Errorf("open book of asset %d: %w", asset, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asset = asset
	b.lanes = map[types.LaneRef]*lane{}
	b.tabs = map[types.TabID]*tab{}
	b.denoms = map[string]*owed{}
	b.byOrder = map[types.Hash]*lane{}
	b.toHand = nil
	for _, s := range states {
		b.tab(s.ref.Tab).denom = denoms[s.ref.Tab]
		b.hand(b.add(s)) // the watcher may have missed it
	}
	b.unsure.Store(true)
	b.callDue()
	return nil
}

// Asset returns whose book it is, zero for none yet.
func (b *Book) Asset() types.AssetID {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asset
}

// add puts a lane with state s into the maps. The caller holds b.mu.
func (b *Book) add(s state) *lane {
	// Of an order that was under way before a restart, nobody knows what was given.
	l := &lane{state: s, changed: make(chan struct{}), serving: make(chan struct{}, 1), giving: s.tick != nil}
	b.lanes[s.ref] = l
	t := b.tab(s.ref.Tab)
	t.lanes = append(t.lanes, l)
	b.recount(l)
	if s.seq > 0 {
		b.byOrder[s.order] = l
	}
	return l
}

// lane returns the lane ref, which the caller knows to exist on the chain.
func (b *Book) lane(ctx context.Context, ref types.LaneRef) (*lane, error) {
	b.mu.Lock()
	l, asset := b.lanes[ref], b.asset
	b.mu.Unlock()
	if l != nil {
		return l, nil
	}
	s, err := b.store.get(ctx, asset, ref)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	// Another call may have been faster; its lane may have changed since, so
	// that what was read here counts only if there is none.
	if l := b.lanes[ref]; l != nil {
		return l, nil
	}
	return b.add(s), nil
}

// known returns the lane ref if it was ever paid from, else nil. Unlike lane it
// remembers nothing of refs that anyone may have made up.
func (b *Book) known(ctx context.Context, ref types.LaneRef) (*lane, error) {
	b.mu.Lock()
	l, asset := b.lanes[ref], b.asset
	b.mu.Unlock()
	if l != nil {
		return l, nil
	}
	if s, err := b.store.get(ctx, asset, ref); err != nil || s.seq == 0 {
		return nil, err
	}
	return b.lane(ctx, ref)
}

// of returns the lane that has order now, or nil.
func (b *Book) of(ctx context.Context, order types.Hash) (*lane, error) {
	b.mu.Lock()
	l, asset := b.byOrder[order], b.asset
	b.mu.Unlock()
	if l != nil {
		return l, nil
	}
	ref, ok, err := b.store.laneOf(ctx, asset, order)
	if err != nil || !ok {
		return nil, err
	}
	return b.lane(ctx, ref)
}

// read returns a lane's state and what is closed when that changes.
func (b *Book) read(l *lane) (state, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return l.state, l.changed
}

// set gives a lane the state that was written, and wakes who waits on it; if there
// is more room now, whoever waits for that.
func (b *Book) set(l *lane, s state) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.state.order != s.order {
		delete(b.byOrder, l.state.order)
		b.byOrder[s.order] = l
		l.giving = false
	}
	b.all(b.tab(s.ref.Tab).denom).moved(l.state, s)
	before, owed := l.state.exposed(), l.state.value
	l.state, l.next = s, nil
	if s.value.Cmp(owed) > 0 {
		b.hand(l)
	}
	b.recount(l)
	l.wake()
	t := b.tab(s.ref.Tab)
	if s.exposed().Cmp(before) < 0 {
		b.relieved(t)
	}
	if t.due(b.cfg.Exposure) || b.all(t.denom).due(b.cfg.ExposureAll) {
		b.callDue()
	}
}

// callDue lets Run look at Due soon.
func (b *Book) callDue() {
	select {
	case b.due <- struct{}{}:
	default:
	}
}

// sorted returns all lanes in the order of their refs. The caller holds b.mu.
func (b *Book) sorted() []*lane {
	all := make([]*lane, 0, len(b.lanes))
	for _, l := range b.lanes {
		all = append(all, l)
	}
	slices.SortFunc(all, func(x, y *lane) int {
		p, q := x.state.ref, y.state.ref
		return cmp.Or(cmp.Compare(p.Tab, q.Tab), cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.Lane, q.Lane))
	})
	return all
}
