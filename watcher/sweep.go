package watcher

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// batch is how many settlements go into one transaction: many tabs can end at once,
// and all of them have to be settled within their windows.
const batch = 128

// basisPoints is the whole, in basis points.
const basisPoints = 10_000

// income is one denomination of one asset.
type income struct {
	asset types.AssetID
	denom string
}

// sweep is one look through what is kept.
type sweep struct {
	*Watcher
	now    time.Time
	grace  time.Duration
	named  map[types.AssetID]uint32
	absent map[income]types.Amount // what assets are owed that have settled nothing for long
	due    []found
	errs   []error
	n      int // claims settled
}

// found is a claim with the state of its lane.
type found struct {
	row
	state types.LaneState
}

// Sweep looks through what is kept once, brings to the chain what is due, and
// returns how many claims it settled. One that fails does not hold up the others.
func (w *Watcher) Sweep(ctx context.Context) (int, error) {
	w.settling.Lock()
	defer w.settling.Unlock()
	s := &sweep{Watcher: w, now: w.cfg.Now(), absent: map[income]types.Amount{}}
	var err error
	if s.named, err = w.assets(ctx); err != nil {
		return 0, fmt.Errorf("read which assets name this watcher: %w", err)
	}
	if s.grace, err = w.grace(ctx); err != nil {
		return 0, err
	}
	tabs, err := w.store.tabs(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range tabs {
		if err := s.lookAt(ctx, id); err != nil {
			s.errs = append(s.errs, fmt.Errorf("tab %d: %w", id, err))
		}
	}
	s.flush(ctx)
	s.bringAbsent(ctx)
	s.flush(ctx)
	s.errs = append(s.errs, w.store.clean(ctx, s.now))
	if err := errors.Join(s.errs...); err != nil {
		return s.n, err
	}
	w.swept = true
	return s.n, nil
}

// grace is how long an asset may take to settle a lane that ends. What was seen to
// end before this program was started may have ended long ago.
func (w *Watcher) grace(ctx context.Context) (time.Duration, error) {
	if !w.swept {
		return 0, nil
	}
	window, err := w.cfg.Chain.Window(ctx)
	return min(w.cfg.Grace, window/4), err
}

// lookAt looks at the claims of one tab.
func (s *sweep) lookAt(ctx context.Context, id types.TabID) error {
	rows, err := s.store.ofTab(ctx, id)
	if err != nil {
		return err
	}
	for _, r := range rows {
		l, err := s.cfg.Chain.Lane(ctx, r.ref())
		_, named := s.named[r.asset]
		switch {
		case errors.Is(err, types.ErrNotFound), err == nil && !named:
			err = s.store.drop(ctx, r)
		case err != nil:
			return err
		case l.State == types.LaneOpen:
			err = s.lookAtOpen(ctx, r)
		default:
			err = s.lookAtEnding(ctx, found{r, l.State})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAtOpen counts what a lane in use owes to an asset that has settled nothing
// for long.
func (s *sweep) lookAtOpen(ctx context.Context, r row) error {
	if s.now.Sub(r.since) < s.cfg.Patience {
		return nil
	}
	owes, moved, err := s.owes(ctx, r)
	if err != nil || moved {
		return err // the asset is at work
	}
	key := income{r.asset, r.denom}
	if total, fits := s.absent[key].Add(owes); fits {
		s.absent[key] = total
	}
	return nil
}

// lookAtEnding notes a lane that ends, and brings what it owes once the asset had
// time to do so.
func (s *sweep) lookAtEnding(ctx context.Context, f found) error {
	if f.ending.IsZero() {
		f.ending = s.now
		if err := s.store.ends(ctx, f.row, s.now); err != nil {
			return err
		}
	}
	if f.state != types.LaneClosed && s.now.Sub(f.ending) < s.grace {
		return nil
	}
	owes, _, err := s.owes(ctx, f.row)
	if err != nil || owes.IsZero() {
		return err
	}
	if owes.Cmp(s.cfg.Least) < 0 {
		return s.store.drop(ctx, f.row)
	}
	s.add(ctx, f)
	return nil
}

// owes asks the chain what of a claim it has not credited, and writes that down;
// moved tells that it has credited more than was known.
func (s *sweep) owes(ctx context.Context, r row) (owes types.Amount, moved bool, err error) {
	credited, err := s.cfg.Chain.Credited(ctx, r.ref(), r.asset)
	if err != nil {
		return owes, false, err
	}
	if credited.Cmp(r.settled) > 0 {
		moved = true
		if err := s.store.settled(ctx, r, credited, s.now); err != nil {
			return owes, moved, err
		}
	}
	owes, ok := r.value.Sub(credited)
	if !ok {
		owes = types.Amount{}
	}
	return owes, moved, nil
}

// bringAbsent brings what absent assets are owed, if the fee is worth it.
func (s *sweep) bringAbsent(ctx context.Context) {
	for key, total := range s.absent {
		points := s.named[key.asset]
		if fee := part(total, points); points == 0 || fee.Cmp(s.cfg.Worth) < 0 {
			continue
		}
		rows, err := s.store.ofAsset(ctx, key, s.now.Add(-s.cfg.Patience))
		if err != nil {
			s.errs = append(s.errs, err)
			continue
		}
		for _, r := range rows {
			s.add(ctx, found{r, types.LaneOpen})
		}
	}
}

// add lets a claim be settled with others.
func (s *sweep) add(ctx context.Context, f found) {
	if s.due = append(s.due, f); len(s.due) >= batch {
		s.flush(ctx)
	}
}

// flush settles what is due. If the batch fails, its settlements go one by one.
func (s *sweep) flush(ctx context.Context) {
	all := make([]pay.Settlement, len(s.due))
	for i, f := range s.due {
		all[i] = f.settlement()
	}
	if len(all) == 0 {
		return
	}
	err := s.cfg.Settler.Settle(ctx, all)
	for i, f := range s.due {
		one := err
		if err != nil && len(all) > 1 && ctx.Err() == nil {
			one = s.cfg.Settler.Settle(ctx, all[i:i+1])
		}
		s.errs = append(s.errs, s.settledOne(ctx, f, one))
	}
	s.due = s.due[:0]
}

// settledOne writes down what became of a claim. What the lane did not pay it never
// will: it is over its cap. What a closed lane is refused it holds nothing for.
func (s *sweep) settledOne(ctx context.Context, f found, err error) error {
	switch {
	case err == nil:
		s.n++
		return s.store.settled(ctx, f.row, f.value, s.now)
	case f.state == types.LaneClosed && errors.Is(err, ErrRefused):
		s.cfg.Log.Warn("a closed lane holds nothing for an asset", "lane", f.ref().String(), "asset", f.asset, "err", err)
		return s.store.drop(ctx, f.row)
	}
	return fmt.Errorf("settle lane %s for asset %d: %w", f.ref(), f.asset, err)
}

// part is floor(whole · points / 10,000).
func part(whole types.Amount, points uint32) types.Amount {
	n := whole.Big()
	n.Mul(n, big.NewInt(int64(points))).Div(n, big.NewInt(basisPoints))
	out, err := types.AmountFromBig(n)
	if err != nil { // the chain allows no more than the whole
		return whole
	}
	return out
}
