package purse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Bill is what a question can cost at most, before anything is signed for it.
type Bill struct {
	Lane  types.LaneRef `json:"lane"`
	Seq   uint64        `json:"seq"` // of the voucher that would pay it
	Denom string        `json:"denom"`
	Firm  types.Amount  `json:"firm"` // what is paid whatever comes of it
	Most  types.Amount  `json:"most"` // Firm and all ticks
	// Tokens is the most metered tokens that are paid for: prompt and answer.
	Tokens uint64 `json:"tokens"`
	// Passages are what is bought, in the quote's order.
	Passages []OfferedPassage `json:"passages"`
	// Keeping are the vaults that keep the question, as they say themselves.
	Keeping []Keeping `json:"keeping,omitempty"`
}

// OfferedPassage is a passage that a question would buy.
type OfferedPassage struct {
	Asset types.AssetID `json:"asset"`
	wire.OfferedPassage
}

// approve shows a bill to who asks, if it wants to see it.
func (q *question) approve(ctx context.Context, b *bill) error {
	if q.Approve == nil {
		return nil
	}
	out := Bill{Lane: q.lane.ref, Seq: q.seq, Denom: b.denom, Firm: b.firm, Most: b.most}
	out.Keeping, out.Tokens = b.keeping(), q.taskTokens()
	for _, v := range b.payees {
		for _, id := range v.ids {
			out.Passages = append(out.Passages, OfferedPassage{v.asset.ID, v.offered[id]})
		}
		if v.metered() && !b.spare(v) {
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
	var firm, cost, holder string
	var open bool
	var row []byte
	err = p.cfg.DB.QueryRowContext(ctx, `SELECT q.denom, firm, cost, open, holder, ticks FROM purse_queries q
		JOIN purse_lanes l ON l.tab = q.tab AND l.epoch = q.epoch AND l.lane = q.lane
		WHERE q.tab = ? AND q.epoch = ? AND q.lane = ? AND seq = ?`, key(ref, int64(seq))...).Scan(&c.Denom, &firm, &cost, &open, &holder, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err == nil {
		c.Amount, err = types.ParseAmount(cost)
	}
	if c.Final = true; err == nil && open {
		if c.Final, err = p.idle(ctx, ref, holder); err == nil && c.Final {
			err = c.leftOpen(seq, firm, row)
		}
	}
	if err != nil {
		return Cost{}, false, fmt.Errorf("read the cost of lane %s seq %d: %w", ref, seq, err)
	}
	return c, true, nil
}

// idle reports whether no question can be under way on a lane with that holder.
func (p *Purse) idle(ctx context.Context, ref types.LaneRef, holder string) (bool, error) {
	if holder == "" {
		return true, nil
	}
	p.claim.Lock()
	mine := holder == p.holder
	p.claim.Unlock()
	if !mine {
		return keep.Gone(ctx, p.cfg.DB, holder)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.lanes, func(l *lane) bool { return l.ref == ref && l.busy }), nil
}

// leftOpen works a question's cost out as the lane's next voucher will.
func (c *Cost) leftOpen(seq uint64, firm string, row []byte) error {
	sum, err := types.ParseAmount(firm)
	if err != nil {
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
