package purse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/types"
)

// day numbers days from 1970-01-01, UTC.
func day(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// addToDay takes less away from what a day has spent and adds more; it returns
// the new sum.
func addToDay(ctx context.Context, tx *sql.Tx, day int64, denom string, less, more types.Amount) (types.Amount, error) {
	var text string
	err := tx.QueryRowContext(ctx, `SELECT spent FROM purse_days WHERE day = ? AND denom = ?`, day, denom).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		text, err = "0", nil
	}
	if err != nil {
		return types.Amount{}, err
	}
	spent, err := types.ParseAmount(text)
	if err != nil {
		return types.Amount{}, err
	}
	spent, ok := spent.Add(more)
	if !ok {
		return spent, fmt.Errorf("%w: the day's sum does not fit 128 bits", ErrLimit)
	}
	if spent, ok = spent.Sub(less); !ok {
		return spent, fmt.Errorf("day %d has spent less than one of its questions; the database is damaged", day)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO purse_days (day, denom, spent) VALUES (?, ?, ?)
		ON CONFLICT (day, denom) DO UPDATE SET spent = excluded.spent`, day, denom, spent.String())
	return spent, err
}

// openQuery is a question whose cost is not known yet, counted at the most.
type openQuery struct {
	seq, day   int64
	denom      string
	firm, cost types.Amount
}

func readOpenQuery(row scanner) (o openQuery, err error) {
	var firm, cost string
	if err := row.Scan(&o.seq, &o.day, &o.denom, &firm, &cost); err != nil {
		return o, err
	}
	o.firm, err = types.ParseAmount(firm)
	if err != nil {
		return o, err
	}
	o.cost, err = types.ParseAmount(cost)
	return o, err
}

// settleLeftOpen gives the question of a lane that is still open, if there is
// one, its cost: what was firm and the ticks that were revealed. A lane has one
// question in flight, so there is at most one.
func settleLeftOpen(ctx context.Context, tx *sql.Tx, ref types.LaneRef, ticks types.Amount) error {
	open, err := list(ctx, tx, readOpenQuery, `SELECT seq, day, denom, firm, cost FROM purse_queries`+whereLane+`AND open = 1`, key(ref)...)
	if err != nil {
		return err
	}
	for _, o := range open {
		cost, ok := o.firm.Add(ticks)
		if !ok || cost.Cmp(o.cost) > 0 {
			cost = o.cost
		}
		if _, err := addToDay(ctx, tx, o.day, o.denom, o.cost, cost); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE purse_queries SET cost = ?, open = 0`+whereLane+`AND seq = ?`,
			append([]any{cost.String()}, key(ref, o.seq)...)...); err != nil {
			return err
		}
	}
	return nil
}
