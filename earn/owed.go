package earn

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/types"
)

// wide is a sum of amounts that does not overflow.
type wide struct {
	over uint64 // in units of 2^128
	low  types.Amount
}

func (w *wide) add(a types.Amount) {
	var fits bool
	if w.low, fits = w.low.Add(a); !fits {
		w.over++
	}
}

func (w *wide) sub(a types.Amount) {
	var fits bool
	if w.low, fits = w.low.Sub(a); !fits {
		w.over--
	}
}

// amount stays at the greatest amount beyond 128 bits, which no exposure allows.
func (w *wide) amount() types.Amount {
	if w.over > 0 {
		return greatest
	}
	return w.low
}

// part is what one lane has in the sums that it counts in.
type part struct{ exposed, unsettled types.Amount }

// owed sums what lanes owe.
type owed struct {
	exposed, unsettled wide
	// earned and settled count since the start what came to be owed, and what came.
	earned, settled wide
	// pressed: something was refused for it, and it has not got more room since.
	pressed bool
}

func (o *owed) add(p part) {
	o.exposed.add(p.exposed)
	o.unsettled.add(p.unsettled)
}

func (o *owed) sub(p part) {
	o.exposed.sub(p.exposed)
	o.unsettled.sub(p.unsettled)
}

// with returns what is exposed when a part of it becomes another.
func (o *owed) with(old part, exposed types.Amount) types.Amount {
	total := o.exposed
	total.sub(old.exposed)
	total.add(exposed)
	return total.amount()
}

// due reports whether it is time to settle what has a limit.
func (o *owed) due(limit types.Amount) bool {
	unsettled := o.unsettled.amount()
	return !unsettled.IsZero() && (o.pressed || unsettled.Cmp(limit.Half()) >= 0)
}

// tab is one tab as the book knows it. The book's mutex guards it.
type tab struct {
	owed
	denom string // empty while it is not known
	lanes []*lane
}

// tab returns the tab id. The caller holds b.mu.
func (b *Book) tab(id types.TabID) *tab {
	t := b.tabs[id]
	if t == nil {
		t = &tab{}
		b.tabs[id] = t
	}
	return t
}

// all returns the sums of all tabs of a denomination. The caller holds b.mu.
func (b *Book) all(denom string) *owed {
	o := b.denoms[denom]
	if o == nil {
		o = &owed{}
		b.denoms[denom] = o
	}
	return o
}

// exposedIn returns what all tabs of a denomination owe. What tabs owe whose
// denomination is not known counts in each. The caller holds b.mu.
func (b *Book) exposedIn(denom string) types.Amount {
	return b.exposedWith(denom, part{}, types.Amount{})
}

// exposedWith is exposedIn when a part of it becomes another.
func (b *Book) exposedWith(denom string, old part, exposed types.Amount) types.Amount {
	known := b.all(denom).with(old, exposed)
	if denom == "" {
		return known
	}
	return sum(known, b.all("").exposed.amount())
}

// recount brings the sums in line with what a lane owes now: the greater of what
// it is and what it is about to be. The caller holds b.mu.
func (b *Book) recount(l *lane) {
	now := part{exposed: l.exposed(), unsettled: l.state.unsettled()}
	if now == l.counted {
		return
	}
	t := b.tab(l.state.ref.Tab)
	for _, o := range []*owed{&t.owed, b.all(t.denom)} {
		o.sub(l.counted)
		o.add(now)
	}
	l.counted = now
}

// denominate says in what denomination a tab is, as the chain has it. It is kept,
// since what a tab owes counts in it also after a restart.
func (b *Book) denominate(ctx context.Context, id types.TabID, denom string) error {
	b.mu.Lock()
	known := b.tab(id).denom == denom
	b.mu.Unlock()
	if known {
		return nil
	}
	if err := b.store.denominate(ctx, id, denom); err != nil {
		return fmt.Errorf("keep the denomination of tab %d: %w", id, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tab(id)
	if t.denom == denom {
		return nil
	}
	from, to := b.all(t.denom), b.all(denom)
	for _, l := range t.lanes {
		from.sub(l.counted)
		to.add(l.counted)
	}
	t.denom = denom
	return nil
}
