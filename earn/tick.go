package earn

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Tick takes a revealed preimage and returns how many ticks are paid now. It is
// kept before Tick returns, and wakes who waits in AwaitTicks. A tick that was
// taken before changes nothing. Errors are *wire.Error.
func (b *Book) Tick(ctx context.Context, t wire.Tick) (paid uint32, err error) {
	if asset := b.Asset(); t.Asset != asset {
		return 0, refuse(CodeBadPayment, "the tick is for asset %d, this is asset %d", t.Asset, asset)
	}
	l, err := b.known(ctx, t.Lane)
	if err != nil {
		return 0, err
	}
	if l == nil {
		return 0, refuseOrder("lane %s has no order here", t.Lane)
	}
	l.work.Lock()
	defer l.work.Unlock()
	old, _ := b.read(l)
	switch {
	case old.seq != t.Seq || old.tick == nil:
		return 0, refuseOrder("lane %s is at seq %d, the tick is for seq %d", t.Lane, old.seq, t.Seq)
	case t.K <= old.paid:
		return old.paid, nil
	}
	from := old.preimage
	if old.paid == 0 {
		from = old.tick.Head
	}
	if err := pay.VerifyMoreTicks(*old.tick, old.paid, from, t.K, t.Preimage); err != nil {
		return old.paid, refuse(CodeBadPayment, "%v", err)
	}
	next := old
	next.paid, next.preimage = t.K, t.Preimage
	more := times(old.tick.Price, uint64(t.K-old.paid))
	next.value = sum(old.value, more)
	if old.served { // late, but paid: what was given for it is not unpaid any more
		next.unpaid = old.paidLate(more).workedOff(more)
	} else {
		next.risk, next.unpaid = tickRisk(*old.tick, t.K), old.workedOff(more)
	}
	if err := b.store.tick(b.Asset(), next); err != nil {
		return old.paid, err
	}
	b.set(l, next)
	return t.K, nil
}

// AwaitTicks returns when k ticks of the lane's order of seq are paid and the tab
// owes no more than the exposure, or with the reason why that will not be: ctx
// has ended, or another order has taken the lane. Ask it before giving more away.
func (b *Book) AwaitTicks(ctx context.Context, ref types.LaneRef, seq uint64, k uint32) error {
	l, err := b.known(ctx, ref)
	if err != nil {
		return err
	}
	if l == nil {
		return refuseOrder("lane %s has no order here", ref)
	}
	for {
		s, changed := b.read(l)
		switch {
		case s.seq != seq || s.tick == nil:
			return refuseOrder("lane %s is at seq %d, no longer at %d", ref, s.seq, seq)
		case k > s.tick.Most:
			return refuse(CodeBadPayment, "%d ticks were promised, %d are asked for", s.tick.Most, k)
		case s.paid >= k && b.inRoom(ref.Tab):
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("await tick %d of lane %s seq %d: %w", k, ref, seq, context.Cause(ctx))
		}
	}
}
