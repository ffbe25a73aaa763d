package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// A checkpoint says what all lanes of an epoch owe each asset in all. It is paid
// from a pot of its own, out of the free deposit, and takes nothing from a lane:
// whoever it leaves out has what its lanes' vouchers gave it.
//
// An asset is paid max(leaf of the checkpoint, sum over the lanes) in all. What
// the checkpoint paid beyond the lanes is in the row of lane types.Whole; when a
// lane is settled later, that much of it is paid already, and goes back from the
// pot to the tab.

// checkpoint ends the epoch of an open tab and pays the leaves that are shown.
func (k Keeper) checkpoint(ctx sdk.Context, msg *types.MsgCheckpoint) (uint32, []types.CreditedNow, error) {
	t, _, err := k.openTabOf(ctx, msg.Tab, msg.Payer)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case msg.Epoch != t.Epoch:
		return 0, nil, types.ErrCheckpoint.Wrapf("it ends epoch %d, the tab is in epoch %d", msg.Epoch, t.Epoch)
	case t.Epoch+1 == types.Whole:
		return 0, nil, types.ErrCheckpoint.Wrap("the tab has no epochs left: open a new one")
	}
	pot, err := readCheckpoint(msg)
	if err != nil {
		return 0, nil, err
	}
	f, err := fundsOf(t)
	if err != nil {
		return 0, nil, err
	}
	var fits bool
	if f.free, fits = f.free.Sub(pot.Cap); !fits {
		return 0, nil, types.ErrCheckpoint.Wrapf("its cap of %s is more than the free deposit of %s: fund the tab", pot.Cap, f.free)
	}
	f.put(&t)
	t.Epoch++
	if err := k.tabs.Set(ctx, t.Id, t); err != nil {
		return 0, nil, err
	}
	emit(ctx, types.EventCheckpoint, types.AttrTab, t.Id, types.AttrEpoch, msg.Epoch,
		types.AttrTotal, pot.Shown, types.AttrCap, pot.Cap, types.AttrRoot, pot.Key)
	if err := k.enqueue(ctx, t.Id, msg.Epoch, types.Whole); err != nil || msg.Leaves == 0 {
		return t.Epoch, nil, err
	}
	s := settlement{
		ref: weal.LaneRef{Tab: weal.TabID(t.Id), Epoch: msg.Epoch, Lane: types.Whole}, tab: t, lane: pot,
		out: newPayout(sender{}),
	}
	credited, err := k.creditCheckpoint(ctx, &s, msg.Claims)
	if err != nil {
		return 0, nil, err
	}
	if _, err := k.payAll(ctx, s.out); err != nil {
		return 0, nil, err
	}
	return t.Epoch, creditedNow(t, credited), k.lanes.Set(ctx, s.key(), s.lane)
}

// readCheckpoint returns the row of a checkpoint: its root is made here of the
// sum that it is said to have.
func readCheckpoint(msg *types.MsgCheckpoint) (lane, error) {
	total, err := parseOptional("total", msg.Total)
	if err != nil {
		return lane{}, err
	}
	limit, err := parseOptional("cap", msg.Cap)
	if err != nil {
		return lane{}, err
	}
	if limit.Cmp(total) > 0 {
		return lane{}, types.ErrCheckpoint.Wrapf("its cap of %s is more than its total of %s", limit, total)
	}
	if msg.Leaves == 0 {
		if len(msg.Top) > 0 || !total.IsZero() || len(msg.Claims) > 0 {
			return lane{}, types.ErrCheckpoint.Wrap("it has a top, a total or claims without leaves")
		}
		return lane{}, nil
	}
	top, err := weal.HashFromBytes(msg.Top)
	if err != nil {
		return lane{}, types.ErrCheckpoint.Wrapf("top: %s", err)
	}
	return lane{Key: pay.CheckpointRoot(msg.Leaves, pay.SumNode{Hash: top, Sum: total}), Cap: limit, Shown: total}, nil
}

// settleCheckpoint pays leaves of a checkpoint that is on the chain.
func (k Keeper) settleCheckpoint(ctx sdk.Context, out *payout, index int, raw types.Settlement) (settlement, []paid, error) {
	s, err := k.payable(ctx, weal.LaneRef{Tab: weal.TabID(raw.Tab), Epoch: raw.Epoch, Lane: types.Whole})
	if err != nil {
		return s, nil, err
	}
	s.out, s.index = out, index
	emit(ctx, types.EventSettle, types.AttrTab, raw.Tab, types.AttrEpoch, raw.Epoch, types.AttrLane, s.ref.Lane, types.AttrSender, out.from.name)
	before := s.lane
	credited, err := k.creditCheckpoint(ctx, &s, raw.Claims)
	if err != nil {
		return s, nil, err
	}
	return s, credited, k.putLane(ctx, &s, before)
}

// creditCheckpoint pays to each asset what its leaf is more than the lanes have
// paid it, as far as the pot goes. A leaf is paid once; what it does not need is
// not held any more.
func (k Keeper) creditCheckpoint(ctx sdk.Context, s *settlement, claims []types.Claim) ([]paid, error) {
	claim, err := prove(ctx, claims, checkpointTree(s.lane.Key))
	if err != nil {
		return nil, err
	}
	var (
		credited []paid
		back     weal.Amount // what a pot that has ended need not hold any more
	)
	for _, c := range claim {
		had, shown, err := k.hadOf(ctx, s, c.asset)
		if err != nil {
			return nil, err
		}
		if shown {
			continue
		}
		room := s.lane.room(s.ended)
		add, more := c.value.Sub(had)
		if !more {
			add = weal.Amount{}
		}
		if add.Cmp(room) > 0 {
			add = room
		}
		if err := k.credited.Set(ctx, s.row(c.asset, types.Whole), add); err != nil {
			return nil, err
		}
		if err := s.lane.showLeaf(c.value, add); err != nil {
			return nil, err
		}
		if s.ended {
			room, _ = room.Sub(add)
			freed, _ := room.Sub(s.lane.room(true)) // a leaf leaves no more room than there was
			back, _ = back.Add(freed)
		}
		if add.IsZero() {
			continue
		}
		p, err := k.pay(ctx, s, paid{asset: c.asset, amount: add, first: true})
		if err != nil {
			return nil, err
		}
		credited = append(credited, p)
	}
	return credited, k.backToTab(ctx, &s.tab, back, true)
}

// showLeaf takes a leaf of value, of which add is paid now, into the row of a
// checkpoint.
func (l *lane) showLeaf(value, add weal.Amount) error {
	l.Credited, _ = l.Credited.Add(add) // at most the cap
	rest, _ := value.Sub(add)           // add is at most the value
	var fits bool
	if l.Shown, fits = l.Shown.Sub(rest); !fits || l.Shown.Cmp(l.Credited) < 0 {
		return types.ErrBroken.Wrap("the leaves of a checkpoint sum to more than its total")
	}
	return nil
}

// hadOf returns what all lanes of the epoch and its checkpoint have paid an asset,
// and whether the checkpoint's leaf was shown.
func (k Keeper) hadOf(ctx context.Context, s *settlement, a weal.AssetID) (had weal.Amount, shown bool, err error) {
	r := collections.NewSuperPrefixedQuadRange3[uint64, uint32, uint64, uint32](uint64(s.ref.Tab), s.ref.Epoch, uint64(a))
	err = k.credited.Walk(ctx, r, func(row creditKey, amount weal.Amount) (bool, error) {
		shown = row.K4() == types.Whole
		var fits bool
		if had, fits = had.Add(amount); !fits {
			return true, types.ErrBroken.Wrapf("what asset %d was paid does not fit 128 bits", a)
		}
		return false, nil
	})
	return had, shown, err
}

// cover returns how much of what a lane owes an asset now the checkpoint of its
// epoch has paid already, and takes it from the checkpoint's row.
func (k Keeper) cover(ctx context.Context, s *settlement, a weal.AssetID, owed weal.Amount) (weal.Amount, error) {
	if s.ref.Epoch == s.tab.Epoch {
		return weal.Amount{}, nil // it has no checkpoint yet
	}
	key := s.row(a, types.Whole)
	has, err := orZero(k.credited.Get(ctx, key))
	if err != nil || has.IsZero() {
		return weal.Amount{}, err
	}
	left, more := has.Sub(owed)
	if !more {
		owed, left = has, weal.Amount{}
	}
	return owed, k.credited.Set(ctx, key, left)
}

// repay takes what was covered out of the checkpoint's pot: it is the tab's again.
func (k Keeper) repay(ctx context.Context, s *settlement, covered weal.Amount) error {
	if covered.IsZero() {
		return nil
	}
	key := collections.Join3(uint64(s.ref.Tab), s.ref.Epoch, uint32(types.Whole))
	pot, err := k.lanes.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrBroken.Wrapf("tab %d: epoch %d has no checkpoint", key.K1(), key.K2())
	}
	if err != nil {
		return err
	}
	for _, part := range []*weal.Amount{&pot.Cap, &pot.Credited, &pot.Shown} {
		var fits bool
		if *part, fits = part.Sub(covered); !fits {
			return types.ErrBroken.Wrapf("tab %d: the checkpoint of epoch %d paid less than it covers", key.K1(), key.K2())
		}
	}
	if err := k.lanes.Set(ctx, key, pot); err != nil {
		return err
	}
	return k.backToTab(ctx, &s.tab, covered, pot.is(flagReleased))
}

// backToTab makes an amount of a pot the tab's free deposit again, or the payer's
// if the tab is closed. A pot that was released had left the deposit.
func (k Keeper) backToTab(ctx context.Context, t *types.Tab, amount weal.Amount, released bool) error {
	if amount.IsZero() {
		return nil
	}
	if t.State == types.TAB_STATE_CLOSED {
		payer, err := k.addresses.StringToBytes(t.Payer)
		if err != nil {
			return err
		}
		emit(ctx, types.EventBack, types.AttrTab, t.Id, types.AttrPayer, t.Payer, types.AttrDenom, t.Denom, types.AttrAmount, amount)
		return k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, payer, coins(t.Denom, sum(amount)))
	}
	f, err := fundsOf(*t)
	if err != nil {
		return err
	}
	var fits bool
	if released {
		if f.deposit, fits = f.deposit.Add(amount); !fits {
			return types.ErrBroken.Wrapf("tab %d: its deposit does not fit 128 bits", t.Id)
		}
	}
	if f.free, fits = f.free.Add(amount); !fits {
		return types.ErrBroken.Wrapf("tab %d: its free deposit does not fit 128 bits", t.Id)
	}
	f.put(t)
	return k.tabs.Set(ctx, t.Id, *t)
}
