package earn

import (
	"github.com/weal-network/weal/types"
)

// reserve makes next the state that l is about to get, if its tab's exposure
// allows. It counts at once, so that two lanes cannot take the same room.
func (b *Book) reserve(l *lane, next state) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	total := next.exposed()
	for _, other := range b.tabs[next.ref.Tab] {
		if other != l {
			total = sum(total, other.exposed())
		}
	}
	if total.Cmp(b.cfg.Exposure) > 0 {
		b.press(next.ref.Tab)
		return refuseExposure(next.ref.Tab, b.cfg.Exposure)
	}
	l.next = &next
	return nil
}

// press makes a settlement of tab due, because something was refused for it. The
// caller holds b.mu.
func (b *Book) press(tab types.TabID) {
	b.pressed[tab] = true
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

// exposedTo returns what a tab owes in all. The caller holds b.mu.
func (b *Book) exposedTo(tab types.TabID) (total types.Amount) {
	for _, l := range b.tabs[tab] {
		total = sum(total, l.exposed())
	}
	return total
}

// unsettledOf returns what settlements of a tab's lanes would bring. The caller
// holds b.mu.
func (b *Book) unsettledOf(tab types.TabID) (total types.Amount) {
	for _, l := range b.tabs[tab] {
		total = sum(total, l.state.unsettled())
	}
	return total
}

// Room returns how much more a tab may owe now, in its denomination.
func (b *Book) Room(tab types.TabID) types.Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	room, ok := b.cfg.Exposure.Sub(b.exposedTo(tab))
	if !ok {
		return types.Amount{}
	}
	return room
}
