package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// Held returns the coins in escrow that are the tabs': of each tab its deposit,
// bond and fee reserve less what its lanes were credited, and of a closed tab
// what was shown and is not credited yet. With what x/asset holds it is at most
// the escrow account's balance.
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
	if t.State == types.TAB_STATE_CLOSED {
		total := math.ZeroInt()
		err := k.eachLane(ctx, t.Id, func(_ laneKey, l lane) error {
			total = total.Add(sum(l.room(t.State)))
			return nil
		})
		return total, err
	}
	deposit, bond, err := storedAmounts(t)
	if err != nil {
		return math.Int{}, err
	}
	reserve, err := orZero(k.reserves.Get(ctx, t.Id))
	if err != nil {
		return math.Int{}, err
	}
	total := sum(deposit, bond, reserve)
	err = k.eachLane(ctx, t.Id, func(_ laneKey, l lane) error {
		total = total.Sub(sum(l.Credited))
		return nil
	})
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
	return k.credited.Walk(ctx, nil, func(row creditKey, _ weal.Amount) (bool, error) {
		has, err := k.lanes.Has(ctx, collections.Join3(row.K1(), row.K2(), row.K3()))
		if err == nil && !has {
			err = types.ErrBroken.Wrapf("credited row of asset %d has no lane", row.K4())
		}
		return err != nil, err
	})
}

// checkTab checks one tab: the caps fit the deposit, and in each lane the rows
// sum to what it was credited, within its cap.
func (k Keeper) checkTab(ctx context.Context, t types.Tab) error {
	deposit, bond, err := storedAmounts(t)
	if err != nil {
		return err
	}
	closed := t.State == types.TAB_STATE_CLOSED
	if closed && !sum(deposit, bond).IsZero() {
		return types.ErrBroken.Wrapf("tab %d is closed and has a deposit or a bond", t.Id)
	}
	caps := math.ZeroInt()
	err = k.eachLane(ctx, t.Id, func(key laneKey, l lane) error {
		caps = caps.Add(sum(l.Cap))
		if closed && l.room(t.State).IsZero() {
			return nil // its rows are being deleted
		}
		return k.checkLane(ctx, key, l)
	})
	if err == nil && !closed && caps.GT(sum(deposit)) {
		err = types.ErrBroken.Wrapf("tab %d: caps of %s exceed the deposit of %s", t.Id, caps, deposit)
	}
	return err
}

func (k Keeper) checkLane(ctx context.Context, key laneKey, l lane) error {
	rows, err := k.rows(ctx, key)
	if err != nil {
		return err
	}
	total := math.ZeroInt()
	for _, r := range rows {
		amount, err := weal.ParseAmount(r.Amount)
		if err != nil {
			return err
		}
		total = total.Add(sum(amount))
	}
	switch {
	case !total.Equal(sum(l.Credited)):
		return types.ErrBroken.Wrapf("lane %d/%d/%d: its rows sum to %s, it has %s", key.K1(), key.K2(), key.K3(), total, l.Credited)
	case l.Credited.Cmp(l.Cap) > 0:
		return types.ErrBroken.Wrapf("lane %d/%d/%d: credited %s of a cap of %s", key.K1(), key.K2(), key.K3(), l.Credited, l.Cap)
	}
	return nil
}
