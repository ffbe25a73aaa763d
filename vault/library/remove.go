package library

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// ErrUnknown is returned by Remove for what the library does not have.
var ErrUnknown = errors.New("no document of this vault")

// Remove deletes documents for good: by the path of a file, by that of a folder
// and so all below it, or by a source. Paths are below dir unless they are
// absolute. Their originals, texts, postings and
// vectors are off the disk when it returns, of all their versions, and no
// generation releases their passages any more. The hashes of their chunks stay,
// so that what was released can still be proven. The next generation lacks them.
// A file that is still there comes back when it is added again.
func (l *Library) Remove(ctx context.Context, dir string, names []string) (Report, error) {
	if !l.adding.TryLock() {
		return Report{}, ErrBusy
	}
	defer l.adding.Unlock()
	report, err := l.remove(ctx, dir, names)
	if err != nil {
		err = fmt.Errorf("remove documents: %w", err)
	}
	return report, err
}

func (l *Library) remove(ctx context.Context, dir string, names []string) (Report, error) {
	w, err := l.newWriter(ctx)
	if err != nil {
		return Report{}, err
	}
	doomed, err := l.named(ctx, dir, names)
	if err != nil {
		return Report{}, err
	}
	// From here on it is done to the end: half a removal is no removal.
	ctx = context.WithoutCancel(ctx)
	l.loading.Lock()
	err = l.engine.erase(ctx, l.write, func(tx *batch) error {
		for _, d := range doomed {
			if err := w.remove(ctx, tx, d); err != nil {
				return fmt.Errorf("%s: %w", d.about.Path, err)
			}
		}
		return nil
	})
	l.begin()
	l.loading.Unlock()
	if err != nil {
		return Report{}, err
	}
	return w.report, l.finish(ctx, w)
}

// doomed is a document to remove, in one of its versions.
type doomed struct {
	id, born, died int64
	about          about
	list           chunkList
}

// named returns all versions of the documents that names stand for.
func (l *Library) named(ctx context.Context, dir string, names []string) (all []doomed, err error) {
	rows, err := l.write.QueryContext(ctx, `SELECT id, about, chunks, born, died FROM documents WHERE removed = 0 ORDER BY id`)
	if err != nil {
		return nil, err
	}
	met := make([]bool, len(names))
	err = each(rows, func() error {
		var d doomed
		var sealed, chunks []byte
		if err := rows.Scan(&d.id, &sealed, &chunks, &d.born, &d.died); err != nil {
			return err
		}
		var err error
		if d.about, err = l.sealed.openAbout(d.id, sealed); err != nil {
			return err
		}
		is := func(name string) bool {
			path := name
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			return below(d.about.Path, filepath.Clean(path)) || d.about.Source == name
		}
		if !slices.ContainsFunc(names, is) {
			return nil
		}
		for i, name := range names {
			met[i] = met[i] || is(name)
		}
		d.list, err = l.sealed.openChunks(d.id, chunks)
		all = append(all, d)
		return err
	})
	if i := slices.Index(met, false); err == nil && i >= 0 {
		return nil, fmt.Errorf("%w: %s; weal vault status lists them", ErrUnknown, names[i])
	}
	return all, err
}

// remove deletes what is held of one version.
func (w *writer) remove(ctx context.Context, tx *batch, d doomed) error {
	l := w.l
	if err := l.settle(ctx, tx, d.about.Path); err != nil {
		return err
	}
	if err := l.dropVectors(ctx, tx, d); err != nil {
		return err
	}
	if d.born == w.next || d.born == d.died {
		return l.drop(ctx, tx, d.id, len(d.list.hashes))
	}
	if err := l.strip(ctx, tx, d.id, len(d.list.hashes)); err != nil {
		return err
	}
	if d.died == 0 {
		d.died = w.next
		w.report.count(FileReport{Path: d.about.Path, Source: d.about.Source, State: Erased, Chunks: len(d.list.hashes), Bytes: d.about.Size})
	}
	bare, err := l.sealed.sealAbout(d.id, about{Source: d.about.Source})
	if err != nil {
		return err
	}
	return tx.exec(ctx, `UPDATE documents SET about = $1, died = $2, removed = $3 WHERE id = $4`,
		bare, d.died, l.cfg.Now().Unix(), d.id)
}

// dropVectors deletes the vectors of a document's chunks.
func (l *Library) dropVectors(ctx context.Context, tx *batch, d doomed) error {
	for place := range d.list.hashes {
		p, err := l.passage(ctx, tx.tx, d.id, place)
		if err != nil {
			return err
		}
		hash := EmbeddedHash(p.heading, p.text)
		if err := tx.exec(ctx, `DELETE FROM vectors WHERE name = $1`, l.sealed.Name(nameChunk, hash[:])); err != nil {
			return err
		}
	}
	return nil
}
