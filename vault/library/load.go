package library

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/vault/index"
)

// inMemory is how many generations are kept in memory: the latest, the one that
// the chain knows, and one that offers were made on.
const inMemory = 3

// live selects the documents of generation $1.
const live = `d.born <= $1 AND (d.died = 0 OR d.died > $1)`

// kept is what memory has of a document.
type kept struct {
	source string
	meta   map[string]string // what is known of it
	chunks chunkList
	// doc is its number in the index, unless it is removed.
	doc     index.Doc
	removed bool
}

// recall returns a generation in memory, or nil. Of several the newest is meant: a
// generation before documents were removed, and one after they were added again, have
// the same root.
func (l *Library) recall(is func(*Generation) bool) *Generation {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := -1
	for k, g := range l.recent {
		if is(g) && (i < 0 || g.ID > l.recent[i].ID) {
			i = k
		}
	}
	if i < 0 {
		return nil
	}
	g := l.recent[i]
	l.recent = append(slices.Delete(l.recent, i, i+1), g)
	return g
}

// remember keeps g in memory, in the place of the generation used least recently.
// The index only grows; when most of it is of no use, it is begun anew with the
// next load. The caller holds l.loading.
func (l *Library) remember(g *Generation) {
	l.mu.Lock()
	l.recent = append(l.recent, g)
	if len(l.recent) > inMemory {
		l.recent = slices.Delete(l.recent, 0, 1)
	}
	useful := 0
	for _, g := range l.recent {
		useful += g.Documents
	}
	l.mu.Unlock()
	if l.index.Len() > 2*useful+1000 {
		l.begin()
	}
	l.meaning.wake()
}

// begin forgets all that is in memory. The caller holds l.loading.
func (l *Library) begin() {
	l.index, l.kept = l.engine.newIndex(), map[int64]*kept{}
	l.texts.forget()
	l.meaning.forget()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recent = nil
}

// load reads generation id, whether or not its row is there yet. What memory
// lacks is put there. The caller holds l.loading.
func (l *Library) load(ctx context.Context, db *sql.DB, id int64) (*Generation, error) {
	g := &Generation{ID: id, library: l, at: map[index.Doc]int{}}
	ids, err := l.fill(ctx, db, id)
	if err != nil {
		return nil, err
	}
	// Sorted here: databases differ in how they compare text, and have it sealed.
	slices.SortFunc(ids, func(a, b int64) int { return strings.Compare(l.kept[a].source, l.kept[b].source) })
	docs := make([]index.Doc, 0, len(ids))
	for i, id := range ids {
		k := l.kept[id]
		g.docs = append(g.docs, member{id: id, source: k.source, meta: k.meta, first: len(g.hashes)})
		g.hashes, g.sizes = append(g.hashes, k.chunks.hashes...), append(g.sizes, k.chunks.sizes...)
		if !k.removed {
			docs = append(docs, k.doc)
			g.at[k.doc] = i
			g.live = append(g.live, i)
		}
	}
	g.Documents = len(g.docs)
	g.view = l.index.View(docs)
	g.tree = pay.NewTree(g.hashes)
	g.Root = g.tree.Root()
	return g, nil
}

// fill has the documents of a generation in memory, and returns their ids.
func (l *Library) fill(ctx context.Context, db *sql.DB, id int64) (ids []int64, err error) {
	rows, err := db.QueryContext(ctx, `SELECT d.id FROM documents d WHERE `+live+` ORDER BY d.id`, id) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	var missing []int64
	err = each(rows, func() error {
		var doc int64
		err := rows.Scan(&doc)
		ids = append(ids, doc)
		if l.kept[doc] == nil {
			missing = append(missing, doc)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	row := l.engine.documents() + ` WHERE `
	if 2*len(missing) > len(ids) {
		return ids, l.take(ctx, db, row+live+` ORDER BY d.id`, id)
	}
	for _, doc := range missing {
		if err := l.take(ctx, db, row+`d.id = $1`, doc); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// take puts the documents that a query selects into memory, unless they are there.
func (l *Library) take(ctx context.Context, db *sql.DB, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var id, removed int64
		var about, chunks, postings []byte
		if err := rows.Scan(&id, &about, &chunks, &removed, &postings); err != nil {
			return err
		}
		if l.kept[id] != nil {
			return nil
		}
		a, err := l.sealed.openAbout(id, about)
		if err != nil {
			return err
		}
		k := &kept{source: a.Source, meta: a.Meta, removed: removed != 0}
		if k.chunks, err = l.sealed.openChunks(id, chunks); err != nil {
			return err
		}
		if !k.removed {
			if k.doc, err = l.engine.shelve(l.index, id, a.Source, k.chunks, postings); err != nil {
				return fmt.Errorf("document %q: postings: %w", a.Source, err)
			}
		}
		l.kept[id] = k
		return nil
	})
}
