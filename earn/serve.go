package earn

import (
	"bytes"
	"context"
	"fmt"

	"github.com/weal-network/weal/types"
)

// Served returns the answer that order was served with, and whether it was.
// A lane keeps the answer until its next order.
func (b *Book) Served(ctx context.Context, order types.Hash) ([]byte, bool, error) {
	l, err := b.of(ctx, order)
	if l == nil {
		return nil, false, err
	}
	s, _ := b.read(l)
	if s.order != order || !s.served {
		return nil, false, nil
	}
	return b.store.response(ctx, b.Asset(), s)
}

// Serve lets one caller at a time serve an order: it waits until a call before
// it is done. Look at Served after it, and call done at the end.
func (b *Book) Serve(ctx context.Context, order types.Hash) (done func(), err error) {
	l, err := b.of(ctx, order)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, errNoOrder
	}
	select {
	case l.serving <- struct{}{}:
		leave := b.signer.enter()
		return func() { leave(); <-l.serving }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the order's other request: %w", context.Cause(ctx))
	}
}

// ServeOn is Serve for an order of lane ref, as the order itself says. Of a lane
// that is at another order it knows without looking further.
func (b *Book) ServeOn(ctx context.Context, ref types.LaneRef, order types.Hash) (done func(), err error) {
	b.mu.Lock()
	l := b.lanes[ref]
	other := l != nil && l.state.order != order
	b.mu.Unlock()
	if other {
		return nil, errNoOrder
	}
	return b.Serve(ctx, order)
}

// Give is called when the first of what an order pays by ticks is given away.
func (b *Book) Give(order types.Hash) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.byOrder[order]; l != nil {
		l.giving = true
	}
}

// gave reports whether something was given for a lane's order that is not served.
func (b *Book) gave(l *lane) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return l.giving && !l.state.served
}

// MarkServed keeps the answer of an order that was accepted, so that a retry gets
// the same and nothing more is given for it. Marking it again with the same
// answer changes nothing; another answer is refused with 409.
func (b *Book) MarkServed(ctx context.Context, order types.Hash, response []byte) error {
	return b.MarkGiven(ctx, order, response, 0)
}

// MarkGiven is MarkServed of an order that is paid by ticks, for which so much was
// given. What of it is not paid stays in the tab's exposure.
func (b *Book) MarkGiven(ctx context.Context, order types.Hash, response []byte, ticks uint32) error {
	l, err := b.of(ctx, order)
	if err != nil {
		return err
	}
	if l == nil {
		return refuseOrder("the order was not accepted, or another has taken its place")
	}
	l.work.Lock()
	defer l.work.Unlock()
	old, _ := b.read(l)
	if old.order != order {
		return refuseOrder("another order has taken the lane")
	}
	if old.served {
		kept, _, err := b.store.response(ctx, b.Asset(), old)
		if err == nil && !bytes.Equal(kept, response) {
			err = refuseOrder("the order was served with another answer")
		}
		return err
	}
	next := old
	next.served, next.risk = true, types.Amount{}
	if old.tick != nil && ticks > old.paid {
		next.unpaid = sum(old.unpaid, times(old.tick.Price, uint64(min(ticks, old.tick.Most)-old.paid)))
	}
	if err := b.store.served(b.Asset(), next, response); err != nil {
		return err
	}
	b.set(l, next)
	return nil
}
