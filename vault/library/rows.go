package library

import (
	"context"
	"maps"
	"slices"

	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/seal"
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
		if err := w.l.settle(ctx, tx, r.Path); err != nil {
			return err
		}
	}
	if err := w.contribute(ctx, tx, r); err != nil {
		return err
	}
	if r.Unchanged {
		return nil
	}
	if err := w.end(ctx, tx, r.Path); err != nil {
		return err
	}
	id := w.nextDoc
	w.nextDoc++
	w.posted = append(w.posted, posted{id: id, packed: r.postings, words: r.words})
	return w.l.insert(ctx, tx, document{id: id, born: w.next, added: w.l.cfg.Now().Unix(), read: r})
}

func (w *writer) problem(ctx context.Context, tx *batch, r read) error {
	name, data, err := w.l.sealed.sealProblem(problem{Path: r.Path, Source: r.Source, Reason: r.Err.Error()})
	if err != nil {
		return err
	}
	const upsert = `INSERT INTO problems (name, data, seen) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET data = excluded.data, seen = excluded.seen`
	return tx.exec(ctx, upsert, name, data, w.l.cfg.Now().Unix())
}

// settle forgets the problem with a path.
func (l *Library) settle(ctx context.Context, tx *batch, path string) error {
	return tx.exec(ctx, `DELETE FROM problems WHERE name = $1`, l.sealed.Name(namePath, []byte(path)))
}

// end takes the document that was known of path out of the next generation. One
// that no generation has seen, of an Add that was interrupted, is dropped.
func (w *writer) end(ctx context.Context, tx *batch, path string) error {
	v, ok := w.known[path]
	switch {
	case !ok:
		return nil
	case v.born == w.next:
		return w.l.drop(ctx, tx, gone{v.id, v.chunks})
	}
	return tx.exec(ctx, `UPDATE documents SET died = $1 WHERE id = $2`, w.next, v.id)
}

// document is a row on its way into the database.
type document struct {
	read
	id, added, born, died int64
}

// insert writes a document with its original, text and chunks. What searches need
// is posted with others of its batch.
func (l *Library) insert(ctx context.Context, tx *batch, d document) error {
	s := &l.sealed
	original := s.Name(nameOriginal, d.SHA[:])
	err := tx.exec(ctx, `INSERT INTO originals (name, data) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
		original, s.originals.Seal(d.original, original))
	if err != nil {
		return err
	}
	about, err := s.sealAbout(d.id, about{Path: d.Path, Source: d.Source, SHA: d.SHA, Size: d.Size, Cut: d.size, Meta: d.Meta})
	if err != nil {
		return err
	}
	err = tx.exec(ctx, `INSERT INTO documents (id, about, chunks, original, added, born, died)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, d.id, about, s.chunks.Seal(d.list.encode(), seal.At(d.id)), original, d.added, d.born, d.died)
	if err != nil {
		return err
	}
	for _, t := range d.texts {
		data := s.texts.Seal(t.data, seal.At(d.id, int64(t.first)))
		if err := tx.exec(ctx, `INSERT INTO texts (document, place, data) VALUES ($1, $2, $3)`, d.id, t.first, data); err != nil {
			return err
		}
	}
	return nil
}

// retire ends the documents that roots cover and that this Add did not come by. What lies
// below something that could not be looked at stays.
func (w *writer) retire(ctx context.Context, roots []ingest.Root) error {
	gone := func(path string) bool {
		isBelow := func(root string) bool { return below(path, root) }
		looked := slices.ContainsFunc(roots, func(r ingest.Root) bool { return r.Err == nil && r.Covers(path) })
		return looked && !w.seen[path] && !slices.ContainsFunc(w.failed, isBelow)
	}
	return transact(ctx, w.l.write, func(tx *batch) error {
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
			if err := w.l.settle(ctx, tx, path); err != nil {
				return err
			}
		}
		return nil
	})
}
