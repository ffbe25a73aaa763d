package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// open makes a tab and takes its coins from the payer.
func (k Keeper) open(ctx context.Context, msg *types.MsgOpen) (uint64, error) {
	payer, err := k.addresses.StringToBytes(msg.Payer)
	if err != nil {
		return 0, fmt.Errorf("read payer: %w", err)
	}
	if err := sdk.ValidateDenom(msg.Denom); err != nil {
		return 0, types.ErrAmount.Wrap(err.Error())
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	deposit, bond, reserve, err := openAmounts(params, msg)
	if err != nil {
		return 0, err
	}
	id, err := k.nextTab.Next(ctx)
	if err != nil {
		return 0, err
	}
	t := types.Tab{
		Id: id, Denom: msg.Denom, State: types.TAB_STATE_OPEN,
		Deposit: deposit.String(), Bond: bond.String(),
	}
	if t.Payer, err = k.addresses.BytesToString(payer); err != nil {
		return 0, err
	}
	if err := k.takeIn(ctx, payer, t, reserve, deposit, bond, reserve); err != nil {
		return 0, err
	}
	if err := k.payers.Set(ctx, collections.Join(sdk.AccAddress(payer), id)); err != nil {
		return 0, err
	}
	if _, err := k.addLanes(ctx, params, t, msg.Lanes); err != nil {
		return 0, err
	}
	emit(ctx, types.EventOpen, types.AttrTab, id, types.AttrPayer, t.Payer, types.AttrDenom, t.Denom,
		types.AttrDeposit, deposit, types.AttrBond, bond, types.AttrFeeReserve, reserve, types.AttrLanes, len(msg.Lanes))
	return id, nil
}

func openAmounts(params types.Params, msg *types.MsgOpen) (deposit, bond, reserve weal.Amount, err error) {
	if deposit, err = parseAmount("deposit", msg.Deposit); err != nil {
		return
	}
	if bond, err = parseAmount("bond", msg.Bond); err != nil {
		return
	}
	if reserve, err = parseOptional("fee_reserve", msg.FeeReserve); err != nil {
		return
	}
	if deposit.IsZero() {
		err = types.ErrAmount.Wrap("deposit must be more than zero")
	} else if least := params.LeastBond(deposit); bond.Cmp(least) < 0 {
		err = types.ErrAmount.Wrapf("bond must be at least %s for a deposit of %s, got %s", least, deposit, bond)
	}
	return
}

// fund adds to the deposit and the fee reserve of an open tab and opens lanes.
// The bond grows with the deposit: what it lacks is taken from the payer too.
func (k Keeper) fund(ctx context.Context, msg *types.MsgFund) (firstLane uint32, err error) {
	t, payer, err := k.openTabOf(ctx, msg.Tab, msg.Payer)
	if err != nil {
		return 0, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	deposit, bond, err := storedAmounts(t)
	if err != nil {
		return 0, err
	}
	reserve, err := orZero(k.reserves.Get(ctx, t.Id))
	if err != nil {
		return 0, err
	}
	moreDeposit, deposit, err := raise("deposit", deposit, msg.Deposit)
	if err != nil {
		return 0, err
	}
	moreReserve, reserve, err := raise("fee_reserve", reserve, msg.FeeReserve)
	if err != nil {
		return 0, err
	}
	moreBond, short := params.LeastBond(deposit).Sub(bond)
	if !short {
		moreBond = weal.Amount{}
	}
	bond, _ = bond.Add(moreBond) // either as it was, or the least bond
	t.Deposit, t.Bond = deposit.String(), bond.String()
	if err := k.takeIn(ctx, payer, t, reserve, moreDeposit, moreBond, moreReserve); err != nil {
		return 0, err
	}
	if firstLane, err = k.addLanes(ctx, params, t, msg.Lanes); err != nil {
		return 0, err
	}
	emit(ctx, types.EventFund, types.AttrTab, t.Id, types.AttrDeposit, moreDeposit, types.AttrBond, moreBond,
		types.AttrFeeReserve, moreReserve, types.AttrFirstLane, firstLane, types.AttrLanes, len(msg.Lanes))
	return firstLane, nil
}

// raise reads what a message adds to an amount, and returns it with the sum.
func raise(field string, have weal.Amount, add string) (more, sum weal.Amount, err error) {
	if more, err = parseOptional(field, add); err != nil {
		return more, sum, err
	}
	sum, fits := have.Add(more)
	if !fits {
		return more, sum, types.ErrAmount.Wrapf("%s does not fit 128 bits", field)
	}
	return more, sum, nil
}

// openTabOf returns a tab that is open and the payer's.
func (k Keeper) openTabOf(ctx context.Context, id uint64, payer string) (types.Tab, sdk.AccAddress, error) {
	t, err := k.tab(ctx, id)
	if err != nil {
		return t, nil, err
	}
	addr, err := k.addresses.StringToBytes(payer)
	if err != nil {
		return t, nil, fmt.Errorf("read payer: %w", err)
	}
	owner, err := k.addresses.StringToBytes(t.Payer)
	if err != nil {
		return t, nil, err
	}
	switch {
	case string(owner) != string(addr):
		return t, nil, types.ErrNotPayer.Wrapf("tab %d is %s's", id, t.Payer)
	case t.State != types.TAB_STATE_OPEN:
		return t, nil, types.ErrTabClosed.Wrapf("tab %d: open a new one", id)
	}
	return t, addr, nil
}

// takeIn stores a tab and its fee reserve, and moves the sum of parts from the
// payer into escrow.
func (k Keeper) takeIn(ctx context.Context, payer sdk.AccAddress, t types.Tab, reserve weal.Amount, parts ...weal.Amount) error {
	if err := k.tabs.Set(ctx, t.Id, t); err != nil {
		return err
	}
	if err := k.setReserve(ctx, t.Id, reserve); err != nil {
		return err
	}
	total := sum(parts...)
	if total.IsZero() {
		return nil
	}
	return k.bank.SendCoinsFromAccountToModule(ctx, payer, weal.Escrow, sdk.NewCoins(sdk.NewCoin(t.Denom, total)))
}

// sum adds amounts; the sum may exceed 128 bits.
func sum(parts ...weal.Amount) math.Int {
	total := math.ZeroInt()
	for _, p := range parts {
		total = total.Add(math.NewIntFromBigInt(p.Big()))
	}
	return total
}

func (k Keeper) setReserve(ctx context.Context, tab uint64, reserve weal.Amount) error {
	if reserve.IsZero() {
		return k.reserves.Remove(ctx, tab)
	}
	return k.reserves.Set(ctx, tab, reserve)
}

// addLanes opens lanes after the tab's last one, within its deposit. It returns
// the id of the first, or of the next one there would be.
func (k Keeper) addLanes(ctx context.Context, params types.Params, t types.Tab, add []types.NewLane) (uint32, error) {
	deposit, _, err := storedAmounts(t)
	if err != nil {
		return 0, err
	}
	free, first, err := k.unallocated(ctx, t, deposit)
	if err != nil {
		return 0, err
	}
	if uint64(first)+uint64(len(add)) > uint64(params.MaxLanes) {
		return 0, types.ErrLane.Wrapf("a tab may have at most %d lanes", params.MaxLanes)
	}
	for i, n := range add {
		id := first + uint32(i)
		l, err := k.newLane(ctx, params, n)
		if err != nil {
			return 0, fmt.Errorf("open lane %d: %w", id, err)
		}
		var fits bool
		if free, fits = free.Sub(l.Cap); !fits {
			return 0, types.ErrLane.Wrapf("open lane %d: the caps exceed the deposit of %s", id, deposit)
		}
		if err := k.lanes.Set(ctx, collections.Join3(t.Id, t.Epoch, id), l); err != nil {
			return 0, err
		}
	}
	return first, nil
}

// unallocated returns what of the deposit is no lane's cap, and the next lane's id.
func (k Keeper) unallocated(ctx context.Context, t types.Tab, deposit weal.Amount) (free weal.Amount, next uint32, err error) {
	free = deposit
	err = k.eachLane(ctx, t.Id, func(key laneKey, l lane) error {
		var fits bool
		if free, fits = free.Sub(l.Cap); !fits {
			return types.ErrBroken.Wrapf("tab %d: the caps exceed the deposit", t.Id)
		}
		if key.K2() == t.Epoch {
			next = key.K3() + 1
		}
		return nil
	})
	return free, next, err
}

func (k Keeper) newLane(ctx context.Context, params types.Params, n types.NewLane) (lane, error) {
	key, err := weal.HashFromBytes(n.Key)
	if err == nil {
		err = pay.CheckKey(key)
	}
	if err != nil {
		return lane{}, types.ErrLane.Wrapf("key: %s", err)
	}
	limit, err := parseAmount("cap", n.Cap)
	if err != nil {
		return lane{}, err
	}
	least, err := weal.ParseAmount(params.LeastCap)
	if err != nil {
		return lane{}, err
	}
	if limit.Cmp(least) < 0 {
		return lane{}, types.ErrLane.Wrapf("cap must be at least %s, got %s", least, limit)
	}
	gateway := weal.AssetID(n.Gateway)
	if ok, err := k.assets.HasAsset(ctx, gateway); err != nil {
		return lane{}, err
	} else if !ok {
		return lane{}, types.ErrLane.Wrapf("gateway: there is no asset %d", gateway)
	}
	return lane{Key: key, Gateway: gateway, Cap: limit}, nil
}

func parseAmount(field, s string) (weal.Amount, error) {
	a, err := weal.ParseAmount(s)
	if err != nil {
		return a, types.ErrAmount.Wrapf("%s: %s", field, err)
	}
	return a, nil
}

// parseOptional reads an amount that may be left out.
func parseOptional(field, s string) (weal.Amount, error) {
	if s == "" {
		return weal.Amount{}, nil
	}
	return parseAmount(field, s)
}

// storedAmounts reads the deposit and the bond of a tab in the store.
func storedAmounts(t types.Tab) (deposit, bond weal.Amount, err error) {
	if deposit, err = weal.ParseAmount(t.Deposit); err == nil {
		bond, err = weal.ParseAmount(t.Bond)
	}
	if err != nil {
		err = fmt.Errorf("read tab %d: %w", t.Id, err)
	}
	return deposit, bond, err
}
