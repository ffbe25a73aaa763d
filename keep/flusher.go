package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// flushEvery is how often the flusher looks. A commit is on the disk within two
// looks and one fsync.
const flushEvery = 40 * time.Millisecond

// flusher puts a write-ahead log on the disk soon after it has changed.
//
// It opens the log by its own descriptor. That is safe: SQLite's locks are on the
// database and on its index of the log, and closing a descriptor drops only the
// locks of its own file.
type flusher struct {
	wal  string
	quit chan struct{}
	done chan struct{}
	once sync.Once

	mu     sync.Mutex
	err    error // the first failed fsync; it stays
	synced int   // how often the log was put on the disk
}

func startFlusher(wal string) *flusher {
	f := &flusher{wal: wal, quit: make(chan struct{}), done: make(chan struct{})}
	go f.run()
	return f
}

// run syncs whenever the log's size or time has changed since the last look, and
// once more at the look after that: a change in the same tick of the file
// system's clock as the look would not be seen.
func (f *flusher) run() {
	defer close(f.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	var size int64
	var changed time.Time
	again := false
	for {
		select {
		case <-f.quit:
			return
		case <-tick.C:
		}
		info, err := os.Stat(f.wal)
		if err != nil {
			continue // there is no log until the first write
		}
		dirty := info.Size() != size || !info.ModTime().Equal(changed)
		size, changed = info.Size(), info.ModTime()
		if !dirty && !again {
			continue
		}
		again = dirty
		if err := f.flush(); err != nil {
			slog.Error("database log cannot be put on the disk", "file", f.wal, "err", err)
			return
		}
	}
}

// flush puts the log on the disk now. After a failure it fails for ever: the
// kernel forgets which pages it could not write, so a later success says nothing.
func (f *flusher) flush() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	err := syncFile(f.wal)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.err = fmt.Errorf("flush database: %w; check the disk, then restart", err)
		return f.err
	}
	f.synced++
	return nil
}

func (f *flusher) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// stop ends the flusher. The log is gone by then if the last connection put it
// into the database, which is the usual end.
func (f *flusher) stop() error {
	f.once.Do(func() { close(f.quit) })
	<-f.done
	return f.flush()
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
