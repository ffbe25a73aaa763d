package keys

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Use is one request that was let in.
type Use struct {
	m      *Meter
	row    row // as it was let in
	line   *line
	header http.Header // of the answer; may be nil
	once   bool        // most and denom bound it
	most   types.Amount
	denom  string

	held   *held
	free   *held // counts in the limits, and costs nothing
	cost   types.Amount
	paid   string // denomination of cost
	tokens uint64
	ended  bool
}

// held is a reservation that is not settled.
type held struct {
	use
	taken uint64 // tokens
	at    time.Duration
}

// tell writes the limits into the header of the answer.
func (u *Use) tell() {
	requests, tokens := u.line.rates(u.m.cfg.Since(), u.row.limits)
	tell(u.header, requests, tokens)
}

// Ask asks the gateway at path from the purse of the key's tab, within its limits and
// budgets.
func (u *Use) Ask(ctx context.Context, path string, body []byte, onDelta func(wire.Content)) (Said, error) {
	p, err := u.m.cfg.Tabs.Purse(ctx, u.row.tab)
	if err != nil {
		return Said{}, err
	}
	return p.Ask(ctx, Question{Path: path, Body: body, Approve: u.approve, OnDelta: onDelta})
}

// Free lets a request go on that costs nothing, of at most so many metered tokens: it
// counts in the key's limits, and in no budget.
func (u *Use) Free(tokens uint64) error {
	at := u.m.cfg.Since()
	wait, ok := u.line.take(at, u.row.limits, tokens)
	switch {
	case !ok:
		return tooLarge(u.header, &u.row, tokens)
	case wait > 0:
		u.tell()
		return tooFast(u.header, &u.row, limitTokens, wait)
	}
	u.free = &held{taken: tokens, at: at}
	u.tell()
	return nil
}

// approve reserves what a bill can cost. The purse signs only if it is reserved.
func (u *Use) approve(ctx context.Context, b Bill) error {
	u.settle(ctx) // a bill before, which was not signed
	if u.ended {
		return errors.New("the request has ended")
	}
	if u.once && (b.Denom != u.denom || b.Most.Cmp(u.most) > 0) {
		return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "too_little",
			"this answer can cost %s %s, paid for are %s %s; ask for the price again", b.Most, b.Denom, u.most, u.denom)
	}
	at := u.m.cfg.Since()
	wait, ok := u.line.take(at, u.row.limits, b.Tokens)
	switch {
	case !ok:
		return tooLarge(u.header, &u.row, b.Tokens)
	case wait > 0:
		u.tell()
		return tooFast(u.header, &u.row, limitTokens, wait)
	}
	u.held = &held{use: use{key: u.row.id, of: u.row.tab, lane: b.Lane, seq: b.Seq, most: b.Most}, taken: b.Tokens, at: at}
	u.m.fly(b.Lane, b.Seq, true)
	u.paid = b.Denom
	kept, err := u.m.reserve(ctx, u, b)
	if quotaShort(err) { // it may be what a crash has left open
		if err := u.m.reconcile(ctx, u.row.id); err != nil {
			return err
		}
		kept, err = u.m.reserve(ctx, u, b)
	}
	if err != nil {
		return err
	}
	u.held.use = kept
	u.tell()
	return nil
}

func quotaShort(err error) bool {
	var e *wire.Error
	return errors.As(err, &e) && e.Code == CodeQuota
}

// settle ends the reservation, if there is one.
func (u *Use) settle(ctx context.Context) {
	h := u.held
	if h == nil {
		return
	}
	u.held = nil
	defer u.m.fly(h.lane, h.seq, false)
	cost, final, err := u.m.settle(ctx, h.use, u.tokens)
	if err != nil || !final {
		u.m.cfg.Log.Error("a use goes on to count with the most that it can cost", "key", h.key, "lane", h.lane.String(), "seq", h.seq, "err", err)
	}
	u.cost = cost
	u.line.correct(h.at, h.taken, u.tokens)
}

// Count tells how many metered tokens prompt and answer had.
func (u *Use) Count(tokens uint64) { u.tokens = tokens }

// End settles what was reserved to what was spent, and makes room for another
// request. It can be called twice. ctx may have ended.
func (u *Use) End(ctx context.Context) {
	if u.ended {
		return
	}
	u.ended = true
	u.settle(ctx)
	if u.free != nil {
		u.line.correct(u.free.at, u.free.taken, u.tokens)
	}
	u.line.leave()
	u.tell()
}

// Cost tells, after End, what the request has cost.
func (u *Use) Cost() (types.Amount, string) { return u.cost, u.paid }
