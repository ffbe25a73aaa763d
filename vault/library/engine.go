package library

import (
	"context"
	"database/sql"
	"errors"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/vault/index"
)

// engine is what one kind of database does in its own way.
type engine interface {
	name() string
	// sealsIndex reports whether words are sealed: they cannot be where the database
	// itself looks for them.
	sealsIndex() bool
	// open opens the pools for one writer and for many readers.
	open(ctx context.Context, cfg Config) (write, read *sql.DB, err error)
	schema(ctx context.Context, db *sql.DB) error
	// batch is how many documents and bytes are committed at once: enough to be fast,
	// and not so many that much is done again after a crash.
	batch() (documents, bytes int)

	// newIndex begins the index anew, empty.
	newIndex() *index.Index
	// documents selects id, about, chunks, removed and postings of documents d.
	documents() string
	// shelve puts a document into the index.
	shelve(x *index.Index, id int64, source string, list chunkList, postings []byte) (index.Doc, error)

	// post writes what searches need of documents.
	post(ctx context.Context, tx *batch, documents []posted) error
	// unpost deletes what post wrote of documents.
	unpost(ctx context.Context, tx *batch, documents []gone) error
	// putVectors writes rows of the table vectors, whose names differ.
	putVectors(ctx context.Context, tx *batch, model string, names, data [][]byte) error
	// tidy is called after documents were added.
	tidy(ctx context.Context, db *sql.DB) error

	// erase runs do in a transaction. What it deletes or replaces is gone from the
	// disk as far as the engine can see to it when erase returns.
	erase(ctx context.Context, db *sql.DB, do func(*batch) error) error
}

// posted is what searches need of a document.
type posted struct {
	id int64
	// sealed engines take packed, others words.
	packed []byte
	words  index.Postings
}

// engineOf returns the engine that cfg asks for.
func engineOf(cfg Config, l *Library) engine {
	if keep.IsPostgres(cfg.DB) {
		return &postgres{library: l}
	}
	return &sqlite{library: l}
}

// batch is a transaction that prepares each of its statements once.
type batch struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (b *batch) exec(ctx context.Context, query string, args ...any) error {
	s := b.prepared[query]
	if s == nil {
		var err error
		if s, err = b.tx.PrepareContext(ctx, query); err != nil {
			return err
		}
		b.prepared[query] = s
	}
	_, err := s.ExecContext(ctx, args...)
	return err
}

// transact runs do in a transaction; its end closes the statements.
func transact(ctx context.Context, db *sql.DB, do func(*batch) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(&batch{tx: tx, prepared: map[string]*sql.Stmt{}}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// each calls scan for every row and closes rows.
func each(rows *sql.Rows, scan func() error) error {
	for rows.Next() {
		if err := scan(); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
