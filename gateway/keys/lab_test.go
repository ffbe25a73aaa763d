package keys

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const denom = types.BaseDenom

// lab is a meter, the purses of two tabs and of the gateway itself, and clocks.
type lab struct {
	*Meter
	t      testing.TB
	db     *sql.DB
	purses map[types.TabID]*till

	mu   sync.Mutex
	wall time.Time
	mono time.Duration
}

// begin is a Wednesday in the middle of a month.
var begin = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)

func newLab(t testing.TB) *lab {
	l := &lab{t: t, wall: begin, mono: time.Hour, purses: map[types.TabID]*till{}}
	for _, tab := range []types.TabID{0, 7, 8} {
		l.purses[tab] = &till{tab: tab, said: map[uint64]Cost{}, denom: denom, most: amount(100), cost: amount(40), tokens: 1000}
	}
	var err error
	l.db, err = keep.Open(filepath.Join(t.TempDir(), "gateway.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.db.Close()) })
	l.Meter = l.open(l.db)
	return l
}

// open opens a meter as a process that has just started does.
func (l *lab) open(db *sql.DB) *Meter {
	m, err := Open(context.Background(), Config{
		DB: db, Tabs: l,
		Now:   func() time.Time { l.mu.Lock(); defer l.mu.Unlock(); return l.wall },
		Since: func() time.Duration { l.mu.Lock(); defer l.mu.Unlock(); return l.mono },
	})
	require.NoError(l.t, err)
	return m
}

// pass moves both clocks.
func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wall, l.mono = l.wall.Add(d), l.mono+max(d, 0)
}

// died returns the meter of the process after this one, which has the database as
// it is now.
func (l *lab) died() *Meter {
	l.t.Helper()
	image := filepath.Join(l.t.TempDir(), "image.db")
	_, err := l.db.Exec(`VACUUM INTO ?`, image)
	require.NoError(l.t, err)
	db, err := keep.Open(image)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { require.NoError(l.t, db.Close()) })
	return l.open(db)
}

var _ Tabs = (*lab)(nil)

// ownNumber is the number of the gateway's own tab.
const ownNumber = types.TabID(1)

func (l *lab) Bind(_ context.Context, tab types.TabID) (types.TabID, string, error) {
	if tab == ownNumber {
		tab = 0
	}
	p, ok := l.purses[tab]
	if !ok {
		return 0, "", fmt.Errorf("no tab %d", tab)
	}
	return tab, p.denom, nil
}

func (l *lab) Purse(_ context.Context, tab types.TabID) (Purse, error) {
	p, ok := l.purses[tab]
	if !ok {
		return nil, fmt.Errorf("no purse of tab %d", tab)
	}
	return p, nil
}

// till is a purse whose history a test can read.
type till struct {
	tab   types.TabID
	denom string

	mu         sync.Mutex
	most, cost types.Amount
	tokens     uint64
	seq        uint64
	said       map[uint64]Cost // the history
	broken     error           // Cost says
	at         func(stage string)
	fails      error // instead of signing
}

var _ Purse = (*till)(nil)

// lanes of a till are numbered by seq, so that many questions can be under way.
func (p *till) lane(seq uint64) types.LaneRef {
	return types.LaneRef{Tab: max(p.tab, 1), Lane: uint32(seq % 64)}
}

func (p *till) Ask(ctx context.Context, q Question) (Said, error) {
	p.mu.Lock()
	p.seq++
	seq, b, cost, at, fails := p.seq, Bill{Denom: p.denom, Most: p.most, Tokens: p.tokens}, p.cost, p.at, p.fails
	p.mu.Unlock()
	if at == nil {
		at = func(string) {}
	}
	b.Lane, b.Seq = p.lane(seq), seq
	at("asked")
	if err := q.Approve(ctx, b); err != nil {
		return Said{}, err
	}
	at("approved")
	if fails != nil {
		return Said{}, fails
	}
	p.write(seq, Cost{Amount: b.Most})
	at("signed")
	q.OnDelta(wire.Content{Content: "text"})
	p.write(seq, Cost{Amount: cost, Final: true})
	at("kept")
	return Said{Text: "text", Finish: "stop"}, nil
}

func (p *till) write(seq uint64, c Cost) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said[seq] = c
}

func (p *till) Cost(_ context.Context, lane types.LaneRef, seq uint64) (Cost, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.said[seq]
	if lane != p.lane(seq) {
		return c, false, errors.New("asked for the wrong lane")
	}
	return c, ok, p.broken
}

// spent is what the history comes to.
func (p *till) spent() (sum types.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.said {
		sum, _ = sum.Add(c.Amount)
	}
	return sum
}

func amount(n uint64) types.Amount { return types.NewAmount(n) }

func ptr[T any](v T) *T { return &v }

// make makes a key of the gateway's own tab.
func (l *lab) make(name string, c Change) string {
	l.t.Helper()
	c.Name = &name
	_, text, err := l.Create(context.Background(), c)
	require.NoError(l.t, err)
	return text
}

// ask asks with a key, as the gateway does.
func ask(m *Meter, key string, h http.Header) error {
	ctx := context.Background()
	u, err := m.Admit(ctx, key, h)
	if err != nil {
		return err
	}
	defer u.End(ctx)
	_, err = u.Ask(ctx, wire.PathCompletions, []byte(`{}`), func(wire.Content) {})
	if err == nil {
		u.Count(10)
	}
	return err
}

// refused asserts that err is a refusal with status and code.
func refused(t testing.TB, err error, status int, code string) *wire.Error {
	t.Helper()
	var e *wire.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, status, e.Status, e.Message)
	require.Equal(t, code, e.Code, e.Message)
	require.NotEmpty(t, e.Message)
	return e
}

func show(t testing.TB, m *Meter, name string) Key {
	t.Helper()
	k, err := m.Show(context.Background(), name)
	require.NoError(t, err)
	return k
}

// booked asserts that the sums of all keys are those of their uses.
func booked(t testing.TB, m *Meter) {
	t.Helper()
	require.NoError(t, m.within(context.Background(), func(tx *sql.Tx) error {
		rows, err := list(context.Background(), tx, readRow, `SELECT `+columns+` FROM gateway_keys`)
		require.NoError(t, err)
		for _, r := range rows {
			uses, err := list(context.Background(), tx, readUse, `SELECT `+useColumns+` FROM gateway_key_uses WHERE key = ?`, r.id)
			require.NoError(t, err)
			var all, period types.Amount
			for _, u := range uses {
				all, _ = all.Add(u.cost)
				if u.period == r.period {
					period, _ = period.Add(u.cost)
				}
			}
			require.Equal(t, all, r.spent, r.name)
			if r.per != Never {
				require.Equal(t, period, r.periodSpent, r.name)
			}
			require.EqualValues(t, len(uses), r.requests, r.name)
		}
		return nil
	}))
}
