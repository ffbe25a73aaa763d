package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
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
	return k.closing.Set(ctx, collections.Join(uint64(ctx.BlockHeight()), t.Id))
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
	deposit, bond, err := storedAmounts(t)
	if err != nil {
		return math.Int{}, err
	}
	reserve, err := orZero(k.reserves.Get(ctx, id))
	if err != nil {
		return math.Int{}, err
	}
	rest, held, spent, err := k.shares(ctx, id, deposit)
	if err != nil {
		return math.Int{}, err
	}
	for _, key := range spent {
		if err := k.spent.Set(ctx, key); err != nil {
			return math.Int{}, err
		}
	}
	t.State, t.Deposit, t.Bond = types.TAB_STATE_CLOSED, "0", "0"
	refund := sum(rest, bond, reserve)
	return refund, k.giveBack(ctx, t, refund, held)
}

// shares divides the deposit of a tab that is to be closed: rest is the payer's,
// held was shown and is not credited yet. Spent are the lanes that hold nothing.
func (k Keeper) shares(ctx context.Context, id uint64, deposit weal.Amount) (rest, held weal.Amount, spent []laneKey, err error) {
	rest = deposit
	err = k.eachLane(ctx, id, func(key laneKey, l lane) error {
		var fits bool
		if rest, fits = rest.Sub(l.promised()); !fits {
			return types.ErrBroken.Wrapf("tab %d: its lanes hold more than its deposit", id)
		}
		room := l.room(types.TAB_STATE_CLOSED)
		if room.IsZero() {
			spent = append(spent, key)
		}
		held, _ = held.Add(room) // at most the deposit
		return nil
	})
	return rest, held, spent, err
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
func (k Keeper) giveBack(ctx context.Context, t types.Tab, refund math.Int, held weal.Amount) error {
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
	return k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, payer, sdk.NewCoins(sdk.NewCoin(t.Denom, refund)))
}
