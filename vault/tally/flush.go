package tally

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

func timeOf(at int64) time.Time { return time.Unix(at, 0) }

// bookTime is how long a sale may go uncounted because nobody can tell who paid.
const bookTime = 3600

// Flush writes down what was noted. What it fails to write is kept in memory.
func (t *Tally) Flush(ctx context.Context) error {
	t.flushing.Lock()
	defer t.flushing.Unlock()
	t.mu.Lock()
	c, fresh, lost := t.noted, t.fresh, t.lost
	t.noted, t.fresh, t.lost = newCounts(), nil, 0
	t.mu.Unlock()
	if lost > 0 {
		t.cfg.Log.Warn("more happened than could be counted", "lost", lost)
	}
	later := t.book(ctx, c, fresh)
	t.name(ctx, c)
	ready, wait := t.sorted()
	err := t.commit(ctx, c, ready, wait)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh = append(later, t.fresh...)
	if err != nil {
		c.addAll(t.noted)
		t.noted = c
		return err
	}
	for _, s := range ready {
		delete(t.pending, s.Order)
	}
	for _, w := range wait {
		s := t.pending[w.Order]
		s.stored = len(s.Report) == len(w.Report) // or the report came meanwhile
	}
	return nil
}

// book counts sales, and returns those of which nobody can tell who paid.
func (t *Tally) book(ctx context.Context, c *counts, fresh []*sale) (later []*sale) {
	for _, s := range fresh {
		lane, err := t.cfg.Lane(ctx, s.Sale.Lane)
		if err != nil && t.cfg.Now().Unix()-s.At < bookTime {
			later = append(later, s)
			continue
		}
		whose := make([]uint64, len(s.Passages))
		for i, p := range s.Passages {
			if whose[i], err = t.cfg.Contribution(ctx, p.Source); err != nil {
				break
			}
		}
		if err != nil && t.cfg.Now().Unix()-s.At < bookTime {
			later = append(later, s)
			continue
		}
		t.mu.Lock()
		s.Denom, s.Payer, s.Whose, s.Booked, s.stored = lane.Denom, lane.Payer, whose, true, false
		t.mu.Unlock()
		c.sell(s)
	}
	return later
}

// sell counts a sale.
func (c *counts) sell(s *sale) {
	h, p := c.hour(timeOf(s.At)), c.payer(s.Payer)
	h.Sales++
	p.Sales++
	p.Sold += uint64(len(s.Passages))
	h.Sold += uint64(len(s.Passages))
	for _, sold := range s.Passages {
		d := c.passage(sold)
		d.Sold++
		d.Earned.add(s.Denom, sold.Price)
		h.Earned.add(s.Denom, sold.Price)
		p.Paid.add(s.Denom, sold.Price)
	}
}

// name finds out what the passages are called that have only a number. One that
// cannot be read any more has no name.
func (t *Tally) name(ctx context.Context, c *counts) {
	for chunk, p := range c.passages {
		if p.shelf == nil {
			continue
		}
		var n int
		err := t.cfg.DB.QueryRowContext(ctx, `SELECT 1 FROM tally_passages WHERE name = ?`, t.passageName(chunk)).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			p.Source = p.shelf.Source(p.number)
			p.Heading, _ = p.shelf.Heading(ctx, p.number)
		}
		if err == nil || p.Source != "" {
			p.shelf = nil
		}
	}
}

// sorted returns the sales that can be divided, and those that have to wait and whose
// rows do not say yet all that is known of them, as they are now.
func (t *Tally) sorted() (ready, wait []*sale) {
	t.mu.Lock()
	defer t.mu.Unlock()
	late := t.cfg.Now().Unix() - int64(ReportTime.Seconds())
	if len(t.pending) > manySales {
		late = t.cfg.Now().Unix()
	}
	for _, s := range t.pending {
		now := *s
		switch {
		case s.Booked && (s.Report != nil || s.At <= late):
			ready = append(ready, &now)
		case !s.stored:
			wait = append(wait, &now)
			s.row = true
		}
	}
	// What is added must not depend on the order of a map: sums may be full.
	slices.SortFunc(ready, func(a, b *sale) int { return slices.Compare(a.Order[:], b.Order[:]) })
	return ready, wait
}

// commit writes everything in one transaction.
func (t *Tally) commit(ctx context.Context, c *counts, ready, wait []*sale) error {
	earned := points.Sheet{}
	divided := newCounts()
	for _, s := range ready {
		divide(earned, s)
		divided.cite(s)
	}
	err := keep.Write(ctx, t.cfg.DB, func(tx *sql.Tx) error {
		if err := t.write(ctx, tx, c); err != nil {
			return err
		}
		if err := t.write(ctx, tx, divided); err != nil {
			return err
		}
		if err := t.writeQuestions(ctx, tx, c.questions); err != nil {
			return err
		}
		for _, s := range wait {
			if err := put(ctx, tx, t.tables.sales, "tally_sales", t.saleName(s.Order), s); err != nil {
				return err
			}
		}
		for _, s := range ready {
			if !s.row {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM tally_sales WHERE name = ?`, t.saleName(s.Order)); err != nil {
				return err
			}
		}
		return t.Add(ctx, tx, earned)
	})
	if err != nil {
		return fmt.Errorf("write counts down: %w", err)
	}
	return nil
}

// cite counts the citations that a report tells of.
func (c *counts) cite(s *sale) {
	for i, e := range s.Report {
		if e.Cites > 0 {
			c.passage(s.Passages[i]).Cited += uint64(e.Cites)
			c.hour(timeOf(s.At)).Cited += uint64(e.Cites)
		}
	}
}

// divide gives what a sale earned to contributions, by each rule; equally if there
// is no report.
func divide(earned points.Sheet, s *sale) {
	var total types.Amount
	for _, p := range s.Passages {
		var ok bool
		if total, ok = total.Add(p.Price); !ok {
			return // no order can cost so much
		}
	}
	earned.Divide(s.Denom, total, s.Whose, func(rule attribution.Rule, i int) uint64 {
		if s.Report == nil {
			return 1
		}
		return uint64(s.Report[i].Share(rule))
	})
}
