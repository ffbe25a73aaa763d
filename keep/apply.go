package keep

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"
)

const (
	createJournal = `CREATE TABLE IF NOT EXISTS keep_journal (id INTEGER PRIMARY KEY, applied INTEGER NOT NULL)`
	putApplied    = `INSERT INTO keep_journal (id, applied) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET applied = excluded.applied`
	selectApplied = `SELECT applied FROM keep_journal WHERE id = ?`
)

// apply brings what is pending into the tables, on a connection that is in no
// transaction. What fails stays pending.
func (j *journal) apply(c *conn) error {
	j.applying.Lock()
	defer j.applying.Unlock()
	j.mu.Lock()
	batch, until := j.pending, j.next-1
	if len(batch) == 0 {
		j.mu.Unlock()
		return nil
	}
	j.pending = make(map[string]*pendingChange, len(batch))
	j.mu.Unlock()
	ordered := make([]*pendingChange, 0, len(batch))
	for _, p := range batch {
		ordered = append(ordered, p)
	}
	slices.SortFunc(ordered, func(a, b *pendingChange) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.place, b.place))
	})
	err := c.applyAll(j.id, ordered, until)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		j.applied = until
		return nil
	}
	for slot, p := range batch {
		if _, newer := j.pending[slot]; !newer {
			j.pending[slot] = p
		}
	}
	return fmt.Errorf("bring what was put into the tables: %w; it is kept in the journal", err)
}

// applyAll runs changes in one transaction that also says how far the tables are
// with journal id.
func (c *conn) applyAll(id int, changes []*pendingChange, until uint64) error {
	ctx := context.Background()
	if _, err := c.exec(ctx, begin, nil); err != nil {
		return err
	}
	_, err := c.exec(ctx, createJournal, nil)
	for _, p := range changes {
		if err != nil {
			break
		}
		_, err = c.exec(ctx, p.text, p.args)
	}
	if err == nil {
		_, err = c.exec(ctx, putApplied, []driver.NamedValue{{Ordinal: 1, Value: int64(id)}, {Ordinal: 2, Value: int64(until)}})
	}
	if err != nil {
		_ = transaction{c}.Rollback() // err says more, and SQLite may have rolled back itself
		return err
	}
	return transaction{c}.Commit()
}

// start flushes the journal often, and brings what it has into the tables now and
// then: apart, since a flush waits for no transaction.
func (j *journal) start() {
	j.running.Go(func() {
		j.every(flushEvery, func() { _ = j.flush() }) // a failure stays, and the next Put fails with it
	})
	failed := false
	j.running.Go(func() {
		j.every(applyEvery, func() {
			err := j.settle()
			if err != nil && !failed && !errors.Is(err, sql.ErrConnDone) {
				slog.Error("journal cannot be brought into its database", "file", j.stem, "err", err)
			}
			failed = err != nil
		})
	})
}

// every calls f at intervals, until the journal is closed.
func (j *journal) every(d time.Duration, f func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-j.quit:
			return
		case <-tick.C:
			f()
		}
	}
}

// settle brings everything into the tables, and drops files that are done with.
func (j *journal) settle() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	made, err := j.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", sql.ErrConnDone, err) // busy or closed: later
	}
	err = made.Raw(func(c any) error { return j.apply(c.(*conn)) }) //nolint:errcheck // newConn made it
	return errors.Join(err, made.Close(), j.drop(1))
}

// drop removes the files whose changes are in the tables, and on the disk there,
// but for the newest ones.
func (j *journal) drop(newest int) error {
	j.mu.Lock()
	var done []*logFile
	for len(j.files) > newest && j.files[0].last <= j.applied {
		done = append(done, j.files[0])
		j.files = j.files[1:]
	}
	j.mu.Unlock()
	if len(done) == 0 {
		return nil
	}
	errs := []error{j.wal.flush()}
	for _, f := range done {
		if errs[0] == nil {
			errs = append(errs, os.Remove(f.Name()))
		}
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// close brings everything into the tables, on a connection of its own, and removes
// the journal.
func (j *journal) close(connect func() (driver.Conn, error)) error {
	close(j.quit)
	j.running.Wait()
	err := j.flush()
	j.mu.Lock()
	j.err = errors.Join(j.err, sql.ErrConnDone)
	j.mu.Unlock()
	made, failed := connect()
	if err = errors.Join(err, failed); failed == nil {
		err = errors.Join(j.apply(made.(*conn)), made.Close()) //nolint:errcheck // newConn made it
	}
	if err == nil {
		err = j.drop(0)
	}
	for _, f := range j.files { // there are some if something failed
		err = errors.Join(err, f.Close())
	}
	return errors.Join(err, j.lock.Close())
}
