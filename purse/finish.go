package purse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// keepTime bounds how long writing down the end of a question may take, even if
// the one who asked is gone.
const keepTime = 5 * time.Second

// finish writes down what a question came to: its cost, receipts and flags, and
// the mountain that the next voucher's receipts root is taken of.
func (p *Purse) finish(ctx context.Context, r *reading) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer stop()
	l := r.q.lane
	ticks := types.Amount{}
	for _, t := range l.open {
		ticks, _ = ticks.Add(t.value())
	}
	grown := l.mountain.Clone()
	for _, s := range r.a.Receipts {
		grown.Append(s.Hash())
	}
	err := keep.Write(ctx, p.cfg.DB, func(tx *sql.Tx) error {
		for i, s := range r.a.Receipts {
			if err := p.keepReceipt(ctx, tx, r.b.denom, l.mountain.Len()+uint64(i), s); err != nil {
				return err
			}
		}
		if err := keepMountain(ctx, tx, p.holder, r.q, grown); err != nil {
			return err
		}
		for _, f := range r.bought.flags {
			if _, err := tx.ExecContext(ctx, `INSERT INTO purse_flags (tab, epoch, lane, seq, asset, time, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				key(l.ref, int64(r.q.seq), int64(f.asset), p.cfg.Now().UnixMilli(), f.reason)...); err != nil {
				return err
			}
		}
		return p.close(ctx, tx, l.ref, r.q.booked, ticks)
	})
	if err != nil {
		l.known = false // the next question reads what is kept
		return fmt.Errorf("keep the answer's receipts: %w", err)
	}
	l.mountain, l.leased, l.closed = grown, false, true
	return nil
}

func (p *Purse) keepReceipt(ctx context.Context, tx *sql.Tx, denom string, place uint64, s pay.SignedReceipt) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO purse_receipts (tab, epoch, lane, seq, asset, place, time, denom, receipt)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		key(s.Lane, int64(s.Seq), int64(s.Asset), int64(place), p.cfg.Now().UnixMilli(), denom, s.Bytes())...)
	return err
}

// keepMountain writes the mountain if the lane is still where this question left it,
// and gives the lease back.
func keepMountain(ctx context.Context, tx *sql.Tx, holder string, q *question, m pay.Mountain) error {
	b, err := m.MarshalBinary()
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `UPDATE purse_lanes SET mountain = ?, holder = '', held_until = 0`+whereLane+`AND holder = ? AND last_seq = ?`,
		append([]any{b}, key(q.lane.ref, holder, int64(q.seq))...)...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("lane %s: %w", q.lane.ref, ErrLease))
	}
	return nil
}
