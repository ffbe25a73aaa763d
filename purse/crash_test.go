package purse

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

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
	p.Close() // the dead say nothing more
	w.gate.beforeEach(nil)
	reopened, err := keep.OpenShared(image)
	require.NoError(t, err)
	defer reopened.Close()
	w.gate.onQuote = longer
	heir := w.purse(reopened, 1)
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
	require.NoError(t, db.QueryRow(`SELECT sum(CAST(spent AS INTEGER) - CAST(back AS INTEGER)) FROM purse_spent`).Scan(&days))
	require.NoError(t, db.QueryRow(`SELECT sum(CAST(cost AS INTEGER)) FROM purse_queries`).Scan(&queries))
	require.Zero(t, open)
	require.Equal(t, queries, days)
}

// What was reserved and not used is never used: the reservation is on the disk,
// the use of it may not be.
func TestSeqAfterLossOfPower(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "purse.db")
	one, other := w.purse(openShared(t, path), 1), w.purse(openShared(t, path), 1)
	for i, p := range []*Purse{one, other, one} {
		a, err := p.Ask(t.Context(), w.ask())
		require.NoError(t, err)
		require.EqualValues(t, 1+i*seqBlock, a.Seq)
		p.giveBackIf(func(*lane) bool { return true })
	}
	require.Empty(t, w.gate.faults)
}

// Two processes with one database and one lane take turns.
func TestLaneIsShared(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "purse.db")
	var wg sync.WaitGroup
	for range 2 {
		db, err := keep.OpenShared(path)
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

// A lane is not taken from a process that lives, however long it is silent: what it
// has promised may not be in the tables. From one that is gone it is, at once.
func TestLaneOfTheSilent(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "purse.db")
	db := openShared(t, path)
	silent, other := w.purse(db, 1), w.purse(openShared(t, path), 1)
	close(silent.quit) // it tidies up no more
	before, err := silent.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer stop()
	_, err = other.Ask(ctx, w.ask())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, db.Close())
	after, err := other.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Greater(t, after.Seq, before.Seq)
	require.Empty(t, w.gate.faults)
}

// Ticks that could not be brought, because the gateway was down when the answer ended,
// are paid by the next question of whichever process asks, though another lane has more.
func TestTicksOfTheProcessBefore(t *testing.T) {
	ends := map[string]func(p *Purse, db *sql.DB) error{
		"closed": func(p *Purse, db *sql.DB) error { p.Close(); return db.Close() },
		"killed": func(_ *Purse, db *sql.DB) error { return db.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.gate.lastLate = true
			path := filepath.Join(t.TempDir(), "purse.db")
			db := openShared(t, path)
			before := w.purse(db, 2)
			before.pause = time.Millisecond
			last := fmt.Sprint("before ", len(w.gate.answer)-1)
			var down atomic.Bool
			w.gate.beforeEach(func(stage string) bool {
				if stage == last {
					down.Store(true)
				}
				return stage == "tick" && down.Load()
			})
			a, err := before.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.NoError(t, end(before, db))
			var folded types.Amount
			w.gate.beforeEach(func(stage string) bool {
				if stage == "accepted" {
					folded = w.gate.knownOf(a.Lane, modelID)
				}
				return false
			})

			w.addLane(1-a.Lane.Lane, 1_500_000) // it has more than the other
			heir := w.purse(openShared(t, path), 2)
			next, err := heir.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Equal(t, a.Lane, next.Lane)
			require.True(t, slices.ContainsFunc(a.Items, func(i Item) bool { return i.Asset == modelID && i.Amount == folded }))
			heir.Close()
			w.gate.beforeEach(nil)
			again, err := w.purse(openShared(t, path), 2).Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.NotEqual(t, a.Lane, again.Lane, "nothing waits there any more")
			require.Empty(t, w.gate.faults)
		})
	}
}

// Who asks without end leaves a lane to another process that waits for one.
func TestLaneIsWanted(t *testing.T) {
	w := newWorld(t)
	w.addLane(0, 1<<50) // it asks a lot
	path := filepath.Join(t.TempDir(), "purse.db")
	busy, other := w.purse(openShared(t, path), 1), w.purse(openShared(t, path), 1)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	began := make(chan struct{})
	var once sync.Once
	wg.Go(func() {
		for ctx.Err() == nil {
			_, err := busy.Ask(ctx, w.ask())
			if err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			once.Do(func() { close(began) })
		}
	})
	<-began
	_, err := other.Ask(t.Context(), w.ask())
	stop()
	wg.Wait()
	require.NoError(t, err)
	require.Empty(t, w.gate.faults)
}
