package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// settlement is one settlement while it is paid.
type settlement struct {
	ref   weal.LaneRef
	tab   types.Tab
	lane  lane
	claim []proven
}

func (s *settlement) key() laneKey {
	return collections.Join3(uint64(s.ref.Tab), s.ref.Epoch, s.ref.Lane)
}

// settle pays what the settlements of a message prove, and refunds the sender
// from the fee reserves of the tabs. The first bad one fails the message.
func (k Keeper) settle(ctx sdk.Context, msg *types.MsgSettle) ([]types.CreditedNow, error) {
	sender, err := k.addresses.StringToBytes(msg.Sender)
	if err != nil {
		return nil, wrapf(err, "read sender")
	}
	if len(msg.Settlements) == 0 {
		return nil, types.ErrClaim.Wrap("the message has no settlement")
	}
	var (
		credits []types.CreditedNow
		refunds sdk.Coins
	)
	for i, s := range msg.Settlements {
		paid, refund, err := k.settleOne(ctx, msg.Sender, s)
		if err != nil {
			return nil, wrapf(err, "settlement %d", i)
		}
		credits = append(credits, paid...)
		if refund.IsValid() {
			refunds = refunds.Add(refund)
		}
	}
	if refunds.IsZero() {
		return credits, nil
	}
	return credits, k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, sender, refunds)
}

// settleOne pays one settlement. The refund is taken from the fee reserve; the
// caller sends it. It is the zero coin if there is none.
func (k Keeper) settleOne(ctx sdk.Context, sender string, raw types.Settlement) ([]types.CreditedNow, sdk.Coin, error) {
	v, s, err := k.verify(ctx, raw)
	if err != nil {
		return nil, sdk.Coin{}, err
	}
	emit(ctx, types.EventSettle, types.AttrTab, uint64(s.ref.Tab), types.AttrEpoch, s.ref.Epoch, types.AttrLane, s.ref.Lane,
		types.AttrSeq, v.Seq, types.AttrTotal, v.Total, types.AttrSender, sender)
	before := s.lane
	s.show(v)
	credits, err := k.credit(ctx, &s)
	if err != nil {
		return nil, sdk.Coin{}, err
	}
	if s.lane != before {
		if err := k.lanes.Set(ctx, s.key(), s.lane); err != nil {
			return nil, sdk.Coin{}, err
		}
	}
	if s.tab.State == types.TAB_STATE_CLOSED {
		if s.lane.room(s.tab.State).IsZero() {
			err = k.spent.Set(ctx, s.key())
		}
		return credits, sdk.Coin{}, err
	}
	refund, err := k.refund(ctx, sender, s.tab, credits)
	return credits, refund, err
}

// verify reads a settlement and checks all that it must prove.
func (k Keeper) verify(ctx sdk.Context, raw types.Settlement) (pay.Voucher, settlement, error) {
	var s settlement
	v, err := readVoucher(ctx, raw.Voucher)
	if err != nil {
		return v.Voucher, s, err
	}
	s.ref = v.Lane
	if s.tab, err = k.tab(ctx, uint64(s.ref.Tab)); err != nil {
		return v.Voucher, s, err
	}
	s.lane, err = k.lanes.Get(ctx, s.key())
	closed := s.tab.State == types.TAB_STATE_CLOSED
	switch {
	case errors.Is(err, collections.ErrNotFound) && !closed:
		return v.Voucher, s, types.ErrLaneNotFound.Wrapf("lane %s", s.ref)
	case err != nil && !errors.Is(err, collections.ErrNotFound):
		return v.Voucher, s, err
	case closed && s.lane.room(s.tab.State).IsZero():
		return v.Voucher, s, types.ErrTabClosed.Wrapf("lane %s: nothing is held for it", s.ref)
	}
	ctx.GasMeter().ConsumeGas(GasSignature, "tab: verify voucher")
	if err := v.Verify(s.lane.Key); err != nil {
		return v.Voucher, s, types.ErrVoucher.Wrapf("lane %s: %s", s.ref, err)
	}
	s.claim, err = proveClaims(ctx, v.Voucher, raw.Claims)
	return v.Voucher, s, err
}

// show records the highest total that the lane's vouchers have had. Once the
// tab is closed the refund is gone, and nothing more can be held back.
func (s *settlement) show(v pay.Voucher) {
	if s.tab.State == types.TAB_STATE_CLOSED {
		return
	}
	shown := v.Total
	for _, c := range s.claim {
		var fits bool
		if shown, fits = shown.Add(c.ticks); !fits {
			shown = greatest
			break
		}
	}
	if shown.Cmp(s.lane.Shown) > 0 {
		s.lane.Shown = shown
	}
}

// greatest is 2^128-1.
var greatest = weal.AmountFromBytes([weal.AmountSize]byte{
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
})

// credit raises what each asset was credited to what its claim has proven, as
// far as the lane has room, and returns what was added.
func (k Keeper) credit(ctx context.Context, s *settlement) ([]types.CreditedNow, error) {
	var credits []types.CreditedNow
	for _, c := range s.claim {
		key := collections.Join4(uint64(s.ref.Tab), s.ref.Epoch, s.ref.Lane, uint64(c.asset))
		had, err := orZero(k.credited.Get(ctx, key))
		if err != nil {
			return nil, err
		}
		add, more := c.value.Sub(had)
		if !more {
			continue
		}
		if room := s.lane.room(s.tab.State); add.Cmp(room) > 0 {
			add = room
		}
		if add.IsZero() {
			continue
		}
		now, _ := had.Add(add)                        // at most c.value
		s.lane.Credited, _ = s.lane.Credited.Add(add) // at most the cap
		if err := k.credited.Set(ctx, key, now); err != nil {
			return nil, err
		}
		if err := k.assets.Credit(ctx, c.asset, s.tab.Denom, add); err != nil {
			return nil, wrapf(err, "credit asset %d", c.asset)
		}
		credits = append(credits, types.CreditedNow{Asset: uint64(c.asset), Denom: s.tab.Denom, Amount: add.String()})
		emit(ctx, types.EventCredit, types.AttrTab, uint64(s.ref.Tab), types.AttrEpoch, s.ref.Epoch, types.AttrLane, s.ref.Lane,
			types.AttrAsset, uint64(c.asset), types.AttrDenom, s.tab.Denom, types.AttrAmount, add)
	}
	return credits, nil
}

// refund takes from the tab's fee reserve what its credits are worth to who
// brought them, and returns it; the zero coin if there is nothing to refund.
func (k Keeper) refund(ctx context.Context, sender string, t types.Tab, credits []types.CreditedNow) (sdk.Coin, error) {
	if len(credits) == 0 {
		return sdk.Coin{}, nil
	}
	reserve, err := orZero(k.reserves.Get(ctx, t.Id))
	if err != nil || reserve.IsZero() {
		return sdk.Coin{}, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return sdk.Coin{}, err
	}
	var back weal.Amount
	rest := reserve
	for _, c := range credits {
		amount, err := weal.ParseAmount(c.Amount)
		if err != nil {
			return sdk.Coin{}, err
		}
		due := params.Refund(amount)
		if due.Cmp(rest) > 0 {
			due = rest
		}
		rest, _ = rest.Sub(due)
		back, _ = back.Add(due) // at most the reserve
	}
	if back.IsZero() {
		return sdk.Coin{}, nil
	}
	emit(ctx, types.EventRefund, types.AttrTab, t.Id, types.AttrReceiver, sender, types.AttrDenom, t.Denom, types.AttrAmount, back)
	return sdk.NewCoin(t.Denom, math.NewIntFromBigInt(back.Big())), k.setReserve(ctx, t.Id, rest)
}
