package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/ingest"
)

// FileName is the database's name in a vault's folder.
const FileName = "documents.db"

// maxReaders is how many passages are read at once.
const maxReaders = 4

// ErrBusy is returned by Add while another Add runs.
var ErrBusy = errors.New("documents are being added already; wait until that is done, or cancel it")

// Config is what a Library needs. Only Dir must be set.
type Config struct {
	Dir    string
	Ingest ingest.Options
	Now    func() time.Time
}

// Library is an open library. It may be used by many goroutines.
type Library struct {
	cfg   Config
	write *sql.DB // one connection; only Add and Published use it
	read  *sql.DB

	adding sync.Mutex // held while documents are added

	loading sync.Mutex // guards what follows; held for as long as loading takes
	index   *index.Index
	slots   map[int64]index.Doc // documents that are in index

	mu     sync.Mutex    // guards what follows; held for moments
	recent []*Generation // in memory, the one used last at the end
}

// Open opens the library in cfg.Dir, or makes it, and reads its latest generation.
func Open(ctx context.Context, cfg Config) (*Library, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	l := &Library{cfg: cfg, index: index.New(), slots: map[int64]index.Doc{}}
	path := filepath.Join(cfg.Dir, FileName)
	var err error
	if l.write, err = keep.Open(path); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	if l.read, err = keep.Open(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open library: %w", err), l.write.Close())
	}
	l.read.SetMaxOpenConns(maxReaders)
	l.read.SetMaxIdleConns(maxReaders)
	if err := keep.Schema(ctx, l.write, "library", schemaVersion, schema...); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if _, err := l.Latest(ctx); err != nil && !errors.Is(err, ErrNoGeneration) {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Close closes the database. An Add that runs fails.
func (l *Library) Close() error { return errors.Join(l.read.Close(), l.write.Close()) }
