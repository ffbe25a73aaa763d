package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// fund gives back to an open tab what lanes that have ended do not hold, adds to
// its deposit and its fee reserve, raises caps and opens lanes. The bond grows with
// the deposit: what it lacks is taken from the payer too.
func (k Keeper) fund(ctx sdk.Context, msg *types.MsgFund) (firstLane uint32, err error) {
	t, payer, err := k.openTabOf(ctx, msg.Tab, msg.Payer)
	if err != nil {
		return 0, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	f, err := fundsOf(t)
	if err != nil {
		return 0, err
	}
	rows, err := k.release(ctx, t, &f)
	if err != nil {
		return 0, err
	}
	added, reserve, err := k.topUp(ctx, params, t, &f, msg)
	if err != nil {
		return 0, err
	}
	if err := k.raiseCaps(ctx, t, &f, msg.Raises); err != nil {
		return 0, err
	}
	firstLane = nextLane(t, rows)
	if err := k.addLanes(ctx, params, t, &f, rows, msg.Lanes); err != nil {
		return 0, err
	}
	f.put(&t)
	if err := k.takeIn(ctx, payer, t, reserve, added.deposit, added.bond, added.reserve); err != nil {
		return 0, err
	}
	emit(ctx, types.EventFund, types.AttrTab, t.Id, types.AttrDeposit, added.deposit, types.AttrBond, added.bond,
		types.AttrFeeReserve, added.reserve, types.AttrFirstLane, firstLane, types.AttrLanes, len(msg.Lanes))
	return firstLane, nil
}

// more is what a payer adds to a tab.
type more struct{ deposit, bond, reserve weal.Amount }

// topUp adds to a tab's funds what a message brings, and the bond that they lack.
// It returns what it added, and the new fee reserve.
func (k Keeper) topUp(ctx context.Context, params types.Params, t types.Tab, f *funds, msg *types.MsgFund) (added more, reserve weal.Amount, err error) {
	if reserve, err = orZero(k.reserves.Get(ctx, t.Id)); err != nil {
		return added, reserve, err
	}
	if added.deposit, err = parseOptional("deposit", msg.Deposit); err != nil {
		return added, reserve, err
	}
	if added.reserve, err = parseOptional("fee_reserve", msg.FeeReserve); err != nil {
		return added, reserve, err
	}
	var fits bool
	if f.deposit, fits = f.deposit.Add(added.deposit); !fits {
		return added, reserve, types.ErrAmount.Wrap("deposit does not fit 128 bits")
	}
	if reserve, fits = reserve.Add(added.reserve); !fits {
		return added, reserve, types.ErrAmount.Wrap("fee_reserve does not fit 128 bits")
	}
	f.free, _ = f.free.Add(added.deposit) // at most the deposit
	if lacks, short := params.LeastBond(f.deposit).Sub(f.bond); short {
		added.bond = lacks
	}
	f.bond, _ = f.bond.Add(added.bond) // either as it was, or the least bond
	return added, reserve, nil
}

// raiseCaps adds to the caps of lanes of the tab's epoch, out of its free deposit.
func (k Keeper) raiseCaps(ctx context.Context, t types.Tab, f *funds, raises []types.Raise) error {
	for _, r := range raises {
		l, err := k.laneInUse(ctx, t, r.Lane)
		if err != nil {
			return err
		}
		add, err := parseAmount("more", r.More)
		if err != nil {
			return err
		}
		var fits bool
		if f.free, fits = f.free.Sub(add); !fits {
			return types.ErrLane.Wrapf("raise lane %d: the caps exceed the deposit of %s", r.Lane, f.deposit)
		}
		l.Cap, _ = l.Cap.Add(add) // at most the deposit
		if err := k.lanes.Set(ctx, collections.Join3(t.Id, t.Epoch, r.Lane), l); err != nil {
			return err
		}
		emit(ctx, types.EventRaise, types.AttrTab, t.Id, types.AttrEpoch, t.Epoch, types.AttrLane, r.Lane,
			types.AttrAmount, add, types.AttrCap, l.Cap)
	}
	return nil
}

// laneInUse returns a lane of the tab's epoch whose key is not revoked.
func (k Keeper) laneInUse(ctx context.Context, t types.Tab, id uint32) (lane, error) {
	l, err := k.lanes.Get(ctx, collections.Join3(t.Id, t.Epoch, id))
	switch {
	case errors.Is(err, collections.ErrNotFound):
		return l, types.ErrLaneNotFound.Wrapf("tab %d has no lane %d in epoch %d", t.Id, id, t.Epoch)
	case err != nil:
		return l, err
	case l.is(flagRevoked):
		return l, types.ErrRevoked.Wrapf("lane %d/%d/%d: open a new one", t.Id, t.Epoch, id)
	}
	return l, nil
}

// funds are the amounts of a tab in the store: free is the part of the deposit
// that is no lane's.
type funds struct{ deposit, bond, free weal.Amount }

func fundsOf(t types.Tab) (f funds, err error) {
	for _, p := range []struct {
		to   *weal.Amount
		from string
	}{{&f.deposit, t.Deposit}, {&f.bond, t.Bond}, {&f.free, t.Free}} {
		if *p.to, err = weal.ParseAmount(p.from); err != nil {
			return f, fmt.Errorf("read tab %d: %w", t.Id, err)
		}
	}
	return f, nil
}

func (f funds) put(t *types.Tab) {
	t.Deposit, t.Bond, t.Free = f.deposit.String(), f.bond.String(), f.free.String()
}
