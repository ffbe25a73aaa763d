package library

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/weal-network/weal/keep"
)

// A document may belong to a contribution: somebody else's part of the vault, by
// its number on the chain. What a contribution has is kept by documents' sources,
// which they keep for as long as they are in the vault, however often they change.

// contributionsSchema is a table of its own, beside those of schema.go.
const contributionsSchema = `CREATE TABLE contributions (
	name BYTEA PRIMARY KEY,
	data BYTEA NOT NULL)`

const nameSource = "source"

// contributed is a row: which contribution a document belongs to.
type contributed struct {
	Source       string `json:"source"`
	Contribution uint64 `json:"contribution"`
}

func (l *Library) contributionsTable(ctx context.Context) error {
	return keep.Schema(ctx, l.write, "library/contributions", 1, contributionsSchema)
}

// readContributions reads which contribution each document belongs to, by source.
func (l *Library) readContributions(ctx context.Context) (map[string]uint64, error) {
	rows, err := l.read.QueryContext(ctx, `SELECT name, data FROM contributions`) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, fmt.Errorf("read contributions: %w", err)
	}
	all := map[string]uint64{}
	err = each(rows, func() error {
		var name, b []byte
		if err := rows.Scan(&name, &b); err != nil {
			return err
		}
		b, err := l.sealed.contributions.Open(b, name)
		var c contributed
		if err == nil {
			err = json.Unmarshal(b, &c)
		}
		all[c.Source] = c.Contribution
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read contributions: %w", err)
	}
	return all, nil
}

// contributedCache is which contribution documents belong to, by source, until that
// changes.
type contributedCache struct {
	mu    sync.Mutex
	known map[string]uint64
	round int // counts changes
}

func (c *contributedCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = nil
	c.round++
}

// contributions is readContributions, of memory where it can be.
func (l *Library) contributions(ctx context.Context) (map[string]uint64, error) {
	c := &l.contributed
	c.mu.Lock()
	known, round := c.known, c.round
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	all, err := l.readContributions(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && c.round == round {
		c.known = all
	}
	return all, err
}

// ContributionOf returns the contribution that a document belongs to; 0 is the
// owner's own.
func (l *Library) ContributionOf(ctx context.Context, source string) (uint64, error) {
	all, err := l.contributions(ctx)
	return all[source], err
}

// contribute says which contribution a document belongs to, in the transaction that
// writes it. One that is new and that nothing is said of belongs to none, also if
// another of its name was there before.
func (w *writer) contribute(ctx context.Context, tx *batch, r read) error {
	before, had := w.contributed[r.Source]
	_, known := w.known[r.Path]
	switch {
	case w.contribution == nil && (known || !had):
		return nil
	case w.contribution == nil, *w.contribution == 0:
		if !had {
			return nil
		}
		return w.l.uncontribute(ctx, tx, r.Source)
	case before == *w.contribution:
		return nil
	}
	b, err := json.Marshal(contributed{Source: r.Source, Contribution: *w.contribution})
	if err != nil {
		return err
	}
	name := w.l.sealed.Name(nameSource, []byte(r.Source))
	return tx.exec(ctx, `INSERT INTO contributions (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data`,
		name, w.l.sealed.contributions.Seal(b, name))
}

// uncontribute forgets which contribution a document belongs to.
func (l *Library) uncontribute(ctx context.Context, tx *batch, source string) error {
	return tx.exec(ctx, `DELETE FROM contributions WHERE name = $1`, l.sealed.Name(nameSource, []byte(source)))
}

// Contribution is what of a library belongs to one contribution.
type Contribution struct {
	ID        uint64 `json:"id"` // on the chain; 0 is the owner's own
	Documents int    `json:"documents"`
	Chunks    int    `json:"chunks"`
}

// Contributions lists what belongs to each contribution, of the documents that the
// newest generation has, by id.
func (l *Library) Contributions(ctx context.Context) ([]Contribution, error) {
	of, err := l.contributions(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := l.read.QueryContext(ctx, `SELECT id, about, chunks FROM documents WHERE died = 0 AND removed = 0`) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, fmt.Errorf("list contributions: %w", err)
	}
	all := map[uint64]*Contribution{}
	err = each(rows, func() error {
		var id int64
		var sealed, chunks []byte
		if err := rows.Scan(&id, &sealed, &chunks); err != nil {
			return err
		}
		a, err := l.sealed.openAbout(id, sealed)
		if err != nil {
			return err
		}
		list, err := l.sealed.openChunks(id, chunks)
		n := of[a.Source]
		if all[n] == nil {
			all[n] = &Contribution{ID: n}
		}
		all[n].Documents++
		all[n].Chunks += len(list.hashes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list contributions: %w", err)
	}
	out := make([]Contribution, 0, len(all))
	for _, c := range all {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Contribution) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out, nil
}
