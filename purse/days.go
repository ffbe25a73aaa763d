package purse

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// day numbers days from 1970-01-01, UTC.
func day(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// dayKey names what is spent of a denomination in a day.
type dayKey struct {
	day   int64
	denom string
}

// dayRow is what one writer has counted of a day: both sums only grow. What was spent
// is spent less back, over the rows of all writers.
type dayRow struct{ spent, back types.Amount }

// days has this purse's rows. The mutex is held until a row is kept, so that rows are
// kept in the order in which they grew.
type days struct {
	mu   sync.Mutex
	rows map[dayKey]dayRow
}

// rememberedDays bounds the rows in memory.
const rememberedDays = 100

// row returns this purse's row of k. Called with p.days.mu held.
func (p *Purse) row(ctx context.Context, k dayKey) (dayRow, error) {
	if r, ok := p.days.rows[k]; ok {
		return r, nil
	}
	rows, err := list(ctx, p.cfg.DB, readDay, `SELECT day, denom, spent, back FROM purse_spent WHERE day = ? AND denom = ? AND writer = ?`,
		k.day, k.denom, p.number())
	if err != nil || len(rows) == 0 {
		return dayRow{}, err
	}
	return rows[0].dayRow, nil
}

// number is that of this purse's journal, by which its rows are named: who has the
// journal has the rows.
func (p *Purse) number() string {
	n, _, _ := strings.Cut(p.holder, "/")
	return n
}

type dayOf struct {
	dayKey
	dayRow
}

func readDay(s scanner) (d dayOf, err error) {
	var spent, back string
	if err := s.Scan(&d.day, &d.denom, &spent, &back); err != nil {
		return d, err
	}
	if d.spent, err = types.ParseAmount(spent); err == nil {
		d.back, err = types.ParseAmount(back)
	}
	return d, err
}

// count keeps changes, and with them that more was spent in a day, or that less was
// than had been counted: all or nothing. With a limit, nothing is kept if all that was
// spent in the day would be above it, whichever process spends.
func (p *Purse) count(ctx context.Context, k dayKey, more, less, limit types.Amount, changes ...keep.Change) error {
	p.days.mu.Lock()
	defer p.days.mu.Unlock()
	r, err := p.row(ctx, k)
	if err != nil {
		return err
	}
	var ok, fits bool
	r.spent, ok = r.spent.Add(more)
	if r.back, fits = r.back.Add(less); !ok || !fits {
		return fmt.Errorf("%w: the day's sum does not fit 128 bits", ErrLimit)
	}
	changes = append(changes, keep.Change{
		Slot: "day " + strconv.FormatInt(k.day, 10) + k.denom,
		Text: `INSERT INTO purse_spent (day, denom, writer, spent, back) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (day, denom, writer) DO UPDATE SET spent = excluded.spent, back = excluded.back`,
		Args: []any{k.day, k.denom, p.number(), r.spent.String(), r.back.String()},
	})
	if limit.IsZero() {
		err = keep.Put(p.cfg.DB, changes...)
	} else {
		err = p.countWithin(ctx, k, limit, changes)
	}
	if err != nil {
		return err
	}
	if p.days.rows == nil || len(p.days.rows) > rememberedDays {
		p.days.rows = map[dayKey]dayRow{}
	}
	p.days.rows[k] = r
	return nil
}

// countWithin keeps changes in a transaction, so that other processes see them at
// once, unless the day's sum is above the limit then.
func (p *Purse) countWithin(ctx context.Context, k dayKey, limit types.Amount, changes []keep.Change) error {
	return keep.Write(ctx, p.cfg.DB, func(tx *sql.Tx) error {
		for _, c := range changes {
			if _, err := tx.ExecContext(ctx, c.Text, c.Args...); err != nil {
				return err
			}
		}
		rows, err := list(ctx, tx, readDay, `SELECT day, denom, spent, back FROM purse_spent WHERE day = ? AND denom = ?`, k.day, k.denom)
		if err != nil {
			return err
		}
		sum, err := total(rows)
		if err != nil {
			return err
		}
		return Limits{PerDay: limit}.day(sum, k.denom)
	})
}

// total is what rows of one denomination come to.
func total(rows []dayOf) (sum types.Amount, err error) {
	var back types.Amount
	for _, r := range rows {
		if sum, err = add(sum, r.spent); err == nil {
			back, err = add(back, r.back)
		}
		if err != nil {
			return sum, err
		}
	}
	sum, ok := sum.Sub(back)
	if !ok {
		return sum, fmt.Errorf("less was spent than given back: %w", errDamaged)
	}
	return sum, nil
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

// change writes a question with what it costs.
func (o openQuery) change(ref types.LaneRef, now time.Time, cost types.Amount, open bool) keep.Change {
	return keep.Change{
		Slot: "question " + ref.String() + " " + strconv.FormatInt(o.seq, 10),
		Text: `INSERT INTO purse_queries (tab, epoch, lane, seq, day, time, denom, firm, cost, open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tab, epoch, lane, seq) DO UPDATE SET cost = excluded.cost, open = excluded.open`,
		Args: key(ref, o.seq, o.day, now.UnixMilli(), o.denom, o.firm.String(), cost.String(), open),
	}
}

// close gives an open question of l its cost, what was firm and ticks, and keeps
// changes with that.
func (p *Purse) close(ctx context.Context, l *lane, o openQuery, ticks types.Amount, changes ...keep.Change) error {
	cost, ok := o.firm.Add(ticks)
	if !ok || cost.Cmp(o.cost) > 0 {
		cost = o.cost
	}
	back, _ := o.cost.Sub(cost)
	return p.count(ctx, dayKey{o.day, o.denom}, types.Amount{}, back, types.Amount{},
		append(changes, o.change(l.ref, p.cfg.Now(), cost, false))...)
}
