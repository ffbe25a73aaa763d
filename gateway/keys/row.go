package keys

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/types"
)

const schemaVersion = 1

// Amounts are decimal text, "0" for no budget; times Unix milliseconds, 0 for
// never. spent of a key is the sum of the costs of its uses, and period_spent of
// those that count in the period that began at period. A use that is open counts
// with the most that it can cost.
var schema = []string{
	`CREATE TABLE gateway_keys (
		id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, hint TEXT NOT NULL, name TEXT NOT NULL,
		tab BIGINT NOT NULL, denom TEXT NOT NULL,
		created BIGINT NOT NULL, expires BIGINT NOT NULL, disabled BOOLEAN NOT NULL, revoked BIGINT NOT NULL,
		total TEXT NOT NULL, budget TEXT NOT NULL, per TEXT NOT NULL, period BIGINT NOT NULL, period_spent TEXT NOT NULL,
		requests_limit BIGINT NOT NULL, tokens_limit BIGINT NOT NULL, parallel_limit BIGINT NOT NULL,
		spent TEXT NOT NULL, requests BIGINT NOT NULL, tokens BIGINT NOT NULL, used BIGINT NOT NULL)`,
	`CREATE UNIQUE INDEX gateway_keys_name ON gateway_keys (name) WHERE revoked = 0`,
	`CREATE TABLE gateway_key_uses (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		key BIGINT NOT NULL, of_tab BIGINT NOT NULL, time BIGINT NOT NULL, period BIGINT NOT NULL,
		most TEXT NOT NULL, cost TEXT NOT NULL, tokens BIGINT NOT NULL, open BOOLEAN NOT NULL,
		PRIMARY KEY (tab, epoch, lane, seq))`,
	`CREATE INDEX gateway_key_uses_open ON gateway_key_uses (key) WHERE open`,
	`CREATE INDEX gateway_key_uses_time ON gateway_key_uses (key, time)`,
}

// row is a key as the database has it.
type row struct {
	id                     int64
	hash                   []byte
	hint, name             string
	tab                    types.TabID
	denom                  string
	created, expires       int64
	disabled               bool
	revoked                int64
	total, budget          types.Amount // zero: none
	per                    Period
	period                 int64
	periodSpent            types.Amount
	limits                 Limits
	spent                  types.Amount
	requests, tokens, used int64
}

const columns = `id, hash, hint, name, tab, denom, created, expires, disabled, revoked, total, budget, per, period, period_spent,
	requests_limit, tokens_limit, parallel_limit, spent, requests, tokens, used`

// scanner is one row of a result.
type scanner interface{ Scan(dest ...any) error }

func readRow(s scanner) (r row, err error) {
	var total, budget, periodSpent, spent string
	err = s.Scan(&r.id, &r.hash, &r.hint, &r.name, &r.tab, &r.denom, &r.created, &r.expires, &r.disabled, &r.revoked,
		&total, &budget, &r.per, &r.period, &periodSpent,
		&r.limits.Requests, &r.limits.Tokens, &r.limits.Parallel, &spent, &r.requests, &r.tokens, &r.used)
	if err != nil {
		return r, err
	}
	for _, a := range []struct {
		to   *types.Amount
		from string
	}{{&r.total, total}, {&r.budget, budget}, {&r.periodSpent, periodSpent}, {&r.spent, spent}} {
		if *a.to, err = types.ParseAmount(a.from); err != nil {
			return r, fmt.Errorf("key %d: the database is damaged: %w", r.id, err)
		}
	}
	return r, nil
}

// ErrNoKey is returned for a key that is not there.
var ErrNoKey = errors.New("there is no such key; see: weal gateway key list")

// querier is the part of *sql.DB and *sql.Tx that reads.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// find returns the one key that where chooses.
func find(ctx context.Context, q querier, where string, args ...any) (row, error) {
	r, err := readRow(q.QueryRowContext(ctx, `SELECT `+columns+` FROM gateway_keys WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNoKey
	}
	return r, err
}

// list runs a query and reads each of its rows.
func list[T any](ctx context.Context, q querier, read func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// write puts r into the table, as a new key if it has no id.
func (r *row) write(ctx context.Context, tx *sql.Tx) error {
	args := []any{
		r.hash, r.hint, r.name, int64(r.tab), r.denom, r.created, r.expires, r.disabled, r.revoked,
		r.total.String(), r.budget.String(), string(r.per), r.period, r.periodSpent.String(),
		r.limits.Requests, r.limits.Tokens, r.limits.Parallel, r.spent.String(), r.requests, r.tokens, r.used,
	}
	if r.id == 0 {
		res, err := tx.ExecContext(ctx, `INSERT INTO gateway_keys (`+columns+`)
			VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, args...)
		if err == nil {
			r.id, err = res.LastInsertId()
		}
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE gateway_keys SET hash = ?, hint = ?, name = ?, tab = ?, denom = ?, created = ?, expires = ?,
		disabled = ?, revoked = ?, total = ?, budget = ?, per = ?, period = ?, period_spent = ?,
		requests_limit = ?, tokens_limit = ?, parallel_limit = ?, spent = ?, requests = ?, tokens = ?, used = ? WHERE id = ?`,
		append(args, r.id)...)
	return err
}

// turn begins a new period if the clock says so. The clock never turns it back.
func (r *row) turn(now time.Time) {
	if r.per == Never {
		return
	}
	if start := r.per.start(now).UnixMilli(); start > r.period {
		r.period, r.periodSpent = start, types.Amount{}
	}
}

// Quota is a budget and what is left of it.
type Quota struct {
	Amount types.Amount `json:"amount"`
	Per    Period       `json:"per,omitempty"`
	Spent  types.Amount `json:"spent"`
	Left   types.Amount `json:"left"`
	// Resets is when a budget of a period begins anew.
	Resets time.Time `json:"resets,omitzero"`
}

// quotas returns the key's budgets, in all and of its period, nil where there is
// none. The period must have been turned. Of a budget that was lowered below what
// is spent, nothing is left.
func (r *row) quotas() (total, period *Quota) {
	if !r.total.IsZero() {
		total = &Quota{Amount: r.total, Spent: r.spent}
		total.Left, _ = r.total.Sub(r.spent)
	}
	if !r.budget.IsZero() {
		period = &Quota{Amount: r.budget, Per: r.per, Spent: r.periodSpent, Resets: r.per.next(time.UnixMilli(r.period).UTC())}
		period.Left, _ = r.budget.Sub(r.periodSpent)
	}
	return total, period
}

// short returns the budget that does not hold most; with zero most, one that is
// used up.
func (r *row) short(most types.Amount) *Quota {
	total, period := r.quotas()
	for _, q := range []*Quota{total, period} {
		if q != nil && (q.Left.IsZero() || q.Left.Cmp(most) < 0) {
			return q
		}
	}
	return nil
}

// count adds a use's cost, or replaces what was counted for it.
func (r *row) count(period int64, less, more types.Amount) error {
	var ok bool
	if r.spent, ok = swap(r.spent, less, more); !ok {
		return fmt.Errorf("key %d: what it has spent does not hold one of its uses; the database is damaged", r.id)
	}
	if r.per == Never || period != r.period {
		return nil
	}
	if r.periodSpent, ok = swap(r.periodSpent, less, more); !ok {
		return fmt.Errorf("key %d: what its period has spent does not hold one of its uses; the database is damaged", r.id)
	}
	return nil
}

func swap(sum, less, more types.Amount) (types.Amount, bool) {
	sum, ok := sum.Sub(less)
	if !ok {
		return sum, false
	}
	return sum.Add(more)
}
