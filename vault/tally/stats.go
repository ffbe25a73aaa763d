package tally

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// HeadingStats is what was counted below one heading of a document.
type HeadingStats struct {
	Heading  string `json:"heading"`
	Passages int    `json:"passages"` // that were ever offered or sold
	Count
}

// DocumentStats is what was counted of a document.
type DocumentStats struct {
	Source   string `json:"source"`
	Passages int    `json:"passages"` // that were ever offered or sold
	Count
	Headings []HeadingStats `json:"headings"`
}

// Stats is what was counted.
type Stats struct {
	Total     Hour            `json:"total"` // of the hours that were asked for
	Documents []DocumentStats `json:"documents"`
	Hours     []Hour          `json:"hours"` // or days
	Payers    []Payer         `json:"payers"`
	Questions []Question      `json:"questions,omitempty"` // newest first
	// Offered is when each passage was offered last, Unix seconds.
	Offered map[types.Hash]int64 `json:"-"`
}

// Span chooses hours, and how they are put together.
type Span struct {
	Since, Until int64 // Unix seconds; Until 0 is now
	Days         bool
	Questions    int // the most that are listed
}

// Stats tells what was counted. Documents and payers are of all time.
func (t *Tally) Stats(ctx context.Context, span Span, chunks iter.Seq[types.Hash]) (s Stats, err error) {
	if err := t.Flush(ctx); err != nil {
		return s, err
	}
	if s.Documents, err = t.documents(ctx); err != nil {
		return s, err
	}
	if s.Payers, err = t.payers(ctx); err != nil {
		return s, err
	}
	if s.Hours, s.Total, err = t.hours(ctx, span); err != nil {
		return s, err
	}
	if s.Questions, err = t.questions(ctx, span); err != nil {
		return s, err
	}
	s.Offered, err = t.offered(ctx, chunks)
	return s, err
}

func (t *Tally) documents(ctx context.Context) ([]DocumentStats, error) {
	type place struct{ source, heading string }
	documents, headings := map[string]*DocumentStats{}, map[place]*HeadingStats{}
	err := t.each(ctx, t.tables.passages, `SELECT name, data FROM tally_passages`, func(_, b []byte) error {
		var p passage
		if err := json.Unmarshal(b, &p); err != nil {
			return err
		}
		at := place{p.Source, p.Heading}
		if documents[p.Source] == nil {
			documents[p.Source] = &DocumentStats{Source: p.Source}
		}
		if headings[at] == nil {
			headings[at] = &HeadingStats{Heading: p.Heading}
		}
		documents[p.Source].Passages++
		documents[p.Source].add(p.Count)
		headings[at].Passages++
		headings[at].add(p.Count)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for at, h := range headings {
		d := documents[at.source]
		d.Headings = append(d.Headings, *h)
	}
	all := make([]DocumentStats, 0, len(documents))
	for _, d := range documents {
		slices.SortFunc(d.Headings, func(a, b HeadingStats) int {
			return cmp.Or(byUse(a.Count, b.Count), cmp.Compare(a.Heading, b.Heading))
		})
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b DocumentStats) int {
		return cmp.Or(byUse(a.Count, b.Count), cmp.Compare(a.Source, b.Source))
	})
	return all, nil
}

// Since returns when the first hour began that was counted, Unix seconds, or 0.
func (t *Tally) Since(ctx context.Context) (at int64, err error) {
	if err := t.cfg.DB.QueryRowContext(ctx, `SELECT COALESCE(MIN(at), 0) FROM tally_hours`).Scan(&at); err != nil {
		return 0, fmt.Errorf("read counts: %w", err)
	}
	return at, nil
}

// byUse orders what is used most first.
func byUse(a, b Count) int {
	return cmp.Or(cmp.Compare(b.Sold, a.Sold), cmp.Compare(b.Cited, a.Cited), cmp.Compare(b.Offered, a.Offered))
}

func (t *Tally) payers(ctx context.Context) ([]Payer, error) {
	all := []Payer{}
	err := t.each(ctx, t.tables.payers, `SELECT name, data FROM tally_payers`, func(_, b []byte) error {
		var p Payer
		err := json.Unmarshal(b, &p)
		all = append(all, p)
		return err
	})
	slices.SortFunc(all, func(a, b Payer) int {
		return cmp.Or(cmp.Compare(b.Sold, a.Sold), cmp.Compare(b.Asked, a.Asked), cmp.Compare(a.Payer, b.Payer))
	})
	return all, err
}

func (t *Tally) hours(ctx context.Context, span Span) (all []Hour, total Hour, err error) {
	until := span.Until
	if until == 0 {
		until = t.cfg.Now().Unix() + 1
	}
	rows, err := t.cfg.DB.QueryContext(ctx, `SELECT data FROM tally_hours WHERE at >= ? AND at < ? ORDER BY at`, span.Since-span.Since%3600, until)
	if err != nil {
		return nil, total, fmt.Errorf("read counts: %w", err)
	}
	defer rows.Close()
	all = []Hour{}
	for rows.Next() {
		var b []byte
		var h Hour
		err := rows.Scan(&b)
		if err == nil {
			err = json.Unmarshal(b, &h)
		}
		if err != nil {
			return nil, total, fmt.Errorf("read counts: %w", err)
		}
		total.add(h)
		if span.Days {
			h.At -= h.At % (24 * 3600)
		}
		if n := len(all); n > 0 && all[n-1].At == h.At {
			all[n-1].add(h)
			continue
		}
		all = append(all, h)
	}
	if len(all) > 0 {
		total.At = all[0].At
	}
	return all, total, rows.Err()
}

func (t *Tally) questions(ctx context.Context, span Span) ([]Question, error) {
	rows, err := t.cfg.DB.QueryContext(ctx, `SELECT at, data FROM tally_questions WHERE at >= ? ORDER BY id DESC LIMIT ?`, span.Since, span.Questions)
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	defer rows.Close()
	var all []Question
	for rows.Next() {
		var at int64
		var b []byte
		var q Question
		err := rows.Scan(&at, &b)
		if err == nil {
			b, err = t.tables.questions.Open(b, questionPlace(at))
		}
		if err == nil {
			err = json.Unmarshal(b, &q)
		}
		if err != nil {
			return nil, fmt.Errorf("read questions: %w", err)
		}
		all = append(all, q)
	}
	return all, rows.Err()
}

// offered returns when each of chunks was offered last; those that never were are
// not in it.
func (t *Tally) offered(ctx context.Context, chunks iter.Seq[types.Hash]) (map[types.Hash]int64, error) {
	byName := map[string]int64{}
	err := t.each(ctx, t.tables.passages, `SELECT name, data FROM tally_passages`, func(name, b []byte) error {
		var p passage
		err := json.Unmarshal(b, &p)
		if p.OfferedAt > 0 {
			byName[string(name)] = p.OfferedAt
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all := map[types.Hash]int64{}
	for chunk := range chunks {
		if at, ok := byName[string(t.passageName(chunk))]; ok {
			all[chunk] = at
		}
	}
	return all, nil
}

// Forget deletes what was counted of documents. Sums of hours and payers stay.
func (t *Tally) Forget(ctx context.Context, sources []string) error {
	if err := t.Flush(ctx); err != nil {
		return err
	}
	gone := make(map[string]bool, len(sources))
	for _, s := range sources {
		gone[s] = true
	}
	var names [][]byte
	err := t.each(ctx, t.tables.passages, `SELECT name, data FROM tally_passages`, func(name, b []byte) error {
		var p passage
		err := json.Unmarshal(b, &p)
		if gone[p.Source] {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	return keep.Write(ctx, t.cfg.DB, func(tx *sql.Tx) error {
		for _, name := range names {
			if _, err := tx.ExecContext(ctx, `DELETE FROM tally_passages WHERE name = ?`, name); err != nil {
				return err
			}
		}
		return nil
	})
}
