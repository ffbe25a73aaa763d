package purse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
)

// day numbers days from 1970-01-01, UTC.
func day(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// dayKey names a row of purse_days.
type dayKey struct {
	day   int64
	denom string
}

// days remembers what days have spent as this process wrote it last. It may be
// wrong: others write too, and a transaction can fail.
type days struct {
	mu    sync.Mutex
	spent map[dayKey]types.Amount
}

func (d *days) get(k dayKey) (types.Amount, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.spent[k]
	return v, ok
}

func (d *days) set(k dayKey, v types.Amount) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.spent == nil || len(d.spent) > 100 {
		d.spent = map[dayKey]types.Amount{}
	}
	d.spent[k] = v
}

// addToDay takes less away from what a day has spent and adds more; it returns
// the new sum.
func (p *Purse) addToDay(ctx context.Context, tx *sql.Tx, day int64, denom string, less, more types.Amount) (types.Amount, error) {
	k := dayKey{day, denom}
	if last, ok := p.days.get(k); ok {
		sum, err := moved(day, last, less, more)
		if err == nil {
			res, err := tx.ExecContext(ctx, `UPDATE purse_days SET spent = ? WHERE day = ? AND denom = ? AND spent = ?`,
				sum.String(), day, denom, last.String())
			if err != nil {
				return sum, err
			}
			if n, err := res.RowsAffected(); err != nil || n == 1 {
				p.days.set(k, sum)
				return sum, err
			}
		}
	}
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
	if spent, err = moved(day, spent, less, more); err != nil {
		return spent, err
	}
	p.days.set(k, spent)
	_, err = tx.ExecContext(ctx, `INSERT INTO purse_days (day, denom, spent) VALUES (?, ?, ?)
		ON CONFLICT (day, denom) DO UPDATE SET spent = excluded.spent`, day, denom, spent.String())
	return spent, err
}

// moved takes less away from what a day has spent and adds more.
func moved(day int64, spent, less, more types.Amount) (types.Amount, error) {
	spent, ok := spent.Add(more)
	if !ok {
		return spent, fmt.Errorf("%w: the day's sum does not fit 128 bits", ErrLimit)
	}
	if spent, ok = spent.Sub(less); !ok {
		return spent, fmt.Errorf("day %d has spent less than one of its questions: %w", day, errDamaged)
	}
	return spent, nil
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
func (p *Purse) settleLeftOpen(ctx context.Context, tx *sql.Tx, ref types.LaneRef, ticks types.Amount) error {
	open, err := list(ctx, tx, readOpenQuery, `SELECT seq, day, denom, firm, cost FROM purse_queries`+whereLane+`AND open = 1`, key(ref)...)
	if err != nil {
		return err
	}
	for _, o := range open {
		if err := p.close(ctx, tx, ref, o, ticks); err != nil {
			return err
		}
	}
	return nil
}

// close gives an open question its cost: what was firm and ticks.
func (p *Purse) close(ctx context.Context, tx *sql.Tx, ref types.LaneRef, o openQuery, ticks types.Amount) error {
	cost, ok := o.firm.Add(ticks)
	if !ok || cost.Cmp(o.cost) > 0 {
		cost = o.cost
	}
	if _, err := p.addToDay(ctx, tx, o.day, o.denom, o.cost, cost); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE purse_queries SET cost = ?, open = 0`+whereLane+`AND seq = ?`,
		append([]any{cost.String()}, key(ref, o.seq)...)...)
	return err
}
