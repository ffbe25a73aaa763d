package vault

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
)

const (
	createBudgets = `CREATE TABLE IF NOT EXISTS vault_budgets (
		payer TEXT PRIMARY KEY, began INTEGER NOT NULL, probes INTEGER NOT NULL, bought INTEGER NOT NULL)`
	createOffered = `CREATE TABLE IF NOT EXISTS vault_offered (
		payer TEXT NOT NULL, began INTEGER NOT NULL, part INTEGER NOT NULL, chunks BLOB NOT NULL,
		PRIMARY KEY (payer, began, part))`

	putBudget = `INSERT INTO vault_budgets (payer, began, probes, bought) VALUES (?, ?, ?, ?) ON CONFLICT (payer) DO UPDATE SET
		began = excluded.began, probes = excluded.probes, bought = excluded.bought`
	putOffered    = `INSERT INTO vault_offered (payer, began, part, chunks) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	dropBudget    = `DELETE FROM vault_budgets WHERE payer = ? AND began = ?`
	dropOffered   = `DELETE FROM vault_offered WHERE payer = ? AND began = ?`
	selectBudgets = `SELECT payer, began, probes, bought FROM vault_budgets`
	selectOffered = `SELECT payer, began, part, chunks FROM vault_offered`
)

// keptBudgets keeps budgets in the vault's database of money: of an offer only what
// was not offered before, in a row of its own, and nothing of one that repeats. What
// is kept is with the operating system before the offer is made.
type keptBudgets struct {
	db     *sql.DB
	sealed seal.Table // of which passages it was
}

// openBudgets reads what payers did in the hours that are not over.
func openBudgets(ctx context.Context, db *sql.DB, sealed seal.Table, now func() time.Time, limits budgetLimits) (*budget, error) {
	if err := keep.Schema(ctx, db, "vault_budgets", 1, createBudgets, createOffered); err != nil {
		return nil, err
	}
	b := &budget{now: now, kept: &keptBudgets{db, sealed}, limits: limits, spent: map[string]*spending{}}
	if err := b.kept.read(ctx, b.spent); err != nil {
		return nil, fmt.Errorf("read budgets: %w", err)
	}
	for _, s := range b.spent {
		if at := now(); at.Before(s.began) {
			s.began = at
		}
	}
	return b, b.forget(now())
}

func (k *keptBudgets) read(ctx context.Context, into map[string]*spending) error {
	err := k.each(ctx, selectBudgets, func(rows *sql.Rows) error {
		var payer string
		var began int64
		s := &spending{offered: map[uint64]struct{}{}}
		if err := rows.Scan(&payer, &began, &s.probes, &s.bought); err != nil {
			return err
		}
		s.id = time.UnixMicro(began)
		s.began = s.id
		into[payer] = s
		return nil
	})
	if err != nil {
		return err
	}
	return k.each(ctx, selectOffered, func(rows *sql.Rows) error {
		var payer string
		var began int64
		var part int
		var chunks []byte
		if err := rows.Scan(&payer, &began, &part, &chunks); err != nil {
			return err
		}
		s := into[payer]
		if s == nil || s.id.UnixMicro() != began {
			return nil
		}
		plain, err := k.sealed.Open(chunks, place(payer, began, part))
		if err != nil {
			return err
		}
		for ; len(plain) >= 8; plain = plain[8:] {
			s.offered[binary.BigEndian.Uint64(plain)] = struct{}{}
		}
		s.parts = max(s.parts, part)
		return nil
	})
}

func (k *keptBudgets) each(ctx context.Context, query string, row func(*sql.Rows) error) error {
	rows, err := k.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// place says which row sealed passages are of.
func place(payer string, began int64, part int) []byte {
	b := binary.BigEndian.AppendUint64([]byte(payer), uint64(began))
	return binary.BigEndian.AppendUint64(b, uint64(part))
}

// beginning stands for a chunk: two of a vault's with the same cannot be met.
func beginning(h types.Hash) uint64 { return binary.BigEndian.Uint64(h[:8]) }

// begin keeps that an hour of payer's begins.
func (k *keptBudgets) begin(payer string, s *spending) error { return k.put(k.counts(payer, s)) }

// probed keeps the counts of payer's hour.
func (k *keptBudgets) probed(payer string, s *spending) error { return k.put(k.counts(payer, s)) }

func (k *keptBudgets) counts(payer string, s *spending) keep.Change {
	return keep.Change{Slot: "b" + payer, Text: putBudget, Args: []any{payer, s.id.UnixMicro(), s.probes, s.bought}}
}

// offered keeps which passages were offered for the first time, as a part of the hour.
func (k *keptBudgets) offered(payer string, s *spending, fresh []uint64) error {
	plain := make([]byte, 0, 8*len(fresh))
	for _, n := range fresh {
		plain = binary.BigEndian.AppendUint64(plain, n)
	}
	began := s.id.UnixMicro()
	at := place(payer, began, s.parts)
	return k.put(keep.Change{
		Slot: "o" + string(at), Text: putOffered, Args: []any{payer, began, s.parts, k.sealed.Seal(plain, at)},
	})
}

// drop removes hours that are over.
func (k *keptBudgets) drop(over map[string]*spending) error {
	var changes []keep.Change
	for payer, s := range over {
		began := s.id.UnixMicro()
		at := string(place(payer, began, 0))
		changes = append(changes,
			keep.Change{Slot: "d" + at, Text: dropBudget, Args: []any{payer, began}},
			keep.Change{Slot: "D" + at, Text: dropOffered, Args: []any{payer, began}})
	}
	if len(changes) == 0 {
		return nil
	}
	return k.put(changes...)
}

func (k *keptBudgets) put(changes ...keep.Change) error {
	if err := keep.Put(k.db, changes...); err != nil {
		return fmt.Errorf("keep budget: %w", err)
	}
	return nil
}
