package keep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Write runs f in a transaction and returns when that is committed, or what f or
// the commit failed with; then nothing of f is kept. Writes of many goroutines
// share a transaction: those that arrive while one is written go into the next,
// and a write that is alone waits for nobody. If something fails beside f, f is
// run again: it may be run more than once, and only the last run counts. ctx keeps
// f from beginning and does not end it. db must come from Open.
func Write(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	c, ok := db.Driver().(*connector)
	if !ok {
		return fmt.Errorf("write: %w", ErrNotKept)
	}
	return c.group.write(ctx, f)
}

// group is the writes of a pool.
type group struct {
	db *sql.DB

	mu      sync.Mutex
	writing bool // a goroutine is at it
	waiting []*write
}

// write is what one goroutine wants to be written.
type write struct {
	f    func(*sql.Tx) error
	err  error
	turn chan bool // true: write all that waits; false: it is done, see err
}

// errNotWritten is what a write fails with beside one that has panicked.
var errNotWritten = errors.New("not written: another write has failed; try again")

func (g *group) write(ctx context.Context, f func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{f: f, turn: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	if g.writing {
		g.mu.Unlock()
		if !<-w.turn {
			return w.err
		}
	} else {
		g.writing = true
		g.mu.Unlock()
	}
	g.writeAll(w)
	return w.err
}

// writeAll writes all that waits, own among it, and leaves what has come since to
// the next goroutine.
func (g *group) writeAll(own *write) {
	runtime.Gosched() // who is about to write comes along
	g.mu.Lock()
	batch := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	defer func() { // even if a write panics, others go on
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, w := range batch {
			if w != own {
				w.turn <- false
			}
		}
		if g.writing = len(g.waiting) > 0; g.writing {
			g.waiting[0].turn <- true
		}
	}()
	g.commit(batch)
}

// commit writes a batch in one transaction, or each write in its own if one of
// them fails.
func (g *group) commit(batch []*write) {
	for _, w := range batch {
		w.err = errNotWritten
	}
	err := g.within(func(tx *sql.Tx) error {
		for _, w := range batch {
			if err := w.f(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || len(batch) == 1 {
		for _, w := range batch {
			w.err = err
		}
		return
	}
	for _, w := range batch {
		w.err = g.within(w.f)
	}
}

func (g *group) within(f func(*sql.Tx) error) error {
	tx, err := g.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended {
			_ = tx.Rollback() // f has panicked
		}
	}()
	if err := f(tx); err != nil {
		ended = true
		return errors.Join(err, tx.Rollback())
	}
	ended = true
	return tx.Commit()
}
