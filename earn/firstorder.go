package earn

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/types"
)

// Reserver is a Chain that also tells what a tab's fee reserve can refund. With
// it, a lane that owes nothing yet is worked for only if bringing its first credit
// to the chain is refunded, or worth it without: a payer could else owe on each of
// thousands of lanes less than the fee of settling it.
type Reserver interface {
	// Reserve returns what is left of a tab's fee reserve, what that pays back for
	// an asset's first credit of a lane, and from what amount on a credit is worth
	// bringing without.
	Reserve(ctx context.Context, id types.TabID) (left, refund, worth types.Amount, err error)
}

// reserve is a Reserver's answer.
type reserve struct{ left, refund, worth types.Amount }

// firstOrder is what must hold for the first order of a lane; nil for others, and
// if the order is worth bringing by itself.
type firstOrder struct {
	reserve
	ref types.LaneRef
}

// first returns what must hold for the first order of a lane, if that order puts
// amount at stake.
func (b *Book) first(ctx context.Context, ref types.LaneRef, amount types.Amount) (*firstOrder, error) {
	chain, ok := b.cfg.Chain.(Reserver)
	if !ok {
		return nil, nil
	}
	r, err := b.view.reserve(ctx, chain, ref.Tab, fresh)
	if err != nil {
		return nil, chainDown(fmt.Errorf("fee reserve of tab %d: %w", ref.Tab, err))
	}
	if amount.Cmp(r.worth) >= 0 {
		return nil, nil
	}
	return &firstOrder{r, ref}, nil
}

// check returns nil if the reserve can refund the first credit of lane l, besides
// those of all lanes that wait for theirs. The caller holds the book's mutex.
func (f *firstOrder) check(id types.TabID, t *tab, l *lane) error {
	if f == nil {
		return nil
	}
	lanes := uint64(1)
	for _, other := range t.lanes {
		if other != l && other.awaitsRefund(f.worth) {
			lanes++
		}
	}
	if need := times(f.refund, lanes); need.Cmp(f.left) > 0 {
		return refuseReserve(f, id, lanes, need)
	}
	return nil
}

// awaitsRefund reports whether a lane owes, or is about to, less than is worth
// bringing, and was never credited.
func (l *lane) awaitsRefund(worth types.Amount) bool {
	s := l.state
	if l.next != nil {
		s = *l.next
	}
	return s.seq > 0 && s.settled.IsZero() && sum(s.value, s.risk).Cmp(worth) < 0
}

// admitFirst refuses, before anything is offered, a lane that was never used here
// if not even the least order of the asset could be accepted.
func (b *Book) admitFirst(ctx context.Context, l types.Lane) error {
	if _, ok := b.cfg.Chain.(Reserver); !ok {
		return nil
	}
	a, err := b.view.asset(ctx, b.Asset(), fresh)
	if err != nil {
		return chainDown(err)
	}
	least := greatest
	for _, p := range a.Prices {
		if p.Denom == l.Denom && p.Least().Cmp(least) < 0 {
			least = p.Least()
		}
	}
	f, err := b.first(ctx, l.Ref, least)
	if err != nil || f == nil {
		return err
	}
	if used, err := b.known(ctx, l.Ref); err != nil || used != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return f.check(l.Ref.Tab, b.tab(l.Ref.Tab), nil)
}
