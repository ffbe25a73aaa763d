package earn

import (
	"github.com/weal-network/weal/types"
)

// reserve makes next the state that l is about to get, if the exposure of its tab
// and that of all tabs allow, and, for the first order of a lane, the tab's fee
// reserve. It counts at once, so that two lanes cannot take the same room.
func (b *Book) reserve(l *lane, next state, first *firstOrder) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := next.ref.Tab
	t := b.tab(id)
	if err := first.check(id, t, l); err != nil {
		return err
	}
	switch more := next.exposed(); {
	case t.with(l.counted, more).Cmp(b.cfg.Exposure) > 0:
		b.press(&t.owed)
		return refuseExposure(id, b.cfg.Exposure)
	case b.exposedWith(t.denom, l.counted, more).Cmp(b.cfg.ExposureAll) > 0:
		b.press(b.all(t.denom))
		return refuseExposureAll(t.denom, b.cfg.ExposureAll)
	}
	l.next = &next
	b.recount(l)
	return nil
}

// press makes a settlement due, because something was refused. The caller holds
// b.mu.
func (b *Book) press(o *owed) {
	o.pressed = true
	b.callDue()
}

// closes lets Run look at Due soon, if a lane that is not open any more owes.
func (b *Book) closes(ref types.LaneRef) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.lanes[ref]; l != nil && !l.state.unsettled().IsZero() {
		b.callDue()
	}
}

// release takes back what reserve did, after a write that failed.
func (b *Book) release(l *lane) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l.next = nil
	b.recount(l)
}

// exposed is the lane's part of its tab's exposure: the greater of what it is and
// what it is about to be. The caller holds the book's mutex.
func (l *lane) exposed() types.Amount {
	now := l.state.exposed()
	if l.next != nil {
		if next := l.next.exposed(); next.Cmp(now) > 0 {
			return next
		}
	}
	return now
}

// relieved is called when a lane owes less than before: it wakes who waits for
// room in its tab, or in all. The caller holds b.mu.
func (b *Book) relieved(t *tab) {
	t.pressed = false
	for _, l := range t.lanes {
		l.wake()
	}
	all := b.all(t.denom)
	if !all.pressed || b.exposedIn(t.denom).Cmp(b.cfg.ExposureAll) > 0 {
		return
	}
	all.pressed = false
	for _, other := range b.tabs {
		if other.denom != t.denom || other == t {
			continue
		}
		for _, l := range other.lanes {
			l.wake()
		}
	}
}

// inRoom reports whether a tab, and all tabs together, owe no more than the
// exposure. Ticks are taken beyond it, as money in the hand is no risk; work is
// not given for them until a settlement has made room.
func (b *Book) inRoom(id types.TabID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tab(id)
	switch {
	case t.exposed.amount().Cmp(b.cfg.Exposure) > 0:
		b.press(&t.owed)
		return false
	case b.exposedIn(t.denom).Cmp(b.cfg.ExposureAll) > 0:
		b.press(b.all(t.denom))
		return false
	}
	return true
}

// Room returns how much more a tab may owe now, in its denomination.
func (b *Book) Room(id types.TabID) types.Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tab(id)
	own, ok := b.cfg.Exposure.Sub(t.exposed.amount())
	if !ok {
		return types.Amount{}
	}
	all, ok := b.cfg.ExposureAll.Sub(b.exposedIn(t.denom))
	if !ok {
		return types.Amount{}
	}
	if all.Cmp(own) < 0 {
		return all
	}
	return own
}
