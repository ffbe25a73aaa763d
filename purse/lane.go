package purse

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// lane is a lane and, while this purse holds it, what it has promised.
type lane struct {
	ref     types.LaneRef
	key     ed25519.PrivateKey
	gateway types.AssetID
	denom   string

	// Guarded by Purse.mu.
	busy     bool         // a question uses it
	promised types.Amount // total of the last voucher known of
	cap      types.Amount // as the chain said last
	sighted  bool         // cap is known
	was      types.Amount // cap before it was raised
	raised   time.Time    // when that was seen
	held     bool         // the database says that it is this purse's
	wanted   bool         // another process waits for it
	used     time.Time    // when a question gave it back last
	shunned  time.Time    // until when it is left to another process
	late     *meters      // of its last answer, if there are ticks of it that were not brought
	later    *time.Timer  // sends them
	heir     bool         // the process before may not have brought its last answer's ticks

	// All below belongs to the question that uses the lane.
	known             bool // the fields below are what the database has
	lastSeq           uint64
	leaves            []pay.Leaf // ascending by asset
	open              []openTick // promised by the last voucher, not folded in yet
	mountain          pay.Mountain
	nextSeq, endOfSeq uint64 // reserved for this purse: [nextSeq, endOfSeq)
}

// openTick is a promise of ticks and how many of them were revealed.
type openTick struct {
	pay.TickLeaf
	seq      uint64
	revealed uint32
}

// value is what the revealed ticks are worth.
func (t openTick) value() types.Amount {
	v, _ := t.Price.Mul(uint64(t.revealed)) // fits: the whole leaf's worth was checked to
	return v
}

// secret is the seed of the hash chain for one asset's ticks. It needs no place of
// its own: a sequence number is never used twice, so neither is a seed.
func (l *lane) secret(asset types.AssetID, seq uint64) types.Hash {
	b := append([]byte("weal/purse/ticks/1"), l.key.Seed()...)
	b = append(b, l.ref.String()...)
	b = binary.BigEndian.AppendUint64(b, seq)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(asset)))
}

// seq uses up the lane's next sequence number.
func (l *lane) seq() uint64 {
	l.nextSeq++
	return l.nextSeq - 1
}

// left is what a lane can still promise, as far as it is known; all that there is
// if it is not. A cap that was raised counts when those who check it must have seen it.
func (l *lane) left(now time.Time) types.Amount {
	if !l.sighted {
		return greatest
	}
	limit := l.cap
	if now.Sub(l.raised) < seenTime {
		limit = l.was
	}
	rest, _ := limit.Sub(l.promised)
	return rest
}

const (
	// sightTime is how often the chain is asked for the caps of all lanes.
	sightTime = 250 * time.Millisecond
	// seenTime is how long others may not know of a cap that was raised: what a role is
	// told of a lane may be two seconds old.
	seenTime = 2500 * time.Millisecond
)

var greatest = types.AmountFromBytes([types.AmountSize]byte{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
})

// wanted is which lanes will do: those of an app, or a single one.
type wanted struct {
	app  types.AssetID
	only types.LaneRef // zero: any
}

func (w wanted) fits(l *lane) bool {
	return l.gateway == w.app && (w.only == types.LaneRef{} || w.only == l.ref)
}

// waitTime is how long who waits for a lane waits until it looks again: a lane that
// another process holds does not tell when it is free.
const waitTime = 100 * time.Millisecond

// take waits for a lane to app, the one with the most left first, and holds it. The
// caller gives it back with release. app may be zero if all lanes are for one.
func (p *Purse) take(ctx context.Context, w wanted) (*lane, error) {
	p.mu.Lock()
	err := p.oneApp(&w)
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	for {
		p.mu.Lock()
		freed := p.freed
		p.mu.Unlock()
		l, taken, err := p.tryAll(ctx, w)
		if l != nil || err != nil {
			return l, err
		}
		if taken != nil {
			if err := p.wish(ctx, taken); err != nil {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a free lane: %w", context.Cause(ctx))
		case <-freed:
		case <-time.After(waitTime):
		}
	}
}

// oneApp fills in which app is meant. Called with p.mu held.
func (p *Purse) oneApp(w *wanted) error {
	first := types.AssetID(0)
	for _, l := range p.lanes {
		if first == 0 {
			first = l.gateway
		}
		if w.app == 0 && l.gateway != first {
			return fmt.Errorf("%w: there are lanes for several apps; say which app to ask", ErrNoLane)
		}
	}
	if w.app == 0 {
		w.app = first
	}
	for _, l := range p.lanes {
		if w.fits(l) {
			return nil
		}
	}
	return fmt.Errorf("%w: open a tab with a lane for app %d first", ErrNoLane, w.app)
}

// tryAll takes the best of the lanes that are idle and can pay. If there is none, it
// returns the best of those that other processes hold, or an error if no lane can pay.
func (p *Purse) tryAll(ctx context.Context, w wanted) (l, taken *lane, err error) {
	if err := p.sightAll(ctx, w); err != nil {
		return nil, nil, err
	}
	tried := map[*lane]bool(nil)
	spent, closed := 0, 0
	for {
		l, busy := p.best(w, tried)
		if l == nil {
			switch {
			case busy || taken != nil:
				return nil, taken, nil
			case spent > 0:
				return nil, nil, fmt.Errorf("%w: every lane for app %d is used up; fund the tab with a new lane", ErrFunds, w.app)
			case closed > 0:
				return nil, nil, fmt.Errorf("%w: no lane for app %d is open; open a new tab", ErrNoLane, w.app)
			}
			return nil, nil, nil // they were left to another process just now
		}
		state, left, err := p.sight(ctx, l)
		ok := err == nil && state == types.LaneOpen && (!left.IsZero() || w.only == l.ref)
		mine := false
		if ok {
			mine, err = p.hold(ctx, l)
		}
		if mine && err == nil {
			return l, nil, nil
		}
		p.unbusy(l, false) // waking others here would have them spin on the database
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("take lane %s: %w", l.ref, err)
		case ok:
			if taken == nil {
				taken = l
			}
		case state == types.LaneOpen:
			spent++
		default:
			closed++
		}
		p.mu.Lock()
		if !l.held {
			l.forgetLate() // who holds it pays
		}
		p.mu.Unlock()
		if tried == nil {
			tried = map[*lane]bool{}
		}
		tried[l] = true
	}
}

// owes reports whether ticks of l's last answer wait for a voucher that pays them.
// Called with Purse.mu held.
func (l *lane) owes() bool { return l.late != nil || l.heir }

// best marks the best lane that is idle as busy, and returns it: of those whose ticks
// wait for a voucher that pays them, or else of all, the one with the most left. So one
// who asks one question after the other sends no ticks beside them, and what could not be
// brought, because the gateway or a process of this purse was down, is paid by the next
// questions. A lane with less than half of what another has is left alone, that no lane is
// used up while there are better. It says whether others are busy.
func (p *Purse) best(w wanted, tried map[*lane]bool) (l *lane, busy bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var most, next types.Amount
	var due *lane // the best of those whose ticks wait
	now := p.cfg.Now()
	for _, c := range p.lanes {
		switch {
		case !w.fits(c) || tried[c]:
		case c.busy:
			busy = true
		case !c.shunned.IsZero() && now.Before(c.shunned):
		default:
			left := c.left(now)
			if l == nil || left.Cmp(most) > 0 {
				l, most = c, left
			}
			if c.owes() && (due == nil || left.Cmp(next) > 0) {
				due, next = c, left
			}
		}
	}
	if twice, ok := next.Add(next); due != nil && (!ok || twice.Cmp(most) >= 0) {
		l = due
	}
	if l != nil {
		l.busy = true
	}
	return l, busy
}

// sightAll looks at the caps of the lanes that will do, now and then.
func (p *Purse) sightAll(ctx context.Context, w wanted) error {
	p.mu.Lock()
	now := p.cfg.Now()
	late := now.Sub(p.sighted) >= sightTime
	var some []*lane
	for _, l := range p.lanes {
		if w.fits(l) && (late || !l.sighted) {
			some = append(some, l)
		}
	}
	if late {
		p.sighted = now
	}
	p.mu.Unlock()
	for _, l := range some {
		if _, _, err := p.sight(ctx, l); err != nil {
			return fmt.Errorf("take lane %s: %w", l.ref, err)
		}
	}
	return nil
}

// sight asks the chain about a lane, and returns what it has left.
func (p *Purse) sight(ctx context.Context, l *lane) (state types.LaneState, left types.Amount, err error) {
	onChain, err := p.cfg.Chain.Lane(ctx, l.ref)
	if err != nil {
		return state, left, fmt.Errorf("look it up: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.cfg.Now()
	if l.sighted && onChain.Cap.Cmp(l.cap) > 0 {
		l.was, l.raised = l.cap, now
	}
	l.cap, l.sighted = onChain.Cap, true
	return onChain.State, l.left(now), nil
}

// unbusy frees l for this purse; wake tells those who wait for a lane.
func (p *Purse) unbusy(l *lane, wake bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.busy = false
	if wake {
		p.wake()
	}
}

// wake tells those who wait that a lane may be free. Called with p.mu held.
func (p *Purse) wake() {
	close(p.freed)
	p.freed = make(chan struct{})
}
