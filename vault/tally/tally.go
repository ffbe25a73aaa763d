package tally

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
)

const (
	// FlushEvery is how often what was noted is written down.
	FlushEvery = 5 * time.Second
	// ReportTime is how long a sale waits for the report of what its passages counted.
	ReportTime = 15 * time.Minute
	// What is noted between two flushes is bounded; beyond, it is not counted.
	maxPassages  = 200_000
	maxQuestions = 10_000
	// manySales wait for their reports at most; beyond, they are divided without.
	manySales = 65_536
)

// Shelf tells what a passage is called.
type Shelf interface {
	Source(number int) string
	Heading(ctx context.Context, number int) (string, error)
}

// Config is what a Tally needs. Nil Now and Log have defaults.
type Config struct {
	DB *sql.DB
	// Table and Name seal rows and name them; see library.Library.
	Table func(name string) (seal.Table, error)
	Name  func(kind string, b []byte) []byte
	// Lane tells who pays from a lane, and in what.
	Lane func(ctx context.Context, ref types.LaneRef) (types.Lane, error)
	// Contribution tells which contribution a document belongs to; 0 is the owner's. Who
	// must not wait asks it with a context that has ended: it then answers of memory, or
	// fails.
	Contribution func(ctx context.Context, source string) (uint64, error)
	Log          *slog.Logger
	Now          func() time.Time
}

// Tally counts. It may be used by many goroutines.
type Tally struct {
	// Table has the points of contributions; 0 is the owner's own.
	*points.Table

	cfg    Config
	tables tables
	// keep is for how many days questions are kept; 0 for none.
	keep atomic.Int64

	mu      sync.Mutex // guards what follows; held for moments
	noted   *counts
	lost    int
	pending map[types.Hash]*sale // by order, until it is divided
	fresh   []*sale              // of them, those not counted yet

	unknown  chan struct{} // has one if memory does not tell contributions
	flushing sync.Mutex
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Open opens the tables in cfg.DB, or makes them, and counts until Close.
func Open(ctx context.Context, cfg Config) (*Tally, error) {
	if cfg.DB == nil || cfg.Table == nil || cfg.Name == nil || cfg.Lane == nil || cfg.Contribution == nil {
		return nil, errors.New("open tally: its database, key, lanes or contributions are missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	t := &Tally{cfg: cfg, noted: newCounts(), pending: map[types.Hash]*sale{}, unknown: make(chan struct{}, 1)}
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	t.stop = stop
	t.running.Go(func() { t.run(running) })
	return t, nil
}

// Close writes down what was noted. The database stays open.
func (t *Tally) Close() error {
	t.stop()
	t.running.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), FlushEvery)
	defer cancel()
	return t.Flush(ctx)
}

func (t *Tally) run(ctx context.Context) {
	tick := time.NewTicker(FlushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.unknown:
			_, _ = t.cfg.Contribution(ctx, "") // so that memory has it when Sold asks again
		case <-tick.C:
			if err := t.Flush(ctx); err != nil && ctx.Err() == nil {
				t.cfg.Log.Warn("counts not written down; they are kept in memory", "err", err)
			}
		}
	}
}

// KeepQuestions says for how many days questions are kept from now on; 0 for none,
// and what was kept goes with the next flush.
func (t *Tally) KeepQuestions(days int) { t.keep.Store(int64(days)) }

// Found is a passage that was offered.
type Found struct {
	Number int // on its shelf
	Chunk  types.Hash
}

// Asked is a question that was answered with an offer, of nothing if Found is empty.
type Asked struct {
	Payer    string
	Question string
	Shelf    Shelf
	Found    []Found
}

// Asked notes a question.
func (t *Tally) Asked(a Asked) {
	now := t.cfg.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.noted.hour(now)
	h.Asked++
	p := t.noted.payer(a.Payer)
	p.Asked++
	p.Seen = now.Unix()
	if len(a.Found) == 0 {
		h.Unanswered++
	}
	h.Offered += uint64(len(a.Found))
	for _, f := range a.Found {
		d := t.noted.passages[f.Chunk]
		if d == nil {
			if len(t.noted.passages) >= maxPassages {
				t.lost++
				continue
			}
			d = &passage{shelf: a.Shelf, number: f.Number}
			t.noted.passages[f.Chunk] = d
		}
		d.Offered++
		d.OfferedAt = now.Unix()
	}
	if t.keep.Load() > 0 && len(t.noted.questions) < maxQuestions {
		t.noted.questions = append(t.noted.questions, Question{At: now.Unix(), Question: a.Question, Payer: a.Payer, Found: len(a.Found)})
	}
}

// SoldPassage is a passage of a sale.
type SoldPassage struct {
	Chunk   types.Hash   `json:"chunk"`
	Source  string       `json:"source"`
	Heading string       `json:"heading"`
	Price   types.Amount `json:"price"`
}

// Sale is an order that was served.
type Sale struct {
	Order    types.Hash    `json:"order"`
	Lane     types.LaneRef `json:"lane"`
	Seq      uint64        `json:"seq"`
	Passages []SoldPassage `json:"passages"`
}

// sale is a Sale until what it earned is divided.
type sale struct {
	Sale
	At     int64               `json:"at"` // Unix seconds
	Denom  string              `json:"denom"`
	Payer  string              `json:"payer"`
	Whose  []uint64            `json:"whose"`  // the contribution of each passage
	Booked bool                `json:"booked"` // counted, and what it lacked is known
	Report []attribution.Entry `json:"report,omitempty"`

	own    bool // of the owner alone, so that it is not kept at once
	row    bool // has a row, or may have one
	stored bool // the row says all that is known
}

// ended is a context by which nothing is waited for.
var ended = func() context.Context {
	ctx, end := context.WithCancel(context.Background())
	end()
	return ctx
}()

// own reports whether it is known, without waiting for a database, that no passage of a
// sale belongs to a contribution.
func (t *Tally) own(s Sale) bool {
	for _, p := range s.Passages {
		whose, err := t.cfg.Contribution(ended, p.Source)
		if err != nil {
			select {
			case t.unknown <- struct{}{}:
			default:
			}
		}
		if whose != 0 || err != nil {
			return false
		}
	}
	return true
}

// Sold notes an order that is served for the first time, and keeps it, unless all of it
// is the owner's own: when it returns, a kill does not lose what contributions earned.
func (t *Tally) Sold(s Sale) error {
	n := &sale{Sale: s, At: t.cfg.Now().Unix(), own: t.own(s)}
	t.mu.Lock()
	known := t.pending[s.Order] != nil
	t.mu.Unlock()
	if known {
		return nil
	}
	if !n.own {
		// Kept before a flush can see it, which deletes the row of what it has divided.
		if err := t.keepSale(n); err != nil {
			return err
		}
		n.row, n.stored = true, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending[s.Order] = n
	t.fresh = append(t.fresh, n)
	return nil
}

// Awaited returns the lane and seq of an order whose report is awaited.
func (t *Tally) Awaited(order types.Hash) (lane types.LaneRef, seq uint64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.pending[order]
	if s == nil || s.Report != nil {
		return lane, 0, false
	}
	return s.Lane, s.Seq, true
}

// Report takes what the passages of an order counted, and keeps it as Sold kept the
// order. It returns false, and changes nothing, unless the order's report is awaited and
// is of exactly its passages.
func (t *Tally) Report(order types.Hash, entries []attribution.Entry) (bool, error) {
	t.mu.Lock()
	s := t.pending[order]
	awaited := s != nil && s.Report == nil
	t.mu.Unlock()
	if !awaited || len(entries) != len(s.Passages) {
		return false, nil
	}
	sorted := make([]attribution.Entry, len(entries))
	for i, p := range s.Passages {
		k := slices.IndexFunc(entries, func(e attribution.Entry) bool { return e.Chunk == p.Chunk })
		if k < 0 {
			return false, nil
		}
		sorted[i] = entries[k]
	}
	if !s.own {
		if err := t.keepReport(order, sorted); err != nil {
			return false, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.Report != nil {
		return false, nil // another came first
	}
	s.Report = sorted
	s.stored = s.stored && !s.own
	return true, nil
}
