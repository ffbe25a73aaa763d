package purse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// Bill is what a question can cost at most, before anything is signed for it.
type Bill struct {
	Lane  types.LaneRef
	Seq   uint64 // of the voucher that would pay it
	Denom string
	Firm  types.Amount // what is paid whatever comes of it
	Most  types.Amount // Firm and all ticks
	// Tokens is the most metered tokens that are paid for: prompt and answer.
	Tokens uint64
}

// approve shows a bill to who asks, if it wants to see it.
func (q *question) approve(ctx context.Context, b *bill) error {
	if q.Approve == nil {
		return nil
	}
	out := Bill{Lane: q.lane.ref, Seq: q.seq, Denom: b.denom, Firm: b.firm, Most: b.most}
	for _, v := range b.payees {
		if v.metered() {
			out.Tokens += uint64(v.order.Tokens) * uint64(v.order.Most) // 32 bits each, and a quote has few meters
		}
	}
	return q.Approve(ctx, out)
}

// Cost is what a question that was signed for has come to.
type Cost struct {
	Denom  string
	Amount types.Amount
	// Final is false while the question may still be under way: Amount is then the
	// most that it can cost.
	Final bool
}

// Cost tells what the question of lane ref with number seq has come to; found is
// false if nothing was signed for it. A question that a crash has left open comes
// to what was firm and the ticks that were revealed, once nobody holds the lane.
func (p *Purse) Cost(ctx context.Context, ref types.LaneRef, seq uint64) (c Cost, found bool, err error) {
	err = within(ctx, p.cfg.DB, func(tx *sql.Tx) error {
		var firm, cost string
		var open, free bool
		err := tx.QueryRowContext(ctx, `SELECT denom, firm, cost, open FROM purse_queries`+whereLane+`AND seq = ?`,
			key(ref, int64(seq))...).Scan(&c.Denom, &firm, &cost, &open)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		if c.Amount, err = types.ParseAmount(cost); err != nil || !open {
			c.Final = true
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT holder = '' OR held_until < ? FROM purse_lanes`+whereLane,
			append([]any{p.cfg.Now().UnixMilli()}, key(ref)...)...).Scan(&free)
		if err != nil || !free {
			return err
		}
		c.Final = true
		return c.leftOpen(ctx, tx, ref, seq, firm)
	})
	if err != nil {
		return Cost{}, false, fmt.Errorf("read the cost of lane %s seq %d: %w", ref, seq, err)
	}
	return c, found, nil
}

// leftOpen works a question's cost out as the lane's next voucher will.
func (c *Cost) leftOpen(ctx context.Context, tx *sql.Tx, ref types.LaneRef, seq uint64, firm string) error {
	sum, err := types.ParseAmount(firm)
	if err != nil {
		return err
	}
	var row []byte
	if err := tx.QueryRowContext(ctx, `SELECT ticks FROM purse_lanes`+whereLane, key(ref)...).Scan(&row); err != nil {
		return err
	}
	ticks, err := decodeTicks(row)
	if err != nil {
		return err
	}
	sum, _ = sum.Add(revealed(ticks, seq)) // fits: the bill's sum did
	if sum.Cmp(c.Amount) < 0 {
		c.Amount = sum
	}
	return nil
}
