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
	f, reserve, err := openAmounts(params, msg)
	if err != nil {
		return 0, err
	}
	id, err := k.nextTab.Next(ctx)
	if err != nil {
		return 0, err
	}
	t := types.Tab{Id: id, Denom: msg.Denom, State: types.TAB_STATE_OPEN}
	if t.Payer, err = k.addresses.BytesToString(payer); err != nil {
		return 0, err
	}
	if err := k.addLanes(ctx, params, t, &f, nil, msg.Lanes); err != nil {
		return 0, err
	}
	f.put(&t)
	if err := k.takeIn(ctx, payer, t, reserve, f.deposit, f.bond, reserve); err != nil {
		return 0, err
	}
	if err := k.payers.Set(ctx, collections.Join(sdk.AccAddress(payer), id)); err != nil {
		return 0, err
	}
	emit(ctx, types.EventOpen, types.AttrTab, id, types.AttrPayer, t.Payer, types.AttrDenom, t.Denom,
		types.AttrDeposit, f.deposit, types.AttrBond, f.bond, types.AttrFeeReserve, reserve, types.AttrLanes, len(msg.Lanes))
	return id, nil
}

// openAmounts reads what a new tab brings: all of its deposit is free.
func openAmounts(params types.Params, msg *types.MsgOpen) (f funds, reserve weal.Amount, err error) {
	if f.deposit, err = parseAmount("deposit", msg.Deposit); err != nil {
		return
	}
	if f.bond, err = parseAmount("bond", msg.Bond); err != nil {
		return
	}
	if reserve, err = parseOptional("fee_reserve", msg.FeeReserve); err != nil {
		return
	}
	if f.deposit.IsZero() {
		err = types.ErrAmount.Wrap("deposit must be more than zero")
	} else if least := params.LeastBond(f.deposit); f.bond.Cmp(least) < 0 {
		err = types.ErrAmount.Wrapf("bond must be at least %s for a deposit of %s, got %s", least, f.deposit, f.bond)
	}
	f.free = f.deposit
	return
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
	return k.bank.SendCoinsFromAccountToModule(ctx, payer, weal.Escrow, coins(t.Denom, total))
}

func coins(denom string, amount math.Int) sdk.Coins { return sdk.NewCoins(sdk.NewCoin(denom, amount)) }

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

// nextLane returns the id of the next lane of the tab's epoch. Rows are all lanes
// of the tab.
func nextLane(t types.Tab, rows []laneRow) uint32 {
	if n := len(rows); n > 0 && rows[n-1].key.K2() == t.Epoch {
		return rows[n-1].key.K3() + 1
	}
	return 0
}

// addLanes opens lanes after the tab's last one, out of its free deposit. Rows are
// the lanes it has.
func (k Keeper) addLanes(ctx context.Context, params types.Params, t types.Tab, f *funds, rows []laneRow, add []types.NewLane) error {
	if uint64(len(rows))+uint64(len(add)) > uint64(params.MaxLanes) {
		return types.ErrLane.Wrapf("a tab may have at most %d lanes, with those of past epochs that are not settled", params.MaxLanes)
	}
	first := nextLane(t, rows)
	for i, n := range add {
		id := first + uint32(i)
		l, err := k.newLane(ctx, params, n)
		if err != nil {
			return fmt.Errorf("open lane %d: %w", id, err)
		}
		var fits bool
		if f.free, fits = f.free.Sub(l.Cap); !fits {
			return types.ErrLane.Wrapf("open lane %d: the caps exceed the deposit of %s", id, f.deposit)
		}
		if err := k.lanes.Set(ctx, collections.Join3(t.Id, t.Epoch, id), l); err != nil {
			return err
		}
	}
	return nil
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
