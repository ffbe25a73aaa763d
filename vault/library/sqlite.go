package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/seal"
)

// sqlite is the embedded engine: one file in the vault's folder. The index is in
// memory, and comes from postings that are sealed beside each document.
type sqlite struct{ library *Library }

var _ engine = (*sqlite)(nil)

func (*sqlite) name() string { return "SQLite" }

func (*sqlite) sealsIndex() bool { return true }

func (*sqlite) batch() (documents, bytes int) { return 256, 8 << 20 }

func (*sqlite) open(_ context.Context, cfg Config) (write, read *sql.DB, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(cfg.Dir, FileName)
	if write, err = keep.Open(path); err != nil {
		return nil, nil, err
	}
	if read, err = keep.Open(path); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(maxReaders)
	read.SetMaxIdleConns(maxReaders)
	return write, read, nil
}

func (*sqlite) schema(ctx context.Context, db *sql.DB) error {
	if err := setPlainAside(ctx, db); err != nil {
		return err
	}
	return keep.Schema(ctx, db, "library", schemaVersion, slices.Concat(schema, sqliteSchema)...)
}

func (*sqlite) newIndex() *index.Index { return index.New() }

func (*sqlite) documents() string {
	return `SELECT d.id, d.about, d.chunks, d.removed, p.data FROM documents d LEFT JOIN postings p ON p.document = d.id`
}

func (s *sqlite) shelve(x *index.Index, id int64, source string, _ chunkList, postings []byte) (index.Doc, error) {
	b, err := open(s.library.sealed.postings, postings, seal.At(id))
	if err != nil {
		return 0, err
	}
	var p index.Postings
	if err := p.UnmarshalBinary(b); err != nil {
		return 0, err
	}
	return x.Add(source, p), nil
}

func (s *sqlite) post(ctx context.Context, tx *batch, documents []posted) error {
	for _, d := range documents {
		data := s.library.sealed.postings.Seal(d.packed, seal.At(d.id))
		if err := tx.exec(ctx, `INSERT INTO postings (document, data) VALUES ($1, $2)`, d.id, data); err != nil {
			return err
		}
	}
	return nil
}

func (*sqlite) unpost(ctx context.Context, tx *batch, documents []gone) error {
	for _, d := range documents {
		if err := tx.exec(ctx, `DELETE FROM postings WHERE document = $1`, d.id); err != nil {
			return err
		}
	}
	return nil
}

func (*sqlite) putVectors(ctx context.Context, tx *batch, model string, names, data [][]byte) error {
	for i, name := range names {
		err := tx.exec(ctx, `INSERT INTO vectors (model, name, data) VALUES ($1, $2, $3)
			ON CONFLICT (model, name) DO UPDATE SET data = excluded.data`, model, name, data[i])
		if err != nil {
			return err
		}
	}
	return nil
}

func (*sqlite) tidy(context.Context, *sql.DB) error { return nil }

// erase has SQLite write zeros over what is deleted, and empties the log, which
// has it still.
func (*sqlite) erase(ctx context.Context, db *sql.DB, do func(*batch) error) error {
	if _, err := db.ExecContext(ctx, `PRAGMA secure_delete = ON`); err != nil {
		return err
	}
	if err := transact(ctx, db, do); err != nil {
		return err
	}
	return emptyLog(context.WithoutCancel(ctx), db)
}

// emptyLog puts the write-ahead log into the database and cuts it to nothing. It
// waits for who reads from it.
func emptyLog(ctx context.Context, db *sql.DB) error {
	for range 100 {
		var busy, in, out int
		if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &in, &out); err != nil {
			return fmt.Errorf("empty the database's log: %w", err)
		}
		if busy == 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("empty the database's log: it is read all the time; stop the vault and do it again")
}
