package keep

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ErrJournalTaken is returned by Put if another process puts into the database.
var ErrJournalTaken = errors.New("another process puts into this database")

// lockJournal takes the right to the journal of the database at path, which ends
// with the process at the latest.
func lockJournal(path string) (*os.File, error) {
	f, err := os.OpenFile(path+"-log.lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w (%w)", ErrJournalTaken, err), f.Close())
	}
	return f, nil
}

// logs lists the files of the journal of the database at path, oldest first.
func logs(path string) (names []string, highest uint64, err error) {
	found, err := filepath.Glob(escapeGlob(path) + "-log-*")
	if err != nil {
		return nil, 0, err
	}
	number := func(name string) uint64 {
		n, err := strconv.ParseUint(strings.TrimPrefix(name, path+"-log-"), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	found = slices.DeleteFunc(found, func(name string) bool { return number(name) == 0 })
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	if len(found) > 0 {
		highest = number(found[len(found)-1])
	}
	return found, highest, nil
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// replay brings into the tables what a process that was killed has put, and
// removes its journal. If another process is at it, there is nothing to do.
func (c *connector) replay(db *sql.DB) error {
	names, _, err := logs(c.path)
	if err != nil || len(names) == 0 {
		return err
	}
	lock, err := lockJournal(c.path)
	if errors.Is(err, ErrJournalTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	ctx := context.Background()
	applied, err := readApplied(ctx, db)
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
		err = made.Raw(func(on any) error { return on.(*conn).applyAll(changes, until) }) //nolint:errcheck // newConn made it
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

// readApplied returns the number of the last record that is in the tables.
func readApplied(ctx context.Context, db *sql.DB) (applied uint64, err error) {
	var tables int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'keep_journal'`).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, selectApplied).Scan(&applied)
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
	lock, err := lockJournal(c.path)
	if err != nil {
		return nil, err
	}
	j := &journal{
		path: c.path, db: db, wal: c.flusher, lock: lock, quit: make(chan struct{}),
		pending: map[string]*pendingChange{},
	}
	names, highest, err := logs(c.path)
	if err == nil && len(names) > 0 {
		err = fmt.Errorf("there is a journal of another process at %s; open the database again", c.path)
	}
	if err == nil {
		j.applied, err = readApplied(context.Background(), db)
	}
	j.next, j.named = j.applied+1, highest
	if err == nil {
		_, err = j.begin()
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	j.start()
	c.journal.Store(j)
	return j, nil
}

// begin makes the next file of the journal. The caller holds j.mu, or nobody else
// has j yet.
func (j *journal) begin() (*logFile, error) {
	name := fmt.Sprintf("%s-log-%d", j.path, j.named+1)
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
