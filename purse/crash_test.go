package purse

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
)

// later is a clock by which every lease of a dead process has run out.
func later(c *Config) { c.Now = func() time.Time { return time.Now().Add(time.Minute) } }

// A purse that dies at any message that the world sees of it, in the first
// question of a lane or in the second, goes on from what its database has: with a
// new seq and with leaves at least as high as all that was promised. The gate
// checks that as each contributor would.
func TestKilledAtAnyMessage(t *testing.T) {
	for _, before := range []int{0, 1} {
		for n := 1; ; n++ {
			var died bool
			t.Run(fmt.Sprint("question ", before+1, " message ", n), func(t *testing.T) { died = killAt(t, before, n) })
			if !died {
				require.Greater(t, n, 10, "each question has more messages than that")
				break
			}
		}
	}
}

// killAt asks some questions and then one in which the purse dies at stage n.
func killAt(t *testing.T, before, n int) (died bool) {
	w := newWorld(t)
	db := openDB(t)
	p := w.purse(db, 1)
	for range before {
		_, err := p.Ask(t.Context(), w.ask())
		require.NoError(t, err)
	}
	image := filepath.Join(t.TempDir(), "image.db")
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var mu sync.Mutex
	seen := 0
	w.gate.beforeEach(func(string) bool {
		mu.Lock()
		defer mu.Unlock()
		if seen++; seen < n {
			return false
		}
		if seen == n {
			if _, err := db.Exec(`VACUUM INTO ?`, image); err != nil { // what the dead process would have left
				t.Error(err)
			}
			kill()
		}
		return true // the dead say nothing and hear nothing
	})
	if _, err := p.Ask(ctx, w.ask()); err == nil {
		return false
	}
	w.gate.beforeEach(nil)
	reopened, err := keep.Open(image)
	require.NoError(t, err)
	defer reopened.Close()
	w.gate.onQuote = longer
	heir := w.purse(reopened, 1, later)
	for range 2 {
		a, err := heir.Ask(t.Context(), w.ask())
		require.NoError(t, err)
		require.Empty(t, a.Problems)
	}
	require.Empty(t, w.gate.faults)
	requireBooked(t, reopened)
	return true
}

// requireBooked checks that the days' sums are those of their questions, none of
// which is open.
func requireBooked(t *testing.T, db *sql.DB) {
	var open, days, queries int
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM purse_queries WHERE open = 1`).Scan(&open))
	require.NoError(t, db.QueryRow(`SELECT sum(CAST(spent AS INTEGER)) FROM purse_days`).Scan(&days))
	require.NoError(t, db.QueryRow(`SELECT sum(CAST(cost AS INTEGER)) FROM purse_queries`).Scan(&queries))
	require.Zero(t, open)
	require.Equal(t, queries, days)
}

// What was reserved and not used is never used: the reservation is on the disk,
// the use of it may not be.
func TestSeqAfterLossOfPower(t *testing.T) {
	w := newWorld(t)
	db := openDB(t)
	p := w.purse(db, 1)
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Equal(t, uint64(1), a.Seq)
	b, err := w.purse(db, 1).Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Equal(t, uint64(1+seqBlock), b.Seq)
	c, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Greater(t, c.Seq, b.Seq, "a lower seq than the last is not used, even if it is reserved")
	require.Empty(t, w.gate.faults)
}

// Two processes with one database and one lane take turns.
func TestLaneIsLeased(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "purse.db")
	var wg sync.WaitGroup
	for range 2 {
		db, err := keep.Open(path)
		require.NoError(t, err)
		defer db.Close()
		p := w.purse(db, 1)
		for range 5 {
			wg.Go(func() {
				a, err := p.Ask(t.Context(), w.ask())
				if err != nil || len(a.Problems) > 0 {
					t.Errorf("ask: %v %v", err, a)
				}
			})
		}
	}
	wg.Wait()
	require.Empty(t, w.gate.faults)
}

// A process whose lease was lost stops: it neither reveals nor keeps anything
// that the one who took over does not know.
func TestLeaseLost(t *testing.T) {
	w := newWorld(t)
	w.gate.onQuote = longer
	db := openDB(t)
	p := w.purse(db, 1)
	ask := w.ask()
	var once sync.Once
	ask.OnDelta = func(string) {
		once.Do(func() {
			a, err := w.purse(db, 1, later).Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Empty(t, a.Problems)
		})
	}
	p.cfg.Patience = time.Second
	_, err := p.Ask(t.Context(), ask)
	require.ErrorIs(t, err, ErrLease)
	require.Empty(t, w.gate.faults)
	_, err = p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, w.gate.faults)
}
