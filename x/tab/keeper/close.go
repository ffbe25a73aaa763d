package keeper

import (
	"context"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// close starts the closing of an open tab. The window itself begins with the
// next block: this one's time may be old.
func (k Keeper) close(ctx sdk.Context, msg *types.MsgClose) error {
	t, _, err := k.openTabOf(ctx, msg.Tab, msg.Payer)
	if err != nil {
		return err
	}
	t.State = types.TAB_STATE_CLOSING
	if err := k.tabs.Set(ctx, t.Id, t); err != nil {
		return err
	}
	emit(ctx, types.EventClose, types.AttrTab, t.Id)
	return k.enqueue(ctx, t.Id, types.Whole, types.Whole)
}

// withdraw gives the payer of a closing tab, after its window, what no asset
// was credited or shown to be owed.
func (k Keeper) withdraw(ctx sdk.Context, id uint64) (math.Int, error) {
	t, err := k.tab(ctx, id)
	if err != nil {
		return math.Int{}, err
	}
	if err := windowEnded(ctx, t); err != nil {
		return math.Int{}, err
	}
	f, err := fundsOf(t)
	if err != nil {
		return math.Int{}, err
	}
	reserve, err := orZero(k.reserves.Get(ctx, id))
	if err != nil {
		return math.Int{}, err
	}
	rows, err := k.lanesOf(ctx, id)
	if err != nil {
		return math.Int{}, err
	}
	rest, held, err := shares(f.deposit, rows)
	if err != nil {
		return math.Int{}, wrapf(err, "tab %d", id)
	}
	for _, epoch := range byEpoch(rows) {
		if err := k.countHolding(ctx, id, epoch[0].key.K2(), epoch); err != nil {
			return math.Int{}, err
		}
	}
	t.State = types.TAB_STATE_CLOSED
	funds{}.put(&t)
	refund := sum(rest, f.bond, reserve)
	return refund, k.giveBack(ctx, t, refund, held)
}

// shares divides the deposit of a tab that is to be closed: rest is the payer's,
// held was shown and is not credited yet, with what lanes that were released
// before hold.
func shares(deposit weal.Amount, rows []laneRow) (rest weal.Amount, held math.Int, err error) {
	rest, held = deposit, math.ZeroInt()
	for _, r := range rows {
		held = held.Add(sum(r.lane.room(true)))
		if r.lane.is(flagReleased) {
			continue // what it holds left the deposit when it was released
		}
		var fits bool
		if rest, fits = rest.Sub(r.lane.promised()); !fits {
			return rest, held, types.ErrBroken.Wrap("its lanes hold more than its deposit")
		}
	}
	return rest, held, nil
}

// windowEnded returns nil if a tab's closing window has ended in this block.
func windowEnded(ctx sdk.Context, t types.Tab) error {
	switch {
	case t.State == types.TAB_STATE_CLOSED:
		return types.ErrTabClosed.Wrapf("tab %d was withdrawn already", t.Id)
	case t.State != types.TAB_STATE_CLOSING:
		return types.ErrWindow.Wrapf("tab %d is open; its payer must close it first", t.Id)
	case t.CloseHeight == 0:
		return types.ErrWindow.Wrapf("tab %d: it begins with the next block", t.Id)
	case ctx.BlockHeight() < t.CloseHeight || ctx.BlockTime().Before(t.CloseTime):
		return types.ErrWindow.Wrapf("tab %d: it ends at height %d, not before %s", t.Id, t.CloseHeight, t.CloseTime.UTC().Format(time.RFC3339))
	}
	return nil
}

// giveBack stores a tab that was closed and pays the refund to its payer.
func (k Keeper) giveBack(ctx context.Context, t types.Tab, refund, held math.Int) error {
	if err := k.tabs.Set(ctx, t.Id, t); err != nil {
		return err
	}
	if err := k.reserves.Remove(ctx, t.Id); err != nil {
		return err
	}
	emit(ctx, types.EventWithdraw, types.AttrTab, t.Id, types.AttrPayer, t.Payer, types.AttrDenom, t.Denom,
		types.AttrAmount, refund, types.AttrHeld, held)
	if refund.IsZero() {
		return nil
	}
	payer, err := k.addresses.StringToBytes(t.Payer)
	if err != nil {
		return err
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, payer, coins(t.Denom, refund))
}
