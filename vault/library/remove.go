package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// ErrUnknown is returned by Remove if the library has nothing of what is named.
var ErrUnknown = errors.New("no document of this vault")

// Remove deletes documents for good: by the path of a file, by that of a folder
// and so all below it, or by a source. Paths are below dir unless they are
// absolute. Their originals, texts, postings and
// vectors are off the disk when it returns, of all their versions, and no
// generation releases their passages any more. The hashes of their chunks stay,
// so that what was released can still be proven. The next generation lacks them.
// A file that is still there comes back when it is added again.
//
// Documents that were retired before are removed as well, and files that were refused
// are forgotten. Names that nothing is known by are in the report, and the others are
// removed all the same; if no name is known the error is ErrUnknown.
func (l *Library) Remove(ctx context.Context, dir string, names []string) (Report, error) {
	if !l.adding.TryLock() {
		return Report{}, ErrBusy
	}
	defer l.adding.Unlock()
	defer l.contributed.forget()
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
	n := newNamer(dir, names)
	doomed, err := l.named(ctx, n)
	if err != nil {
		return Report{}, err
	}
	refused, err := l.refused(ctx, n)
	if err != nil {
		return Report{}, err
	}
	w.report.Unknown = n.unknown()
	if len(doomed)+len(refused) == 0 {
		return Report{}, fmt.Errorf("%w: %s; weal vault status lists them", ErrUnknown, strings.Join(w.report.Unknown, ", "))
	}
	// From here on it is done to the end: half a removal is no removal.
	ctx = context.WithoutCancel(ctx)
	l.loading.Lock()
	err = l.engine.erase(ctx, l.write, func(tx *batch) error { return w.remove(ctx, tx, doomed, refused) })
	l.begin()
	l.loading.Unlock()
	if err != nil {
		return Report{}, err
	}
	w.tell(doomed, refused)
	return w.report, l.finish(ctx, w)
}

// namer tells what names stand for.
type namer struct {
	names []string
	met   []bool
	// at is which names a path or a source is; below which are a folder of it.
	at, below map[string][]int
}

func newNamer(dir string, names []string) *namer {
	n := &namer{names: names, met: make([]bool, len(names)), at: map[string][]int{}, below: map[string][]int{}}
	for i, name := range names {
		path := name
		switch {
		case strings.Contains(name, "://"):
			path = strings.TrimRight(name, "/")
		case !filepath.IsAbs(path):
			path = filepath.Join(dir, path)
		default:
			path = filepath.Clean(path)
		}
		n.at[name] = append(n.at[name], i)
		n.below[path] = append(n.below[path], i)
	}
	return n
}

// is reports whether a document of a path and a source is named.
func (n *namer) is(path, source string) bool {
	met := slices.Concat(n.at[source], n.below[path])
	for up := parent(path); up != ""; up = parent(up) {
		met = append(met, n.below[up]...)
	}
	for _, i := range met {
		n.met[i] = true
	}
	return len(met) > 0
}

// parent returns the folder that a path or an address is in, or "".
func parent(path string) string {
	if strings.Contains(path, "://") {
		i := strings.LastIndexByte(path, '/')
		if up := path[:max(i, 0)]; strings.Contains(up, "://") && !strings.HasSuffix(up, "/") {
			return up
		}
		return ""
	}
	if up := filepath.Dir(path); up != path && up != "." {
		return up
	}
	return ""
}

func (n *namer) unknown() (names []string) {
	for i, met := range n.met {
		if !met {
			names = append(names, n.names[i])
		}
	}
	return names
}

// doomed is a document to remove, in one of its versions.
type doomed struct {
	id, born, died int64
	about          about
	list           chunkList
}

// named returns all versions of the documents that are named.
func (l *Library) named(ctx context.Context, n *namer) (all []doomed, err error) {
	rows, err := l.write.QueryContext(ctx, `SELECT id, about, chunks, born, died FROM documents WHERE removed = 0 ORDER BY id`)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var d doomed
		var sealed, chunks []byte
		if err := rows.Scan(&d.id, &sealed, &chunks, &d.born, &d.died); err != nil {
			return err
		}
		var err error
		if d.about, err = l.sealed.openAbout(d.id, sealed); err != nil || !n.is(d.about.Path, d.about.Source) {
			return err
		}
		d.list, err = l.sealed.openChunks(d.id, chunks)
		all = append(all, d)
		return err
	})
	return all, err
}

// refused returns the refused files that are named.
func (l *Library) refused(ctx context.Context, n *namer) (all []DocumentStatus, err error) {
	problems, err := l.problems(ctx, l.write)
	for _, p := range problems {
		if n.is(p.Path, p.Source) {
			all = append(all, p)
		}
	}
	return all, err
}

// remove deletes what is held of versions of documents, and what is said of refused
// files.
func (w *writer) remove(ctx context.Context, tx *batch, all []doomed, refused []DocumentStatus) error {
	l := w.l
	for _, p := range refused {
		if err := l.settle(ctx, tx, p.Path); err != nil {
			return fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	if err := l.dropVectors(ctx, tx, all); err != nil {
		return err
	}
	var dropped, stripped []gone
	for _, d := range all {
		g := gone{d.id, len(d.list.hashes)}
		if d.born == w.next || d.born == d.died {
			dropped = append(dropped, g)
		} else {
			stripped = append(stripped, g)
		}
	}
	if err := l.drop(ctx, tx, dropped...); err != nil {
		return err
	}
	if err := l.strip(ctx, tx, stripped...); err != nil {
		return err
	}
	stays := w.staying(all)
	for _, d := range all {
		if err := l.settle(ctx, tx, d.about.Path); err != nil {
			return err
		}
		if !stays[d.about.Source] {
			if err := l.uncontribute(ctx, tx, d.about.Source); err != nil {
				return err
			}
		}
		bare, err := l.sealed.sealAbout(d.id, about{Source: d.about.Source})
		if err != nil {
			return err
		}
		if d.died == 0 {
			d.died = w.next
		}
		err = tx.exec(ctx, `UPDATE documents SET about = $1, died = $2, removed = $3 WHERE id = $4`, bare, d.died, l.cfg.Now().Unix(), d.id)
		if err != nil {
			return fmt.Errorf("%s: %w", d.about.Path, err)
		}
	}
	return nil
}

// staying returns the sources of living documents that are not among all: one that was
// retired may have had the same.
func (w *writer) staying(all []doomed) map[string]bool {
	ids := make(map[int64]bool, len(all))
	for _, d := range all {
		ids[d.id] = true
	}
	stays := map[string]bool{}
	for _, v := range w.known {
		if !ids[v.id] {
			stays[v.source] = true
		}
	}
	return stays
}

// tell puts into the report what was removed: each path once, in its newest version.
func (w *writer) tell(all []doomed, refused []DocumentStatus) {
	files := map[string]FileReport{}
	for _, d := range all { // they ascend by id, and so by age
		f := FileReport{Path: d.about.Path, Source: d.about.Source, State: Erased, Chunks: len(d.list.hashes), Bytes: d.about.Size}
		if d.died != 0 {
			f.Reason = "it was retired before"
		}
		files[f.Path] = f
	}
	for _, p := range refused {
		if _, held := files[p.Path]; !held {
			files[p.Path] = FileReport{Path: p.Path, Source: p.Source, State: Erased, Reason: "it was refused"}
		}
	}
	for _, f := range files {
		w.report.count(f)
	}
	slices.SortFunc(w.report.Files, func(a, b FileReport) int { return cmp.Compare(a.Path, b.Path) })
}

// dropVectors deletes the vectors of documents' chunks. It reads in the transaction it
// deletes in: an engine may have no second session to read by.
func (l *Library) dropVectors(ctx context.Context, tx *batch, all []doomed) error {
	models, err := models(ctx, tx.tx)
	if err != nil || len(models) == 0 {
		return err
	}
	for _, d := range all {
		hashes, err := l.embeddedHashes(ctx, tx.tx, d.id, len(d.list.hashes))
		if err != nil {
			return fmt.Errorf("%s: %w", d.about.Path, err)
		}
		for _, h := range hashes {
			name := l.sealed.Name(nameChunk, h[:])
			for _, model := range models { // by which the rows are ordered
				if err := tx.exec(ctx, `DELETE FROM vectors WHERE model = $1 AND name = $2`, model, name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// models returns the models that there are vectors of.
func models(ctx context.Context, db querier) (all []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT DISTINCT model FROM vectors`) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var model string
		err := rows.Scan(&model)
		all = append(all, model)
		return err
	})
	return all, err
}
