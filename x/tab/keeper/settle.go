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
	ref   weal.LaneRef // of a checkpoint with lane types.Whole
	tab   types.Tab
	lane  lane
	ended bool // the lane pays only what it holds
	claim []proven
	index int     // in its message
	out   *payout // of its message
}

func (s *settlement) key() laneKey {
	return collections.Join3(uint64(s.ref.Tab), s.ref.Epoch, s.ref.Lane)
}

func (s *settlement) row(a weal.AssetID, lane uint32) creditKey {
	return collections.Join4(uint64(s.ref.Tab), s.ref.Epoch, uint64(a), lane)
}

// settle pays what the settlements of a message prove, pays the sender what it
// gets as a watcher, and refunds it from the fee reserves of the tabs. The first
// bad one fails the message.
func (k Keeper) settle(ctx sdk.Context, msg *types.MsgSettle) ([]types.CreditedNow, error) {
	from := sender{name: msg.Sender}
	var err error
	if from.account, err = k.addresses.StringToBytes(msg.Sender); err != nil {
		return nil, wrapf(err, "read sender")
	}
	if len(msg.Settlements) == 0 {
		return nil, types.ErrClaim.Wrap("the message has no settlement")
	}
	var (
		credits []types.CreditedNow
		coins   sdk.Coins
		out     = newPayout(from)
	)
	for i, raw := range msg.Settlements {
		s, credited, err := k.settleOne(ctx, out, i, raw)
		if err != nil {
			return nil, wrapf(err, "settlement %d", i)
		}
		credits = append(credits, creditedNow(s.tab, credited)...)
		if fees := feesOf(credited); fees.IsPositive() {
			coins = coins.Add(sdk.NewCoin(s.tab.Denom, fees))
		}
		if s.tab.State == types.TAB_STATE_CLOSED {
			continue
		}
		refund, err := k.refund(ctx, msg.Sender, s.tab, credited)
		if err != nil {
			return nil, wrapf(err, "settlement %d", i)
		}
		if refund.IsValid() {
			coins = coins.Add(refund)
		}
	}
	if i, err := k.payAll(ctx, out); err != nil {
		return nil, wrapf(err, "settlement %d", i)
	}
	if coins.IsZero() {
		return credits, nil
	}
	return credits, k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, from.account, coins)
}

func feesOf(credited []paid) math.Int {
	total := math.ZeroInt()
	for _, p := range credited {
		if !p.fee.IsZero() {
			total = total.Add(sum(p.fee))
		}
	}
	return total
}

func creditedNow(t types.Tab, credited []paid) []types.CreditedNow {
	out := make([]types.CreditedNow, len(credited))
	for i, p := range credited {
		out[i] = types.CreditedNow{Asset: uint64(p.asset), Denom: t.Denom, Amount: p.net().String()}
		if !p.fee.IsZero() {
			out[i].Fee = p.fee.String()
		}
	}
	return out
}

// settleOne pays one settlement, of a voucher or of a checkpoint.
func (k Keeper) settleOne(ctx sdk.Context, out *payout, index int, raw types.Settlement) (settlement, []paid, error) {
	if len(raw.Voucher) == 0 {
		return k.settleCheckpoint(ctx, out, index, raw)
	}
	v, s, err := k.verify(ctx, raw)
	if err != nil {
		return s, nil, err
	}
	s.out, s.index = out, index
	emit(ctx, types.EventSettle, types.AttrTab, uint64(s.ref.Tab), types.AttrEpoch, s.ref.Epoch, types.AttrLane, s.ref.Lane,
		types.AttrSeq, v.Seq, types.AttrTotal, v.Total, types.AttrSender, out.from.name)
	before := s.lane
	s.show(v)
	credited, err := k.credit(ctx, &s)
	if err != nil {
		return s, nil, err
	}
	return s, credited, k.putLane(ctx, &s, before)
}

// putLane stores the lane of a settlement if it is not as before, and counts it if
// it holds nothing any more.
func (k Keeper) putLane(ctx sdk.Context, s *settlement, before lane) error {
	if s.lane != before {
		if err := k.lanes.Set(ctx, s.key(), s.lane); err != nil {
			return err
		}
	}
	if s.ended && s.lane.room(true).IsZero() {
		return k.emptied(ctx, s.ref)
	}
	return nil
}

// verify reads a settlement of a voucher and checks all that it must prove.
func (k Keeper) verify(ctx sdk.Context, raw types.Settlement) (pay.Voucher, settlement, error) {
	var s settlement
	v, err := readVoucher(ctx, raw)
	if err != nil {
		return v.Voucher, s, err
	}
	if s, err = k.payable(ctx, v.Lane); err != nil {
		return v.Voucher, s, err
	}
	if err := verifyVoucher(ctx, v, s.lane); err != nil {
		return v.Voucher, s, err
	}
	s.claim, err = prove(ctx, raw.Claims, voucherTree{v.Voucher})
	return v.Voucher, s, err
}

// payable returns a settlement of a lane, or of a checkpoint, that can still pay.
func (k Keeper) payable(ctx context.Context, ref weal.LaneRef) (settlement, error) {
	s := settlement{ref: ref}
	var err error
	if s.tab, err = k.tab(ctx, uint64(ref.Tab)); err != nil {
		return s, err
	}
	s.lane, err = k.lanes.Get(ctx, s.key())
	missing := errors.Is(err, collections.ErrNotFound)
	if err != nil && !missing {
		return s, err
	}
	s.ended = s.lane.ended(s.tab.State)
	switch {
	case missing && !s.ended && ref.Epoch >= s.tab.Epoch:
		return s, types.ErrLaneNotFound.Wrapf("lane %s", ref)
	case missing, s.ended && s.lane.room(true).IsZero():
		return s, types.ErrTabClosed.Wrapf("lane %s: nothing is held for it", ref)
	}
	return s, nil
}

// show records the highest total that the lane's vouchers have had. Once the
// lane has ended the rest of its cap is gone, and nothing more can be held back.
func (s *settlement) show(v pay.Voucher) {
	if s.ended {
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
// far as the lane has room, and returns what the assets were paid. What the
// epoch's checkpoint has paid an asset already is not paid again.
func (k Keeper) credit(ctx sdk.Context, s *settlement) ([]paid, error) {
	var (
		credited []paid
		covered  weal.Amount
	)
	for _, c := range s.claim {
		key := s.row(c.asset, s.ref.Lane)
		had, err := orZero(k.credited.Get(ctx, key))
		if err != nil {
			return nil, err
		}
		add, more := c.value.Sub(had)
		if !more {
			continue
		}
		if room := s.lane.room(s.ended); add.Cmp(room) > 0 {
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
		by, err := k.cover(ctx, s, c.asset, add)
		if err != nil {
			return nil, err
		}
		covered, _ = covered.Add(by) // at most the checkpoint's cap
		if add, _ = add.Sub(by); add.IsZero() {
			continue
		}
		p, err := k.pay(ctx, s, paid{asset: c.asset, amount: add, first: had.IsZero()})
		if err != nil {
			return nil, err
		}
		credited = append(credited, p)
	}
	return credited, k.repay(ctx, s, covered)
}

// refund takes from the tab's fee reserve what its credits are worth to who
// brought them, and returns it; the zero coin if there is nothing to refund.
func (k Keeper) refund(ctx context.Context, sender string, t types.Tab, credited []paid) (sdk.Coin, error) {
	if len(credited) == 0 {
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
	for _, p := range credited {
		due := params.Refund(p.amount, p.first)
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
