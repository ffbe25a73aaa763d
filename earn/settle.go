package earn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

const (
	// batch is how many settlements go into one transaction.
	batch = 32
	// closingAge is how old an answer about a lane with unsettled claims may be
	// before Due asks the chain whether it is open.
	closingAge = 5 * time.Second
)

// claim is a settlement with the state that it was made of.
type claim struct {
	lane       *lane
	state      state
	settlement pay.Settlement
}

// Unsettled returns the best claim of every lane that owes more than settlements
// have covered: those of the tabs that owe the most first, of one tab in the order
// of its lanes.
func (b *Book) Unsettled(context.Context) ([]pay.Settlement, error) {
	var all []pay.Settlement
	for _, c := range b.claims() {
		all = append(all, c.settlement)
	}
	return all, nil
}

func (b *Book) claims() []claim {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []claim
	for _, l := range b.sorted() {
		if l.state.unsettled().IsZero() {
			continue
		}
		if s, ok := l.state.claim(); ok {
			all = append(all, claim{lane: l, state: l.state, settlement: s})
		}
	}
	slices.SortStableFunc(all, func(x, y claim) int {
		return b.unsettledOf(y.state.ref.Tab).Cmp(b.unsettledOf(x.state.ref.Tab))
	})
	return all
}

// unsettledOf returns what settlements of a tab's lanes would bring. The caller
// holds b.mu.
func (b *Book) unsettledOf(id types.TabID) types.Amount { return b.tab(id).unsettled.amount() }

// Earned returns what settlements have brought and what they have still to bring,
// as if all lanes were of one denomination.
func (b *Book) Earned(ctx context.Context) (settled, unsettled types.Amount, err error) {
	return b.store.earned(ctx, b.Asset())
}

// Due reports whether it is time to settle: some tab, or all of one denomination,
// owe half of their exposure, or had to be refused for it, or a lane that owes can only be settled any more: its
// tab is being closed, its key was revoked, or its epoch has ended.
func (b *Book) Due(ctx context.Context) bool {
	var owing []types.LaneRef
	b.mu.Lock()
	if b.pressing() {
		b.mu.Unlock()
		return true
	}
	for _, l := range b.sorted() {
		if !l.state.unsettled().IsZero() {
			owing = append(owing, l.state.ref)
		}
	}
	b.mu.Unlock()
	silent := map[types.TabID]bool{} // the chain does not tell of them now
	for _, ref := range owing {
		if silent[ref.Tab] {
			continue
		}
		switch l, err := b.view.lane(ctx, ref, closingAge); {
		case err == nil && l.State != types.LaneOpen:
			return true
		case err != nil && !errors.Is(err, types.ErrNotFound):
			silent[ref.Tab] = true
		}
	}
	return false
}

// pressing reports whether an exposure is reason to settle. The caller holds b.mu.
func (b *Book) pressing() bool {
	for _, t := range b.tabs {
		if t.due(b.cfg.Exposure) {
			return true
		}
	}
	for _, all := range b.denoms {
		if all.due(b.cfg.ExposureAll) {
			return true
		}
	}
	return false
}

// Settle brings every unsettled claim that is worth it to the chain and returns how
// many lanes it settled. If a batch fails, its settlements go one by one, so that one that the
// chain refuses does not hold up the others.
func (b *Book) Settle(ctx context.Context, s Settler) (n int, err error) {
	b.settling.Lock()
	defer b.settling.Unlock()
	b.catchUp(ctx)
	var errs []error
	for part := range slices.Chunk(b.worthBringing(ctx, b.claims()), batch) {
		err := s.Settle(ctx, settlements(part))
		for _, c := range part {
			one := err
			if err != nil && len(part) > 1 && ctx.Err() == nil {
				one = s.Settle(ctx, []pay.Settlement{c.settlement})
			}
			if one != nil {
				one = b.refused(ctx, c, one)
			} else if one = b.covered(ctx, c); one == nil {
				n++
			}
			errs = append(errs, one)
		}
	}
	return n, errors.Join(errs...)
}

// worthBringing leaves out claims of less than bringing them costs, unless the tab's
// fee reserve refunds the lane's first credit. A payer can cause such claims, on
// thousands of lanes, by bringing a little of each itself. They stay in the tab's
// exposure; of a lane that is closed they are lost.
func (b *Book) worthBringing(ctx context.Context, all []claim) (some []claim) {
	chain, ok := b.cfg.Chain.(Reserver)
	if !ok {
		return all
	}
	left := map[types.TabID]types.Amount{}
	for _, c := range all {
		tab := c.state.ref.Tab
		r, err := b.view.reserve(ctx, chain, tab, fresh)
		if err != nil || c.state.unsettled().Cmp(r.refund) >= 0 {
			some = append(some, c)
			continue
		}
		if _, asked := left[tab]; !asked {
			left[tab] = r.left
		}
		if rest, enough := left[tab].Sub(r.refund); enough && c.state.settled.IsZero() {
			left[tab], some = rest, append(some, c)
			continue
		}
		l, err := b.view.lane(ctx, c.state.ref, fresh)
		if err == nil && l.State == types.LaneClosed {
			came, _ := c.state.settled.Sub(c.state.lost) // what is lost was counted as settled
			err = b.writeOff(ctx, c, came)
		}
		if err != nil {
			b.cfg.Log.Warn("what is not worth settling is kept", "lane", c.state.ref.String(), "err", err)
		}
	}
	return some
}

// catchUp takes over what settlements have credited without this book's notice:
// those that others brought, and its own after which it was killed. A chain that
// does not tell, or not now, leaves things as they are: a settlement brought
// twice pays nothing the second time.
func (b *Book) catchUp(ctx context.Context) {
	b.unsure.Store(false)
	chain, ok := b.cfg.Chain.(Crediter)
	if !ok {
		return
	}
	for _, c := range b.claims() {
		credited, err := chain.Credited(ctx, c.state.ref, b.Asset())
		if err == nil {
			err = b.raise(ctx, c.lane, credited)
		}
		if err == nil {
			err = b.learn(ctx, c.state.ref)
		}
		if err != nil {
			b.cfg.Log.Warn("what was settled is not known now", "lane", c.state.ref.String(), "err", err)
			b.unsure.Store(true) // Run asks again
			return
		}
	}
}

// learn asks the chain for the denomination of a tab that was kept without.
func (b *Book) learn(ctx context.Context, ref types.LaneRef) error {
	b.mu.Lock()
	denom := b.tab(ref.Tab).denom
	b.mu.Unlock()
	if denom != "" {
		return nil
	}
	l, err := b.view.lane(ctx, ref, fresh)
	if err != nil {
		return err
	}
	return b.denominate(ctx, ref.Tab, l.Denom)
}

// raise records that settlements have covered credited of what a lane owes.
func (b *Book) raise(ctx context.Context, l *lane, credited types.Amount) error {
	l.work.Lock()
	defer l.work.Unlock()
	next, _ := b.read(l)
	if credited.Cmp(next.settled) <= 0 || credited.Cmp(next.value) > 0 {
		return nil
	}
	next.settled = credited
	if err := b.store.settled(b.Asset(), next); err != nil {
		return err
	}
	b.set(l, next)
	return nil
}

func settlements(part []claim) []pay.Settlement {
	all := make([]pay.Settlement, len(part))
	for i, c := range part {
		all[i] = c.settlement
	}
	return all
}

// covered records that the chain has taken c. If the chain tells what it has
// credited, what is missing stays in the tab's exposure as lost: the payer has
// promised more than the lane's cap, and others were faster.
func (b *Book) covered(ctx context.Context, c claim) error {
	credited := c.state.value
	if chain, ok := b.cfg.Chain.(Crediter); ok {
		got, err := chain.Credited(ctx, c.state.ref, b.Asset())
		if err != nil {
			return fmt.Errorf("ask what lane %s has credited: %w", c.state.ref, err)
		}
		credited = got
	}
	return b.writeOff(ctx, c, credited)
}

// refused looks at why the chain did not take c. From a closed lane nothing will
// ever come, so what it owes is lost; otherwise c is brought again later.
func (b *Book) refused(ctx context.Context, c claim, cause error) error {
	ref := c.state.ref
	cause = fmt.Errorf("settle lane %s: %w", ref, cause)
	l, err := b.view.lane(ctx, ref, 0)
	if err != nil || l.State != types.LaneClosed {
		return cause
	}
	credited := c.state.settled
	if chain, ok := b.cfg.Chain.(Crediter); ok {
		if credited, err = chain.Credited(ctx, ref, b.Asset()); err != nil {
			return cause
		}
	}
	return errors.Join(cause, b.writeOff(ctx, c, credited))
}

// writeOff records that c is done with, and that credited is all that came of it.
// The chain forgets a lane that holds nothing any more: what is known to have
// come before stays known.
func (b *Book) writeOff(ctx context.Context, c claim, credited types.Amount) error {
	c.lane.work.Lock()
	defer c.lane.work.Unlock()
	next, _ := b.read(c.lane)
	if came, ok := next.settled.Sub(next.lost); ok && came.Cmp(credited) > 0 {
		credited = came
	}
	if c.state.value.Cmp(next.settled) > 0 {
		next.settled = c.state.value
	}
	if credited.Cmp(next.settled) > 0 && credited.Cmp(next.value) <= 0 {
		next.settled = credited // someone has brought a newer claim
	}
	next.lost = types.Amount{}
	if lost, ok := next.settled.Sub(credited); ok {
		next.lost = lost
	}
	if err := b.store.settled(b.Asset(), next); err != nil {
		return err
	}
	if !next.lost.IsZero() {
		b.cfg.Log.Warn("lane paid less than it promised", "lane", next.ref.String(), "lost", next.lost.String())
	}
	b.set(c.lane, next)
	return nil
}

// Run settles whenever it is due, until ctx ends. It looks every time a tab's lanes
// or all reach half their exposure, and else every interval; after a failure it waits
// for the interval to pass. Beside that it hands the watcher what lanes owe.
func (b *Book) Run(ctx context.Context, s Settler, interval time.Duration) {
	var watching sync.WaitGroup
	defer watching.Wait()
	if b.cfg.Watcher != nil {
		watching.Go(func() { b.watch(ctx) })
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if b.unsure.Load() {
			b.settling.Lock()
			b.catchUp(ctx)
			b.settling.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-b.due:
		}
		if !b.Due(ctx) {
			continue
		}
		n, err := b.Settle(ctx, s)
		switch {
		case err != nil && ctx.Err() == nil:
			b.cfg.Log.Error("settlement failed, will be tried again", "settled", n, "err", err)
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		case n > 0:
			b.cfg.Log.Info("settled", "lanes", n)
		}
	}
}
