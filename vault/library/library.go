package library

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/seal"
)

// FileName is the database's name in a vault's folder.
const FileName = "documents.db"

// maxReaders is how many passages are read at once.
const maxReaders = 4

// ErrBusy is returned by Add and Remove while another of them runs.
var ErrBusy = errors.New("documents are being added or removed already; wait until that is done, or cancel it")

// Config is what a Library needs. Dir or DB, and Owner must be set.
type Config struct {
	// Dir is the vault's folder. It may be left out with a DB.
	Dir string
	// DB is the URL of a PostgreSQL database, postgres://…; empty is a file in Dir.
	DB string
	// Owner holds the key that the library is sealed under.
	Owner  seal.Owner
	Ingest ingest.Options
	// Embeddings makes vectors of the documents, in the background, so that they are
	// found by meaning as well, in the place of what SetEmbeddings has set. Without
	// either the library is lexical.
	Embeddings *embed.Client
	// Idle makes no vectors in the background.
	Idle bool
	Now  func() time.Time
}

// Library is an open library. It may be used by many goroutines.
type Library struct {
	cfg    Config
	engine engine
	write  *sql.DB // one connection; only Add, Remove and Published use it
	read   *sql.DB
	sealed sealed

	adding  sync.Mutex // held while documents are added or removed
	setting sync.Mutex // held while Reading changes; before mu

	loading sync.Mutex // guards what follows; held for as long as loading takes
	index   *index.Index
	kept    map[int64]*kept // documents that are in memory

	mu     sync.Mutex    // guards what follows; held for moments
	recent []*Generation // in memory, the one used last at the end
	kind   seal.Kind
	set    Reading // what the owner has set of it

	texts       texts
	meaning     meaning
	contributed contributedCache
}

// Open opens the library in cfg.Dir, or makes it, and reads its latest generation.
func Open(ctx context.Context, cfg Config) (*Library, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	l := &Library{cfg: cfg}
	l.engine = engineOf(cfg, l)
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open library: %w", damage(cfg, err)), l.Close())
	}
	return l, nil
}

func (l *Library) open(ctx context.Context) (err error) {
	if err := checkPlace(l.cfg); err != nil {
		return err
	}
	if l.write, l.read, err = l.engine.open(ctx, l.cfg); err != nil {
		return err
	}
	if err := l.engine.schema(ctx, l.write); err != nil {
		return err
	}
	if err := l.contributionsTable(ctx); err != nil {
		return err
	}
	if half, err := l.copying(ctx); err != nil || half {
		return cmp.Or(err, ErrHalfCopied)
	}
	if l.sealed, l.kind, err = unlock(ctx, l.write, l.cfg.Owner); err != nil {
		return err
	}
	if err := l.notePlace(ctx); err != nil {
		return err
	}
	if err := l.sealPlain(ctx); err != nil {
		return err
	}
	l.begin()
	if err := l.readSettings(ctx); err != nil {
		return err
	}
	l.startMeaning()
	if _, err := l.Latest(ctx); err != nil && !errors.Is(err, ErrNoGeneration) {
		return err
	}
	return nil
}

// Close closes the database. An Add that runs fails.
func (l *Library) Close() error {
	l.stopMeaning()
	var errs []error
	for _, db := range []*sql.DB{l.read, l.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
