package keep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// replayAll brings into the tables what processes that were killed have put, and
// removes their journals. Those that are at work are left alone.
func (c *connector) replayAll(db *sql.DB) error {
	for id := 1; id <= c.journals(); id++ {
		names, _, err := logs(c.stem(id))
		if err != nil {
			return err
		}
		if len(names) == 0 {
			continue
		}
		lock, err := lockJournal(c.stem(id))
		if errors.Is(err, ErrJournalTaken) {
			continue
		}
		if err == nil {
			err = errors.Join(c.replay(context.Background(), db, id), lock.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replay brings into the tables what is in a journal that the caller has locked, and
// removes its files.
func (c *connector) replay(ctx context.Context, db *sql.DB, id int) error {
	names, _, err := logs(c.stem(id))
	if err != nil || len(names) == 0 {
		return err
	}
	applied, err := readApplied(ctx, db, id)
	if err != nil {
		return err
	}
	changes, until, err := readLogs(names, applied)
	if err != nil {
		return fmt.Errorf("replay journal: %w", err)
	}
	made, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		err = made.Raw(func(on any) error { return on.(*conn).applyAll(id, changes, until) }) //nolint:errcheck // newConn made it
	}
	if err = errors.Join(err, made.Close()); err == nil {
		err = c.flusher.flush()
	}
	if err != nil {
		return fmt.Errorf("replay journal: %w", err)
	}
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// readApplied returns the number of the last record of a journal that is in the
// tables.
func readApplied(ctx context.Context, db *sql.DB, id int) (applied uint64, err error) {
	var tables int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'keep_journal'`).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, selectApplied, id).Scan(&applied)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return applied, err
}

// readLogs reads the changes after the record numbered applied, and the number of
// the last. It stops where a record is missing: what a loss of power left behind
// that was written later.
func readLogs(names []string, applied uint64) (changes []*pendingChange, last uint64, err error) {
	last = applied
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, 0, err
		}
		more, until, err := readLog(b, last)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", name, err)
		}
		changes, last = append(changes, more...), until
	}
	return changes, last, nil
}

// readLog reads the changes of one file after the record numbered last.
func readLog(b []byte, last uint64) (changes []*pendingChange, _ uint64, err error) {
	texts := map[uint64]string{}
	for before := uint64(0); ; {
		r, rest, err := readRecord(b)
		switch {
		case errors.Is(err, errEnd):
			return changes, last, nil
		case err != nil:
			return nil, 0, err
		case before != 0 && r.number != before+1, r.number > last+1:
			return changes, last, nil
		}
		b, before = rest, r.number
		if r.kind == kindText {
			texts[r.id] = r.text
		}
		for place, p := range r.puts {
			text, ok := texts[p.id]
			if !ok {
				return nil, 0, fmt.Errorf("journal: record %d has a statement that is not in its file", r.number)
			}
			if r.number > last {
				changes = append(changes, &pendingChange{number: r.number, place: place, text: text, args: p.args})
			}
		}
		last = max(last, r.number)
	}
}

// openJournal returns the journal, which is begun with the first Put.
func (c *connector) openJournal(db *sql.DB) (*journal, error) {
	if j := c.journal.Load(); j != nil {
		return j, nil
	}
	c.beginning.Lock()
	defer c.beginning.Unlock()
	if j := c.journal.Load(); j != nil {
		return j, nil
	}
	if c.closed {
		return nil, sql.ErrConnDone
	}
	if err := c.flusher.failed(); err != nil {
		return nil, err
	}
	j, err := c.beginJournal(db)
	if err != nil {
		return nil, err
	}
	j.start()
	c.journal.Store(j)
	return j, nil
}

// beginJournal takes a journal that nobody has, and begins it.
func (c *connector) beginJournal(db *sql.DB) (j *journal, err error) {
	var lock *os.File
	id := 0
	for err = ErrJournalTaken; errors.Is(err, ErrJournalTaken) && id < c.journals(); {
		id++
		lock, err = lockJournal(c.stem(id))
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	j = &journal{
		stem: c.stem(id), id: id, db: db, wal: c.flusher, lock: lock, quit: make(chan struct{}),
		pending: map[string]*pendingChange{},
	}
	ctx := context.Background()
	names, highest, err := logs(j.stem)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 { // another has left it since the database was opened
		if !c.shared { // and what was read since may be old
			return nil, fmt.Errorf("there is a journal of another process at %s; open the database again", c.path)
		}
		if err := c.replay(ctx, db, id); err != nil {
			return nil, err
		}
	}
	if j.applied, err = readApplied(ctx, db, id); err != nil {
		return nil, err
	}
	j.next, j.named = j.applied+1, highest
	if c.shared {
		if j.name, err = writeName(lock, id); err != nil {
			return nil, err
		}
	}
	_, err = j.begin()
	return j, err
}

// begin makes the next file of the journal. The caller holds j.mu, or nobody else
// has j yet.
func (j *journal) begin() (*logFile, error) {
	name := fmt.Sprintf("%s-%d", j.stem, j.named+1)
	made, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin journal: %w", err)
	}
	if err := syncFile(filepath.Dir(name)); err != nil {
		return nil, errors.Join(fmt.Errorf("begin journal: %w", err), made.Close())
	}
	j.named++
	f := &logFile{File: made, texts: map[string]uint64{}}
	j.files = append(j.files, f)
	return f, nil
}
