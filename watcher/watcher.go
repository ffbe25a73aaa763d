package watcher

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// Chain answers from the chain's latest block. For a lane or an asset that does
// not exist its error wraps types.ErrNotFound.
type Chain interface {
	Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error)
	Asset(ctx context.Context, id types.AssetID) (types.Asset, error)
	// Credited is what settlements have credited to an asset from a lane.
	Credited(ctx context.Context, ref types.LaneRef, asset types.AssetID) (types.Amount, error)
	// Watched returns the assets that name an account as their watcher, with its
	// part of what it settles in basis points.
	Watched(ctx context.Context, account string) (map[types.AssetID]uint32, error)
	// Window is how long at least what ends can be settled.
	Window(ctx context.Context) (time.Duration, error)
}

// ErrRefused is wrapped by errors of a Settler if the chain has refused: what was
// brought is not worth bringing again.
var ErrRefused = errors.New("the chain refuses it")

// Settler brings settlements to the chain. It returns nil when a block has them.
type Settler interface {
	Settle(ctx context.Context, settlements []pay.Settlement) error
}

// Defaults of Config.
const (
	DefaultGrace    = time.Minute
	DefaultPatience = 24 * time.Hour
	DefaultSweep    = 10 * time.Second
	DefaultMaxRows  = 1_000_000
)

// Config is what a Watcher needs. ChainID, Account, Chain, Settler and DB must be
// set; what else is zero has a default.
type Config struct {
	ChainID string
	// Account is the address that assets name and that settles.
	Account string
	Chain   Chain
	Settler Settler
	DB      *sql.DB
	// Grace is how long an asset may take to settle a lane itself once the lane has
	// begun to end. It is never more than a quarter of the chain's window.
	Grace time.Duration
	// Patience is how long an asset may settle nothing before what its open lanes
	// owe is brought, if the fee comes to at least Worth.
	Patience time.Duration
	Worth    types.Amount
	// Least is what a lane that ends must owe to be brought: what bringing it costs.
	Least types.Amount
	// Sweep is how often what is kept is looked through.
	Sweep time.Duration
	// MaxRows is how many claims are kept at most.
	MaxRows int
	Log     *slog.Logger
	Now     func() time.Time
}

// Watcher keeps claims and settles them. It is safe for concurrent use; only one
// at a time may use a database.
type Watcher struct {
	cfg   Config
	chain types.Hash
	store *store
	busy  chan struct{} // an element for each request that is at work
	asked *bucket       // questions to the chain about lanes of which nothing is kept

	settling sync.Mutex // held by Sweep; guards what follows
	swept    bool       // since it was opened, once without an error

	mu      sync.Mutex // guards what follows
	watched map[types.AssetID]uint32
	heard   time.Time // when watched was asked for
}

// Open opens a watcher in cfg.DB and makes its tables if they are not there.
func Open(ctx context.Context, cfg Config) (*Watcher, error) {
	if cfg.ChainID == "" || cfg.Account == "" || cfg.Chain == nil || cfg.Settler == nil || cfg.DB == nil {
		return nil, errors.New("open watcher: its chain id, account, chain, settler or database is missing")
	}
	cfg.complete()
	st, err := openStore(ctx, cfg.DB, cfg.MaxRows)
	if err != nil {
		return nil, fmt.Errorf("open watcher: %w", err)
	}
	return &Watcher{
		cfg: cfg, chain: pay.ChainHash(cfg.ChainID), store: st, busy: make(chan struct{}, maxBusy),
		asked: newBucket(lookUps, cfg.Now),
	}, nil
}

func (c *Config) complete() {
	for _, d := range []struct {
		to    *time.Duration
		value time.Duration
	}{{&c.Grace, DefaultGrace}, {&c.Patience, DefaultPatience}, {&c.Sweep, DefaultSweep}} {
		if *d.to <= 0 {
			*d.to = d.value
		}
	}
	if c.MaxRows <= 0 {
		c.MaxRows = DefaultMaxRows
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// fresh is how old what is believed of the chain's list of assets may be.
const fresh = time.Second

// fee returns this watcher's part of what an asset is settled, and whether the
// asset names it.
func (w *Watcher) fee(ctx context.Context, asset types.AssetID) (points uint32, named bool, err error) {
	all, err := w.assets(ctx)
	points, named = all[asset]
	return points, named, err
}

// assets returns the assets that name this watcher. One question at a time is
// asked, whoever wants to know.
func (w *Watcher) assets(ctx context.Context) (map[types.AssetID]uint32, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.cfg.Now()
	if w.watched != nil && now.Sub(w.heard) < fresh {
		return w.watched, nil
	}
	all, err := w.cfg.Chain.Watched(ctx, w.cfg.Account)
	if err != nil {
		return nil, err
	}
	w.watched, w.heard = all, now
	return all, nil
}

// Run looks through what is kept and settles what is due, until ctx ends.
func (w *Watcher) Run(ctx context.Context) {
	tick := time.NewTicker(w.cfg.Sweep)
	defer tick.Stop()
	for {
		n, err := w.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.cfg.Log.Error("not all could be settled, will be tried again", "settled", n, "err", err)
		case n > 0:
			w.cfg.Log.Info("settled", "claims", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
