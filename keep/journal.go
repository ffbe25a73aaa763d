package keep

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// journalFile is how large a file of a journal grows before the next is begun.
	journalFile = 8 << 20
	// applyEvery is how often what was put is brought into the tables.
	applyEvery = 500 * time.Millisecond
)

// Change sets columns of one row. It must not depend on what the row has, and
// always set the same columns for a Slot: of several changes of one slot only the
// last is brought into the tables.
type Change struct {
	// Slot names the row and which of its columns are set.
	Slot string
	// Text is one SQL statement, Args its arguments; they must not change after.
	Text string
	Args []any
}

// Put keeps changes, all or none. When it returns they are with the operating
// system, in a journal beside the database, and any statement that is run after it
// sees them; they are brought into the tables together with others, later. It costs
// one write to a file, where a transaction costs some ten times as much. Only one
// process can put into a database at a time, unless all open it by OpenShared. db
// must come from Open or OpenShared.
func Put(db *sql.DB, changes ...Change) error {
	c, ok := db.Driver().(*connector)
	if !ok {
		return fmt.Errorf("put: %w", ErrNotKept)
	}
	j, err := c.openJournal(db)
	if err == nil {
		err = j.put(changes)
	}
	if err != nil {
		return fmt.Errorf("put: %w", err)
	}
	return nil
}

// journal keeps what was put and is not in the tables yet.
type journal struct {
	stem string // of the names of its files
	id   int    // in the table that says how far the tables are
	db   *sql.DB
	wal  *flusher
	lock *os.File
	quit chan struct{}

	name    string      // see Writer; empty if the database is not shared
	claimed atomic.Bool // Writer has told it

	running sync.WaitGroup // what flushes and applies, until quit is closed

	applying sync.Mutex // held while changes are brought into the tables
	flushing sync.Mutex // held until what was dirty is on the disk

	mu      sync.Mutex // guards what follows
	next    uint64     // number of the next record
	applied uint64     // number of the last record that is in the tables
	named   uint64     // number in the name of the newest file
	files   []*logFile // the last is written to; the others wait to be dropped
	pending map[string]*pendingChange
	buffer  []byte
	err     error // why nothing can be put any more; it stays
}

// logFile is one file of a journal.
type logFile struct {
	*os.File
	size  int64
	last  uint64 // number of its last record
	dirty bool   // has what is not on the disk
	texts map[string]uint64
}

// pendingChange is the last change of a slot.
type pendingChange struct {
	number uint64 // of its record
	place  int    // in its record
	text   string
	args   []driver.NamedValue
}

func (j *journal) put(changes []Change) error {
	held := make([]*pendingChange, len(changes))
	for i, c := range changes {
		args := make([]driver.NamedValue, len(c.Args))
		for k, a := range c.Args {
			v, err := driver.DefaultParameterConverter.ConvertValue(a)
			if err != nil {
				return fmt.Errorf("argument %d: %w", k+1, err)
			}
			args[k] = driver.NamedValue{Ordinal: k + 1, Value: v}
		}
		held[i] = &pendingChange{place: i, text: c.Text, args: args}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	number, err := j.write(held)
	if err != nil {
		return err
	}
	for i, c := range changes {
		held[i].number = number
		j.pending[c.Slot] = held[i]
	}
	return nil
}

// write appends the record of held, and those of texts that are new in the file.
// What fails is written over by the next. The caller holds j.mu.
func (j *journal) write(held []*pendingChange) (number uint64, err error) {
	f := j.files[len(j.files)-1]
	if f.size >= journalFile {
		if f, err = j.begin(); err != nil {
			return 0, err
		}
	}
	b, next := j.buffer[:0], j.next
	var fresh []string
	id := func(text string) uint64 {
		if id, ok := f.texts[text]; ok {
			return id
		}
		i := slices.Index(fresh, text)
		if i < 0 {
			fresh = append(fresh, text)
			i = len(fresh) - 1
		}
		return uint64(len(f.texts) + i)
	}
	for _, c := range held {
		known := len(fresh)
		n := id(c.text)
		if len(fresh) == known {
			continue
		}
		start := len(b)
		b = binary.AppendUvarint(beginRecord(b, next, kindText), n)
		if b, err = endRecord(appendBytes(b, c.text), start); err != nil {
			return 0, err
		}
		next++
	}
	start := len(b)
	b = binary.AppendUvarint(beginRecord(b, next, kindPut), uint64(len(held)))
	for _, c := range held {
		b = binary.AppendUvarint(binary.AppendUvarint(b, id(c.text)), uint64(len(c.args)))
		for _, a := range c.args {
			if b, err = appendArg(b, a.Value); err != nil {
				return 0, err
			}
		}
	}
	if b, err = endRecord(b, start); err != nil {
		return 0, err
	}
	if _, err := f.WriteAt(b, f.size); err != nil {
		return 0, fmt.Errorf("write journal: %w; check the disk", err)
	}
	for _, text := range fresh {
		f.texts[text] = uint64(len(f.texts))
	}
	f.size += int64(len(b))
	f.last, f.dirty, j.next, j.buffer = next, true, next+1, b
	return next, nil
}

// flush puts the journal on the disk now. After a failure it fails for ever; see
// flusher.
func (j *journal) flush() error {
	j.flushing.Lock() // who flushes meanwhile returns no sooner
	defer j.flushing.Unlock()
	j.mu.Lock()
	if j.err != nil {
		defer j.mu.Unlock()
		return j.err
	}
	var dirty []*logFile
	for _, f := range j.files {
		if f.dirty {
			f.dirty = false
			dirty = append(dirty, f)
		}
	}
	j.mu.Unlock()
	for _, f := range dirty {
		if err := f.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.err = fmt.Errorf("flush journal: %w; check the disk, then restart", err)
			return j.err
		}
	}
	return nil
}
