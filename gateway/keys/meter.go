package keys

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Bill is what a question can cost at most, before anything is signed for it.
type Bill struct {
	Lane  types.LaneRef
	Seq   uint64
	Denom string
	Most  types.Amount
	// Tokens is the most metered tokens that are paid for: prompt and answer.
	Tokens uint64
}

// Cost is what a question that was signed for has come to. Until it is Final the
// question may still be under way, and Amount is the most.
type Cost struct {
	Amount types.Amount
	Final  bool
}

// Question is what a purse is to ask, and pay for.
type Question struct {
	// Path is where the gateway is asked: wire.PathCompletions, or that of a task. Body
	// is the request.
	Path string
	Body []byte
	// Approve is shown the bill before it is signed. If it returns an error, nothing is
	// signed, and Ask returns that error. A purse may ask anew with another bill if it
	// has not signed for the one before.
	Approve func(context.Context, Bill) error
	// OnDelta is told each piece of the answer as it comes.
	OnDelta func(wire.Content)
}

// Said is what a question brought.
type Said struct {
	// Text is the answer's, or the JSON of a task's; Calls are the tools that it called.
	Text  string
	Calls []wire.ToolCall
	// Finish is why the answer ended, as the model says; empty if it was cut.
	Finish  string
	Trailer wire.Trailer
}

// Purse pays for questions from the lanes of one tab.
type Purse interface {
	// Ask answers a question. On an error what is returned is what came before it.
	Ask(ctx context.Context, q Question) (Said, error)
	// Cost tells what a question has come to; signed is false if nothing was signed
	// for it, and, since its Ask has ended, never will be.
	Cost(ctx context.Context, lane types.LaneRef, seq uint64) (c Cost, signed bool, err error)
}

// Tabs are the tabs that keys can be bound to. Tab zero is the gateway's own.
type Tabs interface {
	// Bind makes sure that the gateway can pay from a tab, and returns its
	// denomination. The gateway's own tab, named by its number, becomes zero.
	Bind(ctx context.Context, tab types.TabID) (bound types.TabID, denom string, err error)
	// Purse returns the purse of a tab that was bound before. It pays from lanes of
	// that tab only.
	Purse(ctx context.Context, tab types.TabID) (Purse, error)
}

// Config is what a Meter needs. Nil Now, Since and Log have defaults.
type Config struct {
	// DB is the gateway's database; see keep.Open. The meter's tables have one
	// process at a time.
	DB   *sql.DB
	Tabs Tabs
	// Now is the wall clock, Since a clock that never goes back.
	Now   func() time.Time
	Since func() time.Duration
	Log   *slog.Logger
}

// Meter is the one choke point. It is safe for concurrent use.
type Meter struct {
	cfg  Config
	seen seen

	mu     sync.Mutex
	lines  map[int64]*line // by key
	flying map[flight]bool
}

// Open opens the meter whose keys are in cfg.DB, creating its tables, and looks up
// what a crash has left open.
func Open(ctx context.Context, cfg Config) (*Meter, error) {
	if cfg.DB == nil || cfg.Tabs == nil {
		return nil, errors.New("open keys: database and tabs are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Since == nil {
		began := time.Now()
		cfg.Since = func() time.Duration { return time.Since(began) }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := keep.Schema(ctx, cfg.DB, "gateway keys", schemaVersion, schema...); err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	m := &Meter{cfg: cfg, lines: map[int64]*line{}, flying: map[flight]bool{}}
	return m, m.reconcile(ctx, 0)
}

// line returns what is under way with a key.
func (m *Meter) line(key int64) *line {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lines[key]
	if l == nil {
		l = &line{}
		m.lines[key] = l
	}
	return l
}

// maxKey is the most bytes of a text that is looked up as a key.
const maxKey = 256

// digest is what is kept of a key. Keys have more than 128 random bits, so that
// one pass of a hash is enough, and so that it tells nothing how long it takes to
// look one up.
func digest(key string) [sha256.Size]byte { return sha256.Sum256([]byte("weal/gateway/key/1" + key)) }

// known returns the key whose text is given, if it is good.
func (m *Meter) known(ctx context.Context, key string) (row, error) {
	unknown := BadKey("the API key is not one of this gateway's; its owner makes one with: weal gateway key create; a home's own is printed by: weal status")
	if key == "" || len(key) > maxKey {
		return row{}, unknown
	}
	hash := digest(key)
	r, err := m.read(ctx, hash)
	if errors.Is(err, ErrNoKey) || (err == nil && subtle.ConstantTimeCompare(r.hash, hash[:]) != 1) {
		return r, unknown
	}
	if err != nil {
		return r, fmt.Errorf("look up the API key: %w", err)
	}
	if e := r.refuse(m.cfg.Now()); e != nil {
		return r, e
	}
	return m.current(ctx, r)
}

// refuse says why a key is not good now; nil if it is.
func (r *row) refuse(now time.Time) *wire.Error {
	const ask = "; ask the gateway's owner for another"
	switch r.state(now) {
	case Revoked:
		return BadKey("the API key %q was revoked on %s"+ask, r.name, date(r.revoked).Format(time.RFC3339))
	case Expired:
		return BadKey("the API key %q has expired on %s"+ask, r.name, date(r.expires).Format(time.RFC3339))
	case Disabled:
		return BadKey("the API key %q is switched off; ask the gateway's owner to switch it on", r.name)
	}
	return nil
}

// Admit lets a request in that shows an API key, or says why not. It writes into
// header, which may be nil, what clients are told of their limits. The caller ends
// the Use.
func (m *Meter) Admit(ctx context.Context, key string, header http.Header) (*Use, error) {
	r, err := m.known(ctx, key)
	if err != nil {
		return nil, err
	}
	return m.enter(ctx, r, header)
}

// AdmitFor lets a request in that is not asked with a key, but paid for otherwise:
// it spends from the gateway's own tab, at most most of denom. All requests of one
// name count as one key that has no text; the owner can limit it like any other.
func (m *Meter) AdmitFor(ctx context.Context, name string, most types.Amount, denom string) (*Use, error) {
	r, err := m.nameless(ctx, name)
	if err != nil {
		return nil, err
	}
	if e := r.refuse(m.cfg.Now()); e != nil {
		return nil, e
	}
	if r, err = m.current(ctx, r); err != nil {
		return nil, err
	}
	if r.denom != denom {
		return nil, wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "wrong_denomination",
			"this gateway pays in %s, not in %s", r.denom, denom)
	}
	u, err := m.enter(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	u.once, u.most, u.denom = true, most, denom
	return u, nil
}

// enter passes a request by the limits of its key.
func (m *Meter) enter(ctx context.Context, r row, header http.Header) (*Use, error) {
	u := &Use{m: m, row: r, line: m.line(r.id), header: header}
	if q := r.short(types.Amount{}); q != nil {
		u.tell()
		return nil, noQuota(header, &r, q, types.Amount{}, m.cfg.Now())
	}
	by, wait := u.line.enter(m.cfg.Since(), r.limits)
	u.tell()
	if by != "" {
		return nil, tooFast(header, &r, by, wait)
	}
	return u, nil
}

// current returns a key with its period turned. If a budget is short it looks up
// first what a crash has left open.
func (m *Meter) current(ctx context.Context, r row) (row, error) {
	r.turn(m.cfg.Now())
	if r.short(types.Amount{}) == nil {
		return r, nil
	}
	if err := m.reconcile(ctx, r.id); err != nil {
		return r, err
	}
	r, err := find(ctx, m.cfg.DB, `id = ?`, r.id)
	r.turn(m.cfg.Now())
	return r, err
}

// errPrice ends a question of which only the price was asked.
var errPrice = errors.New("only the price was asked")

// Price tells what an answer to body would cost at most from the gateway's own
// tab, in all. Nothing is signed. A later answer can cost another amount: AdmitFor
// bounds it.
func (m *Meter) Price(ctx context.Context, body []byte) (Bill, error) {
	p, err := m.cfg.Tabs.Purse(ctx, 0)
	if err != nil {
		return Bill{}, err
	}
	var bill Bill
	_, err = p.Ask(ctx, Question{
		Path: wire.PathCompletions, Body: body, OnDelta: func(wire.Content) {},
		Approve: func(_ context.Context, b Bill) error {
			bill = b
			return errPrice
		},
	})
	switch {
	case errors.Is(err, errPrice):
		return bill, nil
	case err == nil:
		err = errors.New("the purse answered without showing a bill")
	}
	return Bill{}, err
}
