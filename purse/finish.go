package purse

import (
	"context"
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
	changes, err := p.kept(r, grown)
	if err == nil {
		l.known = false // until it is kept
		err = p.close(ctx, l, r.q.booked, ticks, changes...)
	}
	if err != nil {
		return fmt.Errorf("keep the answer's receipts: %w", err)
	}
	l.mountain, l.known = grown, true
	r.m.afterEnd()
	return nil
}

// kept is what is kept of an answer: its receipts and flags, how many ticks are
// paid, and the mountain that the next voucher's receipts root is taken of.
func (p *Purse) kept(r *reading, grown pay.Mountain) ([]keep.Change, error) {
	l, now := r.q.lane, p.cfg.Now().UnixMilli()
	mountain, err := grown.MarshalBinary()
	if err != nil {
		return nil, err
	}
	changes := []keep.Change{{
		Slot: "end " + l.ref.String(), Text: `UPDATE purse_lanes SET mountain = ?, ticks = ?` + whereLane,
		Args: append([]any{mountain, encodeTicks(l.open)}, key(l.ref)...),
	}}
	for i, s := range r.a.Receipts {
		place := l.mountain.Len() + uint64(i)
		changes = append(changes, keep.Change{
			Slot: fmt.Sprintf("receipt %s %d", l.ref, place),
			Text: `INSERT INTO purse_receipts (tab, epoch, lane, seq, asset, place, time, denom, receipt, record)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			Args: key(s.Lane, int64(s.Seq), int64(s.Asset), int64(place), now, r.b.denom, s.Bytes(), r.recordOf(s)),
		})
	}
	for i, f := range r.bought.flags {
		changes = append(changes, keep.Change{
			Slot: fmt.Sprintf("flag %s %d %d", l.ref, r.q.seq, i),
			Text: `INSERT INTO purse_flags (tab, epoch, lane, seq, asset, time, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			Args: key(l.ref, int64(r.q.seq), int64(f.asset), now, f.reason),
		})
	}
	return changes, nil
}
