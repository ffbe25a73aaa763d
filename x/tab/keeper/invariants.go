package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// Held returns the coins in escrow that are the tabs': of each tab its deposit,
// bond and fee reserve less what its lanes were credited, and of lanes that have
// ended what was shown and is not credited yet. With what x/asset holds it is at
// most the escrow account's balance.
func (k Keeper) Held(ctx context.Context) (sdk.Coins, error) {
	var held sdk.Coins
	err := k.tabs.Walk(ctx, nil, func(_ uint64, t types.Tab) (bool, error) {
		amount, err := k.heldBy(ctx, t)
		if err != nil {
			return true, err
		}
		if amount.IsNegative() {
			return true, types.ErrBroken.Wrapf("tab %d holds %s", t.Id, amount)
		}
		if amount.IsPositive() {
			held = held.Add(sdk.NewCoin(t.Denom, amount))
		}
		return false, nil
	})
	return held, err
}

func (k Keeper) heldBy(ctx context.Context, t types.Tab) (math.Int, error) {
	f, err := fundsOf(t)
	if err != nil {
		return math.Int{}, err
	}
	reserve, err := orZero(k.reserves.Get(ctx, t.Id))
	if err != nil {
		return math.Int{}, err
	}
	total := sum(f.deposit, f.bond, reserve)
	rows, err := k.lanesOf(ctx, t.Id)
	for _, r := range rows {
		if r.lane.ended(t.State) {
			total = total.Add(sum(r.lane.room(true)))
		} else {
			total = total.Sub(sum(r.lane.Credited))
		}
	}
	return total, err
}

// Check returns ErrBroken, with the first row that breaks one, if an invariant
// of the package does not hold. It reads the whole store.
func (k Keeper) Check(ctx context.Context) error {
	if _, err := k.Held(ctx); err != nil {
		return err
	}
	err := k.tabs.Walk(ctx, nil, func(_ uint64, t types.Tab) (bool, error) {
		err := k.checkTab(ctx, t)
		return err != nil, err
	})
	if err != nil {
		return err
	}
	if err := k.checkWatchers(ctx); err != nil {
		return err
	}
	return k.credited.Walk(ctx, nil, func(row creditKey, _ weal.Amount) (bool, error) {
		has, err := k.lanes.Has(ctx, collections.Join3(row.K1(), row.K2(), row.K4()))
		if err == nil && !has {
			err = types.ErrBroken.Wrapf("credited row of asset %d has no lane", row.K3())
		}
		return err != nil, err
	})
}

// checkTab checks one tab: the caps and what is free are the deposit, in each lane
// the rows sum to what it was credited, within its cap, and epochs that are over
// count their lanes right.
func (k Keeper) checkTab(ctx context.Context, t types.Tab) error {
	f, err := fundsOf(t)
	if err != nil {
		return err
	}
	closed := t.State == types.TAB_STATE_CLOSED
	if closed && !sum(f.deposit, f.bond, f.free).IsZero() {
		return types.ErrBroken.Wrapf("tab %d is closed and has a deposit or a bond", t.Id)
	}
	rows, err := k.lanesOf(ctx, t.Id)
	if err != nil {
		return err
	}
	caps := sum(f.free)
	for _, epoch := range byEpoch(rows) {
		credited, err := k.creditedOf(ctx, t.Id, epoch[0].key.K2())
		if err != nil {
			return err
		}
		for _, r := range epoch {
			if err := checkLane(r, credited[r.key.K3()]); err != nil {
				return err
			}
			if !r.lane.ended(t.State) {
				caps = caps.Add(sum(r.lane.Cap))
			}
		}
		if err := k.checkEpoch(ctx, t, epoch); err != nil {
			return err
		}
	}
	if !closed && !caps.Equal(sum(f.deposit)) {
		return types.ErrBroken.Wrapf("tab %d: its caps and what is free are %s, its deposit is %s", t.Id, caps, f.deposit)
	}
	return nil
}

// creditedOf sums the rows of each lane of an epoch.
func (k Keeper) creditedOf(ctx context.Context, tab uint64, epoch uint32) (map[uint32]math.Int, error) {
	sums := map[uint32]math.Int{} // only looked up, never ranged over
	r := collections.NewSuperPrefixedQuadRange[uint64, uint32, uint64, uint32](tab, epoch)
	err := k.credited.Walk(ctx, r, func(row creditKey, amount weal.Amount) (bool, error) {
		had, ok := sums[row.K4()]
		if !ok {
			had = math.ZeroInt()
		}
		sums[row.K4()] = had.Add(sum(amount))
		return false, nil
	})
	return sums, err
}

func checkLane(r laneRow, rows math.Int) error {
	l := r.lane
	if rows.IsNil() {
		rows = math.ZeroInt()
	}
	switch {
	case !rows.Equal(sum(l.Credited)):
		return types.ErrBroken.Wrapf("lane %d/%d/%d: its rows sum to %s, it has %s", r.key.K1(), r.key.K2(), r.key.K3(), rows, l.Credited)
	case l.Credited.Cmp(l.Cap) > 0:
		return types.ErrBroken.Wrapf("lane %d/%d/%d: credited %s of a cap of %s", r.key.K1(), r.key.K2(), r.key.K3(), l.Credited, l.Cap)
	case r.key.K3() == types.Whole && l.Shown.Cmp(l.Credited) < 0:
		return types.ErrBroken.Wrapf("checkpoint of %d/%d: it paid %s of leaves of %s", r.key.K1(), r.key.K2(), l.Credited, l.Shown)
	}
	return nil
}

// checkEpoch checks how many lanes of an epoch hold something, once that is counted:
// when its window has ended, or the tab is withdrawn.
func (k Keeper) checkEpoch(ctx context.Context, t types.Tab, rows []laneRow) error {
	epoch := rows[0].key.K2()
	closed := t.State == types.TAB_STATE_CLOSED
	var want uint32
	for _, r := range rows {
		if r.lane.ended(t.State) && !r.lane.room(true).IsZero() {
			want++
		}
	}
	have, err := k.holding.Get(ctx, collections.Join(t.Id, epoch))
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if counted := err == nil || closed; counted && have != want {
		return types.ErrBroken.Wrapf("tab %d: %d lanes of epoch %d hold something, it counts %d", t.Id, want, epoch, have)
	}
	return nil
}
