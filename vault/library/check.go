package library

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// maxFaults is how many things Check names; of more it says how many.
const maxFaults = 100

// Checked says what Check has found.
type Checked struct {
	Documents   int        `json:"documents"` // all versions
	Removed     int        `json:"removed"`   // of them, those of which only hashes are kept
	Chunks      int        `json:"chunks"`    // whose text is what its hash says
	Originals   int        `json:"originals"`
	Generations int        `json:"generations"`
	Root        types.Hash `json:"root"` // of the newest generation
	// Faults are what is wrong, for a person to read; Sound says that nothing is.
	Sound  bool     `json:"sound"`
	Faults []string `json:"faults"`
}

// Fault notes one thing that is wrong.
func (c *Checked) Fault(format string, args ...any) {
	c.Sound = false
	if len(c.Faults) < maxFaults {
		c.Faults = append(c.Faults, fmt.Sprintf(format, args...))
	} else if len(c.Faults) == maxFaults {
		c.Faults = append(c.Faults, fmt.Sprintf("and more; only the first %d are named", maxFaults))
	}
}

// Check reads all that a library has and compares it with its hashes: the database's
// pages, the text of each passage, each original, and the root of each generation. It
// changes nothing. The error is of what kept it from looking; what is wrong with the
// library is in what it returns.
func Check(ctx context.Context, cfg Config, progress func(done, all int)) (c Checked, err error) {
	c = Checked{Sound: true, Faults: []string{}}
	if !keep.IsPostgres(cfg.DB) && !Elsewhere(cfg.Dir) {
		path := filepath.Join(cfg.Dir, FileName)
		if _, err := os.Stat(path); err != nil {
			return c, fmt.Errorf("check vault: %w", err)
		}
		faults, err := Integrity(ctx, path, maxFaults)
		if err != nil {
			return c, fmt.Errorf("check vault: %w", err)
		}
		for _, f := range faults {
			c.Fault("%s: %s", path, f)
		}
	}
	cfg.Idle = true
	l, err := Open(ctx, cfg)
	if err != nil {
		if !c.Sound || errors.Is(err, ErrDamaged) {
			c.Fault("it does not open: %v", err)
			return c, nil
		}
		return c, fmt.Errorf("check vault: %w", err)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.check(ctx, &c, progress); err != nil {
		return c, fmt.Errorf("check vault: %w", err)
	}
	return c, nil
}

// checkedDocument is what generations are made of.
type checkedDocument struct {
	source     string
	hashes     []types.Hash
	born, died int64
}

func (l *Library) check(ctx context.Context, c *Checked, progress func(done, all int)) error {
	var all int
	if err := l.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM documents`).Scan(&all); err != nil {
		return err
	}
	var documents []checkedDocument
	originals := map[types.Hash]bool{}
	for last := int64(-1); ; {
		rows, err := l.rowsAfter(ctx, last, 256)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		last = rows[len(rows)-1].id
		for i := range rows {
			if d, ok := l.checkDocument(ctx, c, &rows[i], originals); ok {
				documents = append(documents, d)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(c.Documents, all)
		}
	}
	slices.SortFunc(documents, func(a, b checkedDocument) int { return cmp.Compare(a.source, b.source) })
	return l.checkGenerations(ctx, c, documents)
}

// checkDocument reads one version of a document, and its original unless that was read
// for another.
func (l *Library) checkDocument(ctx context.Context, c *Checked, row *documentRow, originals map[types.Hash]bool) (d checkedDocument, ok bool) {
	c.Documents++
	about, err := l.sealed.openAbout(row.id, row.about)
	if err != nil {
		c.Fault("document %d: what it says of itself: %v", row.id, err)
		return d, false
	}
	list, err := l.sealed.openChunks(row.id, row.chunks)
	if err != nil {
		c.Fault("%s: its hashes: %v", about.Source, err)
		return d, false
	}
	d = checkedDocument{source: about.Source, hashes: list.hashes, born: row.born, died: row.died}
	if row.removed != 0 {
		c.Removed++
		return d, true
	}
	if _, err := l.readSections(ctx, row); err != nil {
		c.Fault("%s: %s", about.Source, strings.TrimPrefix(err.Error(), fmt.Sprintf("document %q: ", about.Source)))
	} else {
		c.Chunks += len(list.hashes)
	}
	row.sections = nil
	if originals[about.SHA] {
		return d, true
	}
	originals[about.SHA] = true
	switch data, err := l.Original(ctx, about.SHA); {
	case err != nil:
		c.Fault("%s: %v", about.Source, err)
	case sha256.Sum256(data) != about.SHA:
		c.Fault("%s: its original is not what was added", about.Source)
	default:
		c.Originals++
	}
	return d, true
}

// checkGenerations makes the root of each generation anew.
func (l *Library) checkGenerations(ctx context.Context, c *Checked, documents []checkedDocument) error {
	rows, err := l.read.QueryContext(ctx, `SELECT id, root, documents, chunks FROM generations ORDER BY id`)
	if err != nil {
		return err
	}
	type generation struct {
		id                int64
		root              []byte
		documents, chunks int
	}
	var all []generation
	err = each(rows, func() error {
		var g generation
		err := rows.Scan(&g.id, &g.root, &g.documents, &g.chunks)
		all = append(all, g)
		return err
	})
	for _, g := range all {
		var hashes []types.Hash
		n := 0
		for _, d := range documents {
			if d.born <= g.id && (d.died == 0 || d.died > g.id) {
				hashes = append(hashes, d.hashes...)
				n++
			}
		}
		root := pay.MerkleRoot(hashes)
		if string(root[:]) != string(g.root) || n != g.documents || len(hashes) != g.chunks {
			c.Fault("generation %d has %d documents in %d chunks with root %s; what is there makes %d in %d with root %s",
				g.id, g.documents, g.chunks, rootText(g.root), n, len(hashes), root)
		}
		c.Generations++
		c.Root = root
	}
	return err
}

func rootText(b []byte) string {
	h, err := types.HashFromBytes(b)
	if err != nil {
		return err.Error()
	}
	return h.String()
}
