package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
)

// inMemory is how many generations are kept in memory: the latest, the one that
// the chain knows, and one that offers were made on.
const inMemory = 3

// live selects the documents of generation $1.
const live = `d.born <= $1 AND (d.died = 0 OR d.died > $1)`

// recall returns a generation in memory, or nil.
func (l *Library) recall(is func(*Generation) bool) *Generation {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.recent, is)
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
	defer l.mu.Unlock()
	l.recent = append(l.recent, g)
	if len(l.recent) > inMemory {
		l.recent = slices.Delete(l.recent, 0, 1)
	}
	useful := 0
	for _, g := range l.recent {
		useful += g.Documents
	}
	if l.index.Len() > 2*useful+1000 {
		l.index, l.slots, l.recent = index.New(), map[int64]index.Doc{}, nil
	}
}

// load reads generation id, whether or not its row is there yet. Documents that
// the index lacks are put into it. The caller holds
// l.loading.
func (l *Library) load(ctx context.Context, db *sql.DB, id int64) (*Generation, error) {
	g := &Generation{ID: id, library: l, at: map[index.Doc]int{}}
	if err := l.fill(ctx, db, id); err != nil {
		return nil, err
	}
	if err := g.readMembers(ctx, db); err != nil {
		return nil, err
	}
	if err := g.readChunks(ctx, db); err != nil {
		return nil, err
	}
	docs := make([]index.Doc, len(g.docs))
	for i, m := range g.docs {
		docs[i] = l.slots[m.id]
		g.at[docs[i]] = i
	}
	g.Documents = len(g.docs)
	g.view = l.index.View(docs)
	g.tree = pay.NewTree(g.hashes)
	g.Root = g.tree.Root()
	return g, nil
}

// fill puts the documents of a generation into the index.
func (l *Library) fill(ctx context.Context, db *sql.DB, id int64) error {
	missing, err := l.missing(ctx, db, id)
	if err != nil {
		return err
	}
	for _, doc := range missing {
		var source string
		var b []byte
		err := db.QueryRowContext(ctx, `SELECT d.source, t.postings
			FROM documents d JOIN contents t ON t.document = d.id WHERE d.id = $1`, doc).Scan(&source, &b)
		if err != nil {
			return err
		}
		var p index.Postings
		if err := p.UnmarshalBinary(b); err != nil {
			return fmt.Errorf("document %q: %w; restore the vault's backup", source, err)
		}
		l.slots[doc] = l.index.Add(source, p)
	}
	return nil
}

func (l *Library) missing(ctx context.Context, db *sql.DB, id int64) (missing []int64, err error) {
	rows, err := db.QueryContext(ctx, `SELECT d.id FROM documents d WHERE `+live+` ORDER BY d.id`, id) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var doc int64
		err := rows.Scan(&doc)
		if _, ok := l.slots[doc]; !ok {
			missing = append(missing, doc)
		}
		return err
	})
	return missing, err
}

// readMembers reads the documents, sorted here: databases differ in how they
// compare text.
func (g *Generation) readMembers(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT d.id, d.source FROM documents d WHERE `+live, g.ID)
	if err != nil {
		return err
	}
	err = each(rows, func() error {
		var m member
		err := rows.Scan(&m.id, &m.source)
		g.docs = append(g.docs, m)
		return err
	})
	slices.SortFunc(g.docs, func(a, b member) int { return strings.Compare(a.source, b.source) })
	return err
}

// readChunks reads the chunks' hashes and sizes into the order of the documents.
func (g *Generation) readChunks(ctx context.Context, db *sql.DB) error {
	type piece struct {
		hash types.Hash
		size uint32
	}
	of := make(map[int64][]piece, len(g.docs))
	rows, err := db.QueryContext(ctx, `SELECT c.document, c.hash, c.size FROM chunks c
		JOIN documents d ON d.id = c.document WHERE `+live+` ORDER BY c.document, c.place`, g.ID)
	if err != nil {
		return err
	}
	err = each(rows, func() error {
		var doc int64
		var hash []byte
		var p piece
		if err := rows.Scan(&doc, &hash, &p.size); err != nil {
			return err
		}
		var err error
		p.hash, err = types.HashFromBytes(hash)
		of[doc] = append(of[doc], p)
		return err
	})
	for i, m := range g.docs {
		g.docs[i].first = len(g.hashes)
		for _, p := range of[m.id] {
			g.hashes, g.sizes = append(g.hashes, p.hash), append(g.sizes, p.size)
		}
	}
	return err
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
