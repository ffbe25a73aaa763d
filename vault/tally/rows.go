package tally

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
)

// What is BLOB is sealed, or a name. Amounts are decimal text, times Unix seconds. A
// sale's report is NULL until one is kept by itself.
var schema = []string{
	`CREATE TABLE IF NOT EXISTS tally_passages (name BLOB PRIMARY KEY, data BLOB NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS tally_payers (name BLOB PRIMARY KEY, data BLOB NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS tally_hours (at INTEGER PRIMARY KEY, data TEXT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS tally_questions (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, data BLOB NOT NULL)`,
	`CREATE INDEX IF NOT EXISTS tally_questions_at ON tally_questions (at)`,
	`CREATE TABLE IF NOT EXISTS tally_sales (name BLOB PRIMARY KEY, data BLOB NOT NULL)`,
	`ALTER TABLE tally_sales ADD COLUMN report BLOB`,
}

// tables seal the rows.
type tables struct{ passages, payers, questions, sales seal.Table }

func (t *Tally) open(ctx context.Context) (err error) {
	if err := keep.Schema(ctx, t.cfg.DB, "tally", 2, schema...); err != nil {
		return err
	}
	if t.Table, err = points.Open(ctx, points.Config{DB: t.cfg.DB, Flush: t.Flush, Now: t.cfg.Now}); err != nil {
		return err
	}
	for name, table := range map[string]*seal.Table{
		"tally/passages": &t.tables.passages, "tally/payers": &t.tables.payers,
		"tally/questions": &t.tables.questions, "tally/sales": &t.tables.sales,
	} {
		if *table, err = t.cfg.Table(name); err != nil {
			return err
		}
	}
	return t.loadSales(ctx)
}

// loadSales takes up the sales that still wait for their reports.
func (t *Tally) loadSales(ctx context.Context) error {
	err := t.each(ctx, t.tables.sales, `SELECT name, data FROM tally_sales`, func(_, b []byte) error {
		s := &sale{Booked: true, row: true, stored: true} // rows of before were of counted sales only, and did not say so
		err := json.Unmarshal(b, s)
		t.pending[s.Order] = s
		if !s.Booked {
			t.fresh = append(t.fresh, s)
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.each(ctx, t.tables.sales, `SELECT name, report FROM tally_sales WHERE report IS NOT NULL`, func(_, b []byte) error {
		var r report
		err := json.Unmarshal(b, &r)
		if s := t.pending[r.Order]; s != nil {
			s.Report = r.Entries
		}
		return err
	})
}

// report is what is kept of the report of a sale, its entries in the sale's order.
type report struct {
	Order   types.Hash          `json:"order"`
	Entries []attribution.Entry `json:"entries"`
}

// keepSale keeps a sale that is new.
func (t *Tally) keepSale(s *sale) error {
	name := t.saleName(s.Order)
	b, err := json.Marshal(s)
	if err == nil {
		err = keep.Put(t.cfg.DB, keep.Change{
			Slot: "sale " + s.Order.String(), Text: `INSERT INTO tally_sales (name, data) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`,
			Args: []any{name, t.tables.sales.Seal(b, name)},
		})
	}
	if err != nil {
		return fmt.Errorf("keep a sale: %w", err)
	}
	return nil
}

// keepReport keeps the report of a sale, unless that was divided meanwhile.
func (t *Tally) keepReport(order types.Hash, entries []attribution.Entry) error {
	name := t.saleName(order)
	b, err := json.Marshal(report{order, entries})
	if err == nil {
		err = keep.Put(t.cfg.DB, keep.Change{
			Slot: "report " + order.String(), Text: `UPDATE tally_sales SET report = ? WHERE name = ?`,
			Args: []any{t.tables.sales.Seal(b, name), name},
		})
	}
	if err != nil {
		return fmt.Errorf("keep a report: %w", err)
	}
	return nil
}

// each opens every row of a query for a name and what is sealed under it.
func (t *Tally) each(ctx context.Context, table seal.Table, query string, f func(name, data []byte) error) error {
	rows, err := t.cfg.DB.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, b []byte
		err := rows.Scan(&name, &b)
		if err == nil {
			b, err = table.Open(b, name)
		}
		if err == nil {
			err = f(name, b)
		}
		if err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	return nil
}

// change reads the row of a name into into, has f change that, and writes it.
func change(ctx context.Context, tx *sql.Tx, table seal.Table, rows string, name []byte, into any, f func()) error {
	var b []byte
	err := tx.QueryRowContext(ctx, `SELECT data FROM `+rows+` WHERE name = ?`, name).Scan(&b)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = nil
	case err == nil:
		if b, err = table.Open(b, name); err == nil {
			err = json.Unmarshal(b, into)
		}
	}
	if err != nil {
		return err
	}
	f()
	return put(ctx, tx, table, rows, name, into)
}

func put(ctx context.Context, tx *sql.Tx, table seal.Table, rows string, name []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO `+rows+` (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data`,
		name, table.Seal(b, name))
	return err
}

func (t *Tally) passageName(chunk types.Hash) []byte { return t.cfg.Name("tally/chunk", chunk[:]) }

func (t *Tally) saleName(order types.Hash) []byte { return t.cfg.Name("tally/order", order[:]) }

// write writes counts.
func (t *Tally) write(ctx context.Context, tx *sql.Tx, c *counts) error {
	for chunk, d := range c.passages {
		p := &passage{}
		err := change(ctx, tx, t.tables.passages, "tally_passages", t.passageName(chunk), p, func() { p.add(d) })
		if err != nil {
			return fmt.Errorf("count a passage: %w", err)
		}
	}
	for name, d := range c.payers {
		p := &Payer{}
		err := change(ctx, tx, t.tables.payers, "tally_payers", t.cfg.Name("tally/payer", []byte(name)), p, func() { p.add(*d) })
		if err != nil {
			return fmt.Errorf("count a payer: %w", err)
		}
	}
	for at, d := range c.hours {
		if err := addRow(ctx, tx, `SELECT data FROM tally_hours WHERE at = ?`,
			`INSERT INTO tally_hours (at, data) VALUES (?, ?) ON CONFLICT (at) DO UPDATE SET data = excluded.data`,
			&Hour{At: at}, func(h *Hour) { h.add(*d) }, at); err != nil {
			return fmt.Errorf("count an hour: %w", err)
		}
	}
	return nil
}

// addRow reads the JSON of a plain row into v, has f change it, and writes it.
func addRow[T any](ctx context.Context, tx *sql.Tx, read, write string, v *T, f func(*T), key ...any) error {
	var b []byte
	err := tx.QueryRowContext(ctx, read, key...).Scan(&b)
	if err == nil {
		err = json.Unmarshal(b, v)
	} else if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return err
	}
	f(v)
	if b, err = json.Marshal(v); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, write, append(key, string(b))...)
	return err
}

// writeQuestions keeps questions, and forgets those that were kept long enough.
func (t *Tally) writeQuestions(ctx context.Context, tx *sql.Tx, all []Question) error {
	days := t.keep.Load()
	for _, q := range all {
		if days == 0 {
			break
		}
		b, err := json.Marshal(q)
		if err != nil {
			return err
		}
		place := questionPlace(q.At)
		if _, err := tx.ExecContext(ctx, `INSERT INTO tally_questions (at, data) VALUES (?, ?)`, q.At, t.tables.questions.Seal(b, place)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM tally_questions WHERE at <= ?`, t.cfg.Now().Unix()-days*24*3600)
	return err
}

// questionPlace binds a question to when it was asked.
func questionPlace(at int64) []byte { return seal.At(at) }
