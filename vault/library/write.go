package library

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// version is what the newest documents hold of one path.
type version struct {
	id     int64
	born   int64
	sha    types.Hash
	source string
	chunks int
	cut    int    // the size of chunks it was cut to; 0 is the default
	format string // of its text
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
	posted  []posted // of the batch
	// contribution is what all that comes belongs to; nil leaves it as it is. contributed
	// is what documents belong to now, by source.
	contribution *uint64
	contributed  map[string]uint64
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
	rows, err := l.write.QueryContext(ctx, `SELECT id, about, chunks, born FROM documents WHERE died = 0`)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var v version
		var sealed, chunks []byte
		if err := rows.Scan(&v.id, &sealed, &chunks, &v.born); err != nil {
			return err
		}
		if v.born == w.next { // it may be dropped
			list, err := l.sealed.openChunks(v.id, chunks)
			if err != nil {
				return err
			}
			v.chunks = len(list.hashes)
		}
		a, err := l.sealed.openAbout(v.id, sealed)
		v.sha, v.source, v.cut, v.format = a.SHA, a.Source, a.Cut, a.Meta["format"]
		w.known[a.Path] = v
		return err
	})
	if err != nil {
		return nil, err
	}
	if w.contributed, err = l.readContributions(ctx); err != nil {
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
	w.bytes += int(r.Size)
	if documents, bytes := w.l.engine.batch(); len(w.batch) < documents && w.bytes < bytes {
		return nil
	}
	return w.flush(ctx)
}

// flush commits the batch.
func (w *writer) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	err := transact(ctx, w.l.write, func(tx *batch) error {
		for _, r := range w.batch {
			if err := w.put(ctx, tx, r); err != nil {
				return fmt.Errorf("keep %s: %w", r.Path, err)
			}
		}
		return w.l.engine.post(ctx, tx, w.posted)
	})
	w.posted = nil
	clear(w.batch) // lets go of the documents' bytes
	w.batch, w.bytes = w.batch[:0], 0
	return err
}
