package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// A batch is committed when it has this many documents or bytes: large enough to
// be fast, small enough that not much is done again after a crash.
const (
	batchDocuments = 256
	batchBytes     = 8 << 20
)

// version is what the newest documents hold of one path.
type version struct {
	id     int64
	sha    types.Hash
	source string
}

// writer puts what one Add reads into the database, as documents of the
// generation next, which has no row yet and which nobody sees.
type writer struct {
	l       *Library
	next    int64
	nextDoc int64
	known   map[string]version // by path, as it was before this Add
	seen    map[string]bool    // paths that this Add came by
	failed  []string           // of them, those of which nothing could be told
	trouble map[string]bool    // paths that have a row in problems
	report  Report
	batch   []read
	bytes   int
}

func (l *Library) newWriter(ctx context.Context) (*writer, error) {
	w := &writer{l: l, known: map[string]version{}, seen: map[string]bool{}, trouble: map[string]bool{}}
	err := l.write.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM generations`).Scan(&w.next)
	if err != nil {
		return nil, err
	}
	if err := l.write.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM documents`).Scan(&w.nextDoc); err != nil {
		return nil, err
	}
	rows, err := l.write.QueryContext(ctx, `SELECT path, id, sha, source FROM documents WHERE died = 0`)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var path string
		var v version
		var sha []byte
		if err := rows.Scan(&path, &v.id, &sha, &v.source); err != nil {
			return err
		}
		v.sha, err = types.HashFromBytes(sha)
		w.known[path] = v
		return err
	})
	if err != nil {
		return nil, err
	}
	problems, err := l.problems(ctx, l.write)
	for _, p := range problems {
		w.trouble[p.Path] = true
	}
	return w, err
}

// take takes the result for one file into the batch and the report.
func (w *writer) take(ctx context.Context, r read) error {
	w.seen[r.Path] = true
	_, had := w.known[r.Path]
	f := FileReport{Path: r.Path, Source: r.Source, Chunks: len(r.Chunks), Bytes: r.Size}
	switch {
	case r.Unchanged:
		f.State = Unchanged
	case r.Err != nil && had && ingest.Gone(r.Err):
		f.State, f.Reason = Retired, r.Err.Error()
	case r.Err != nil:
		f.State, f.Reason = Failed, r.Err.Error()
		w.failed = append(w.failed, r.Path)
	case had:
		f.State = Changed
	default:
		f.State = Added
	}
	w.report.count(f)
	w.batch = append(w.batch, r)
	w.bytes += len(r.Data) + len(r.Text) + len(r.postings)
	if len(w.batch) < batchDocuments && w.bytes < batchBytes {
		return nil
	}
	return w.flush(ctx)
}

// flush commits the batch.
func (w *writer) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	err := w.l.transact(ctx, func(tx *batch) error {
		for _, r := range w.batch {
			if err := w.put(ctx, tx, r); err != nil {
				return fmt.Errorf("keep %s: %w", r.Path, err)
			}
		}
		return nil
	})
	clear(w.batch) // lets go of the documents' bytes
	w.batch, w.bytes = w.batch[:0], 0
	return err
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
func (l *Library) transact(ctx context.Context, do func(*batch) error) error {
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(&batch{tx: tx, prepared: map[string]*sql.Stmt{}}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
