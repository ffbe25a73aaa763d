package library

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
)

// ErrHalfCopied is returned by Open for what a Copy has not finished.
var ErrHalfCopied = errors.New("a copy into it was not finished; do the copy again, which goes on from there")

// ErrNotEmpty is returned by Copy for a target that has something else.
var ErrNotEmpty = errors.New("the target holds another vault; choose an empty database or folder")

// ErrCopied is returned by Copy for a target that a copy of this vault was made to.
var ErrCopied = errors.New("the target has a copy of this vault already, which was finished; choose an empty database or folder, or move the copy away first")

// settingCopying is there while a Copy into a library runs.
const settingCopying = "copying"

// copyBytes is about how much is committed at once.
const copyBytes = 8 << 20

// Copied says what Copy has done. Root and counts are those of source and target.
type Copied struct {
	Documents   int        `json:"documents"` // all versions
	Removed     int        `json:"removed"`   // of them, those of which only hashes are kept
	Chunks      int        `json:"chunks"`
	Originals   int        `json:"originals"`
	Vectors     int        `json:"vectors"`
	Generations int        `json:"generations"`
	Root        types.Hash `json:"root"` // of the newest generation
}

// copiedTables are copied row by row, as they are: they are sealed under the same
// key for the same place.
var copiedTables = []struct {
	name string
	keys []string // of what the rows' order is made
	rest []string
}{
	{name: "originals", keys: []string{"name"}, rest: []string{"data"}},
	{name: "texts", keys: []string{"document", "place"}, rest: []string{"data"}},
	{name: "vectors", keys: []string{"model", "name"}, rest: []string{"data"}},
	{name: "settings", keys: []string{"name"}, rest: []string{"value"}},
	{name: "contributions", keys: []string{"name"}, rest: []string{"data"}},
	{name: "problems", keys: []string{"name"}, rest: []string{"data", "seen"}},
}

// Copy copies a library to another engine or place, with all its generations, under
// the same key. It may be interrupted and done again; until it is done the target
// does not open. Every passage is checked against its hash on the way, and at the
// end counts and roots are compared.
func Copy(ctx context.Context, from, to Config, progress func(done, all int)) (c Copied, err error) {
	source, err := Open(ctx, from)
	if err != nil {
		return c, fmt.Errorf("copy vault: source: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target := &Library{cfg: to}
	target.engine = engineOf(to, target)
	defer func() { err = errors.Join(err, target.Close()) }()
	if err := target.receive(ctx, source); err != nil {
		return c, fmt.Errorf("copy vault: target: %w", err)
	}
	if err := target.copyFrom(ctx, source, progress); err != nil {
		return c, fmt.Errorf("copy vault: %w", err)
	}
	if c, err = target.compare(ctx, source); err != nil {
		return c, fmt.Errorf("copy vault: %w", err)
	}
	if _, err := target.write.ExecContext(ctx, `DELETE FROM settings WHERE name = $1`, settingCopying); err != nil {
		return c, fmt.Errorf("copy vault: %w", err)
	}
	if to.DB == "" { // the folder has its documents itself now
		err = os.Remove(filepath.Join(to.Dir, elsewhereFile))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("copy vault: %w", err)
	}
	return c, nil
}

// receive makes l ready for what source has: empty, or half a copy of it.
func (l *Library) receive(ctx context.Context, source *Library) (err error) {
	if l.write, l.read, err = l.engine.open(ctx, l.cfg); err != nil {
		return err
	}
	if err := l.engine.schema(ctx, l.write); err != nil {
		return err
	}
	if err := l.contributionsTable(ctx); err != nil {
		return err
	}
	l.sealed, l.kind = source.sealed, source.kind
	var theirs, ours []byte
	if err := source.read.QueryRowContext(ctx, `SELECT wrapped FROM library_key WHERE id = 1`).Scan(&theirs); err != nil {
		return err
	}
	err = l.write.QueryRowContext(ctx, `SELECT wrapped FROM library_key WHERE id = 1`).Scan(&ours)
	if err == nil {
		half, err := l.copying(ctx)
		switch {
		case err != nil:
		case !bytes.Equal(ours, theirs):
			err = ErrNotEmpty
		case !half:
			err = ErrCopied
		}
		return err
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return transact(ctx, l.write, func(tx *batch) error {
		if err := tx.exec(ctx, `INSERT INTO library_key (id, wrapped) VALUES (1, $1)`, theirs); err != nil {
			return err
		}
		return tx.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)`, settingCopying, []byte{1})
	})
}

// copying reports whether a Copy into l has not ended.
func (l *Library) copying(ctx context.Context) (bool, error) {
	var n int
	err := l.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM settings WHERE name = $1`, settingCopying).Scan(&n)
	return n > 0, err
}

func (l *Library) copyFrom(ctx context.Context, source *Library, progress func(done, all int)) error {
	for _, t := range copiedTables {
		if err := l.copyTable(ctx, source, t.name, t.keys, t.rest); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if err := l.copyDocuments(ctx, source, progress); err != nil {
		return err
	}
	if err := l.engine.tidy(ctx, l.write); err != nil {
		return err
	}
	return l.copyTable(ctx, source, "generations", []string{"id"}, []string{"root", "documents", "chunks", "made", "published"})
}

// compare checks that l has what source has.
func (l *Library) compare(ctx context.Context, source *Library) (c Copied, err error) {
	const counts = `SELECT (SELECT COUNT(*) FROM documents), (SELECT COUNT(*) FROM documents WHERE removed <> 0),
		(SELECT COUNT(*) FROM originals), (SELECT COUNT(*) FROM texts), (SELECT COUNT(*) FROM vectors),
		(SELECT COUNT(*) FROM problems), (SELECT COUNT(*) FROM generations), (SELECT COUNT(*) FROM contributions),
		(SELECT COUNT(*) FROM settings WHERE name <> '` + settingCopying + `')`
	var have [2][9]int
	for i, db := range []*sql.DB{source.read, l.read} {
		n := &have[i]
		if err := db.QueryRowContext(ctx, counts).Scan(&n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8]); err != nil {
			return c, err
		}
	}
	if have[0] != have[1] {
		return c, fmt.Errorf("the target has other counts than the source, %v and not %v; is the source written to meanwhile?", have[1], have[0])
	}
	c = Copied{Documents: have[0][0], Removed: have[0][1], Originals: have[0][2], Vectors: have[0][4], Generations: have[0][6]}
	l.begin()
	want, err := source.Latest(ctx)
	if errors.Is(err, ErrNoGeneration) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	got, err := l.Latest(ctx)
	if err != nil {
		return c, err
	}
	if got.Root != want.Root || got.Len() != want.Len() {
		return c, fmt.Errorf("the target has root %s and not %s", got.Root, want.Root)
	}
	c.Root, c.Chunks = want.Root, want.Len()
	return c, nil
}

// copyDocuments copies the rows of documents, and posts what searches need of them.
func (l *Library) copyDocuments(ctx context.Context, source *Library, progress func(done, all int)) error {
	var last int64
	if err := l.write.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) FROM documents`).Scan(&last); err != nil {
		return err
	}
	var done, all int
	err := source.read.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN id <= $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM documents`, last).Scan(&done, &all)
	if err != nil {
		return err
	}
	documents, size := l.engine.batch()
	for {
		rows, err := source.documentsAfter(ctx, last, documents, size)
		if err != nil || len(rows) == 0 {
			return err
		}
		err = transact(ctx, l.write, func(tx *batch) error {
			var post []posted
			for _, d := range rows {
				err := tx.exec(ctx, `INSERT INTO documents (id, about, chunks, original, added, born, died, removed)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, d.id, d.about, d.chunks, d.original, d.added, d.born, d.died, d.removed)
				if err != nil {
					return err
				}
				if d.removed != 0 {
					continue
				}
				p, err := l.repost(d)
				if err != nil {
					return err
				}
				post = append(post, p)
			}
			return l.engine.post(ctx, tx, post)
		})
		if err != nil {
			return err
		}
		last = rows[len(rows)-1].id
		done += len(rows)
		progress(done, all)
	}
}

// documentRow is a row of documents as it is, with what its passages say.
type documentRow struct {
	id, added, born, died, removed int64
	about, chunks, original        []byte
	sections                       []index.Section
}

// documentsAfter reads the next documents, up to so many and about so much text.
func (l *Library) documentsAfter(ctx context.Context, last int64, limit, size int) (all []documentRow, err error) {
	if all, err = l.rowsAfter(ctx, last, limit); err != nil {
		return nil, err
	}
	for i := range all {
		n, err := l.readSections(ctx, &all[i])
		if err != nil {
			return nil, err
		}
		if size -= n; size <= 0 {
			return all[:i+1], nil
		}
	}
	return all, nil
}

// rowsAfter reads the next rows of documents.
func (l *Library) rowsAfter(ctx context.Context, last int64, limit int) (all []documentRow, err error) {
	rows, err := l.read.QueryContext(ctx, `SELECT id, about, chunks, original, added, born, died, removed FROM documents
		WHERE id > $1 ORDER BY id LIMIT $2`, last, limit)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var d documentRow
		err := rows.Scan(&d.id, &d.about, &d.chunks, &d.original, &d.added, &d.born, &d.died, &d.removed)
		all = append(all, d)
		return err
	})
	return all, err
}

// readSections reads the passages of a document and checks each against its hash.
func (l *Library) readSections(ctx context.Context, d *documentRow) (size int, err error) {
	if d.removed != 0 {
		return 0, nil
	}
	about, err := l.sealed.openAbout(d.id, d.about)
	if err != nil {
		return 0, err
	}
	list, err := l.sealed.openChunks(d.id, d.chunks)
	if err != nil {
		return 0, err
	}
	for place, hash := range list.hashes {
		p, err := l.passage(ctx, l.read, d.id, place)
		if err != nil {
			return 0, fmt.Errorf("document %q: %w", about.Source, err)
		}
		c := pay.Chunk{Source: about.Source, Heading: p.heading, Start: p.start, End: p.start + uint64(len(p.text)), Text: p.text}
		if c.Hash() != hash {
			return 0, fmt.Errorf("document %q: its text is not what was added; restore the vault's backup", about.Source)
		}
		d.sections = append(d.sections, index.Section{Heading: p.heading, Text: p.text})
		size += len(p.text)
	}
	return size, nil
}

// repost makes again what searches need of a document.
func (l *Library) repost(d documentRow) (posted, error) {
	words := index.Analyse(d.sections)
	if !l.engine.sealsIndex() {
		return posted{id: d.id, words: words}, nil
	}
	b, err := words.MarshalBinary()
	return posted{id: d.id, packed: pack(b)}, err
}
