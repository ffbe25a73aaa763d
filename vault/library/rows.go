package library

import (
	"context"
	"maps"
	"slices"

	"github.com/weal-network/weal/vault/ingest"
)

// put writes what one file has become.
func (w *writer) put(ctx context.Context, tx *batch, r read) error {
	if r.Err != nil {
		if err := w.problem(ctx, tx, r); err != nil {
			return err
		}
		if ingest.Gone(r.Err) {
			return w.end(ctx, tx, r.Path)
		}
		return nil
	}
	if w.trouble[r.Path] {
		if err := tx.exec(ctx, `DELETE FROM problems WHERE path = $1`, r.Path); err != nil {
			return err
		}
	}
	if r.Unchanged {
		return nil
	}
	if err := w.end(ctx, tx, r.Path); err != nil {
		return err
	}
	return w.insert(ctx, tx, r)
}

func (w *writer) problem(ctx context.Context, tx *batch, r read) error {
	const upsert = `INSERT INTO problems (path, source, reason, seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (path) DO UPDATE SET reason = excluded.reason, seen = excluded.seen`
	return tx.exec(ctx, upsert, r.Path, r.Source, r.Err.Error(), w.l.cfg.Now().Unix())
}

// end takes the document that was known of path out of the next generation.
func (w *writer) end(ctx context.Context, tx *batch, path string) error {
	v, ok := w.known[path]
	if !ok {
		return nil
	}
	return tx.exec(ctx, `UPDATE documents SET died = $1 WHERE id = $2`, w.next, v.id)
}

// insert writes a document with its original, text, chunks and postings.
func (w *writer) insert(ctx context.Context, tx *batch, r read) error {
	id := w.nextDoc
	w.nextDoc++
	err := tx.exec(ctx, `INSERT INTO originals (sha, data) VALUES ($1, $2) ON CONFLICT (sha) DO NOTHING`,
		r.SHA[:], r.Data)
	if err != nil {
		return err
	}
	err = tx.exec(ctx, `INSERT INTO documents (id, path, source, sha, size, added, born, died)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, id, r.Path, r.Source, r.SHA[:], r.Size, w.l.cfg.Now().Unix(), w.next)
	if err != nil {
		return err
	}
	err = tx.exec(ctx, `INSERT INTO contents (document, text, postings) VALUES ($1, $2, $3)`,
		id, []byte(r.Text), r.postings)
	if err != nil {
		return err
	}
	for i, c := range r.Chunks {
		err := tx.exec(ctx, `INSERT INTO chunks (document, place, heading, first, size, hash)
			VALUES ($1, $2, $3, $4, $5, $6)`, id, i, c.Heading, c.Start, c.End-c.Start, r.hashes[i][:])
		if err != nil {
			return err
		}
	}
	return nil
}

// retire ends the documents below roots that this Add did not come by. What lies
// below something that could not be looked at stays.
func (w *writer) retire(ctx context.Context, roots []ingest.Root) error {
	gone := func(path string) bool {
		isBelow := func(root string) bool { return below(path, root) }
		looked := slices.ContainsFunc(roots, func(r ingest.Root) bool { return r.Err == nil && isBelow(r.Path) })
		return looked && !w.seen[path] && !slices.ContainsFunc(w.failed, isBelow)
	}
	return w.l.transact(ctx, func(tx *batch) error {
		for _, path := range slices.Sorted(maps.Keys(w.known)) {
			if !gone(path) {
				continue
			}
			if err := w.end(ctx, tx, path); err != nil {
				return err
			}
			w.report.count(FileReport{Path: path, Source: w.known[path].source, State: Retired, Reason: "it is gone"})
		}
		for path := range w.trouble {
			if !gone(path) {
				continue
			}
			if err := tx.exec(ctx, `DELETE FROM problems WHERE path = $1`, path); err != nil {
				return err
			}
		}
		return nil
	})
}
