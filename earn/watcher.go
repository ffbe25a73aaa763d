package earn

import (
	"context"
	"time"

	"github.com/weal-network/weal/pay"
)

// Watcher settles for the asset while it is away.
type Watcher interface {
	// Keep hands over claims that are new. It returns for each why it was refused,
	// nil if it is kept; nothing at all if every one is. The error is of all: the
	// watcher cannot be reached now.
	Keep(ctx context.Context, claims []pay.Settlement) (refused []error, err error)
}

const (
	// gather is how long what a lane owes may change before it is handed over: a
	// stream of ticks is one claim, not one for each.
	gather = 200 * time.Millisecond
	// handing is how many claims are handed over at once, handTime how long that may
	// take.
	handing  = 64
	handTime = 5 * time.Second
	// A watcher that is down is asked again after patience, twice as long each time;
	// claims that it has refused are handed over again every handAgainEvery.
	leastPatience, mostPatience = time.Second, time.Minute
	handAgainEvery              = 10 * time.Second
	// parting is how long a book that ends tries to hand over what is left.
	parting = time.Second
)

// hand notes that a lane's claim is to be handed to the watcher. The caller holds
// b.mu.
func (b *Book) hand(l *lane) {
	if b.cfg.Watcher == nil || l.handing || l.state.unsettled().IsZero() {
		return
	}
	l.handing = true
	b.toHand = append(b.toHand, l)
	select {
	case b.handed <- struct{}{}:
	default:
	}
}

// nextToHand takes the lanes that have waited the longest.
func (b *Book) nextToHand() (lanes []*lane, claims []pay.Settlement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.toHand) > 0 && len(lanes) < handing {
		l := b.toHand[0]
		b.toHand = b.toHand[1:]
		l.handing = false
		if l.state.unsettled().IsZero() {
			continue // it was settled meanwhile
		}
		if c, ok := l.state.claim(); ok {
			lanes, claims = append(lanes, l), append(claims, c)
		}
	}
	return lanes, claims
}

// handAgain puts lanes back whose claims were not taken.
func (b *Book) handAgain(lanes ...*lane) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range lanes {
		if b.lanes[l.state.ref] == l { // else the book is another asset's now
			b.hand(l)
		}
	}
}

// watch hands the watcher every claim, soon after it has grown, until ctx ends.
// It is apart from what accepts payments: a watcher that is slow or down holds up
// nobody, and one claim that is refused no other.
func (b *Book) watch(ctx context.Context) {
	var (
		wait    time.Duration
		refused []*lane
		again   = time.NewTicker(handAgainEvery)
	)
	defer again.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			continue
		case <-again.C:
			b.handAgain(refused...)
			refused = nil
			continue
		case <-b.handed:
			pause(ctx, max(gather, wait))
		}
		if ctx.Err() != nil {
			break
		}
		no, ok := b.handOver(ctx)
		refused = append(refused, no...)
		if ok {
			wait = 0
		} else {
			wait = min(max(2*wait, leastPatience), mostPatience)
		}
	}
	if wait == 0 {
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), parting)
		defer stop()
		b.handOver(last)
	}
}

// handOver hands over what waits. It returns the lanes whose claims were refused,
// and whether the watcher could be reached; what it could not take waits again.
func (b *Book) handOver(ctx context.Context) (refused []*lane, ok bool) {
	for {
		lanes, claims := b.nextToHand()
		if len(lanes) == 0 {
			return refused, true
		}
		once, stop := context.WithTimeout(ctx, handTime)
		why, err := b.cfg.Watcher.Keep(once, claims)
		stop()
		if err != nil {
			b.cfg.Log.Warn("the watcher takes no claims now", "claims", len(claims), "err", err)
			b.handAgain(lanes...)
			return refused, false
		}
		before := len(refused)
		var first error
		for i, e := range why[:min(len(why), len(lanes))] {
			if e != nil {
				if first == nil {
					first = e
				}
				refused = append(refused, lanes[i])
			}
		}
		if n := len(refused) - before; n > 0 {
			b.cfg.Log.Warn("the watcher refuses claims", "claims", n, "of", len(lanes), "first", first)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
