package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// Plan is a call to be made at a later time.
type Plan struct {
	Target common.Address
	Data   []byte
	Gas    uint64
	// First is the block of the first call, 0 the next; Every is after how many blocks
	// it is made again, Times how often in all. Value is what each call brings.
	First, Every, Times uint64
	Value               weal.Amount
}

// Booking returns a booking, or types.ErrBooking.
func (k Keeper) Booking(ctx context.Context, id uint64) (types.Booking, error) {
	b, err := k.bookings.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrBooking.Wrapf("there is no booking %d", id)
	}
	return b, err
}

// BookedCount returns how many bookings were ever made.
func (k Keeper) BookedCount(ctx context.Context) (uint64, error) { return k.booked.Peek(ctx) }

// Running returns the booking whose call is being made; zero if none is.
func (k Keeper) Running(ctx context.Context) (types.Booking, error) {
	id, err := k.running.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Booking{}, nil
	}
	if err != nil {
		return types.Booking{}, err
	}
	b, err := k.bookings.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Booking{Id: id}, nil // it cancelled itself
	}
	return b, err
}

// GasPrice returns what a unit of gas costs that is paid ahead.
func (k Keeper) GasPrice(ctx context.Context) (weal.Amount, error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return weal.Amount{}, err
	}
	return k.gasPrice(ctx, p)
}

// Book books calls for caller. What they cost is in the contract's account already.
func (k Keeper) Book(ctx sdk.Context, caller common.Address, plan Plan) (b types.Booking, funds weal.Amount, err error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return b, funds, err
	}
	now := uint64(ctx.BlockHeight())
	if plan.First == 0 {
		plan.First = now + 1
	}
	if err := k.checkPlan(ctx, p, caller, plan, now); err != nil {
		return b, funds, err
	}
	price, err := k.gasPrice(ctx, p)
	if err != nil {
		return b, funds, err
	}
	n, err := k.booked.Next(ctx)
	if err != nil {
		return b, funds, err
	}
	b = types.Booking{
		Id: n + 1, Owner: caller.Hex(), Target: plan.Target.Hex(), Data: plan.Data, Gas: plan.Gas, GasPrice: price.String(),
		Value: plan.Value.String(), Every: plan.Every, Times: plan.Times, Due: plan.First,
	}
	if funds, err = b.Cost(b.Times); err != nil {
		return b, funds, err
	}
	b.Funds = funds.String()
	if err := k.enqueue(ctx, &b); err != nil {
		return b, funds, err
	}
	emit(ctx, types.EventBook, types.AttrID, b.Id, types.AttrOwner, b.Owner, types.AttrTarget, b.Target,
		types.AttrDue, b.Due, types.AttrEvery, b.Every, types.AttrTimes, b.Times, types.AttrFunds, b.Funds)
	return b, funds, k.addBooking(ctx, b)
}

func (k Keeper) checkPlan(ctx context.Context, p types.Params, caller common.Address, plan Plan, now uint64) error {
	if err := k.payable(caller); err != nil {
		return err
	}
	least, err := core.IntrinsicGas(plan.Data, nil, nil, false, true, true, true)
	if err != nil {
		return types.ErrBooking.Wrap(err.Error())
	}
	floor, err := core.FloorDataGas(plan.Data)
	if err != nil {
		return types.ErrBooking.Wrap(err.Error())
	}
	owned, err := orZero(k.owned.Get(ctx, caller.Bytes()))
	switch {
	case err != nil:
		return err
	case owned >= p.MaxBookings:
		return types.ErrLimit.Wrapf("%s has %d bookings", caller, owned)
	case plan.Target == common.Address{}:
		return types.ErrBooking.Wrap("the target is the zero address")
	case len(plan.Data) > int(p.MaxDataBytes):
		return types.ErrBooking.Wrapf("its data have %d bytes, more than %d", len(plan.Data), p.MaxDataBytes)
	case plan.Gas < max(least, floor) || plan.Gas > p.ScheduleGas:
		return types.ErrBooking.Wrapf("its gas is %d; name %d to %d", plan.Gas, max(least, floor), p.ScheduleGas)
	case plan.First <= now || plan.First-now > p.MaxAhead:
		return types.ErrBooking.Wrapf("its first block is %d; name one from %d to %d", plan.First, now+1, now+p.MaxAhead)
	case plan.Times == 0 || plan.Times > p.MaxTimes:
		return types.ErrBooking.Wrapf("it would be made %d times; name 1 to %d", plan.Times, p.MaxTimes)
	case plan.Every == 0 && plan.Times > 1 || plan.Every > p.MaxAhead:
		return types.ErrBooking.Wrapf("it would be made every %d blocks; name 1 to %d", plan.Every, p.MaxAhead)
	}
	return nil
}

// Extend adds calls to a booking, at its own price of gas, for what they cost. What
// that is is in the contract's account already.
func (k Keeper) Extend(ctx sdk.Context, id, times uint64) (b types.Booking, cost weal.Amount, err error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return b, cost, err
	}
	if b, err = k.Booking(ctx, id); err != nil {
		return b, cost, err
	}
	price, err := k.gasPrice(ctx, p)
	if err != nil {
		return b, cost, err
	}
	booked, err := weal.ParseAmount(b.GasPrice)
	switch {
	case err != nil:
		return b, cost, types.ErrBroken.Wrapf("booking %d: %s", id, err)
	case price.Cmp(booked) > 0:
		return b, cost, types.ErrFee.Wrapf("gas costs %s now, and booking %d pays %s; book anew", price, id, booked)
	case b.Every == 0:
		return b, cost, types.ErrBooking.Wrapf("booking %d is for one call; book another", id)
	case times == 0 || times > p.MaxTimes || b.Times+times > p.MaxTimes:
		return b, cost, types.ErrBooking.Wrapf("it would be made %d times more; name 1 to %d", b.Times+times, p.MaxTimes)
	}
	if cost, err = b.Cost(times); err != nil {
		return b, cost, err
	}
	funds, err := types.Sum(b.Funds, cost.String())
	if err != nil {
		return b, cost, err
	}
	b.Funds, b.Times = funds.String(), b.Times+times
	if b.Due == 0 { // its last call is being made
		b.Due = uint64(ctx.BlockHeight()) + b.Every
		if err := k.enqueue(ctx, &b); err != nil {
			return b, cost, err
		}
	}
	emit(ctx, types.EventBook, types.AttrID, b.Id, types.AttrOwner, b.Owner, types.AttrTarget, b.Target,
		types.AttrDue, b.Due, types.AttrEvery, b.Every, types.AttrTimes, b.Times, types.AttrFunds, b.Funds)
	return b, cost, k.bookings.Set(ctx, id, b)
}

// Cancel ends a booking, sent by its owner. The contract has still to pay back what
// is left.
func (k Keeper) Cancel(ctx context.Context, caller common.Address, id uint64) (types.Booking, weal.Amount, error) {
	b, err := k.Booking(ctx, id)
	if err != nil {
		return b, weal.Amount{}, err
	}
	if b.Owner != caller.Hex() {
		return b, weal.Amount{}, types.ErrBooking.Wrapf("booking %d is %s's", id, b.Owner)
	}
	if b.Due != 0 {
		if err := k.dequeue(ctx, b); err != nil {
			return b, weal.Amount{}, err
		}
	}
	refund, err := k.drop(ctx, b)
	return b, refund, err
}

// drop removes a booking that is not queued and returns what is left of its funds.
func (k Keeper) drop(ctx context.Context, b types.Booking) (weal.Amount, error) {
	owner := sdk.AccAddress(common.HexToAddress(b.Owner).Bytes())
	if err := k.bookings.Remove(ctx, b.Id); err != nil {
		return weal.Amount{}, err
	}
	if err := k.ofOwner.Remove(ctx, collections.Join(owner, b.Id)); err != nil {
		return weal.Amount{}, err
	}
	if err := add(ctx, k.owned, owner, -1); err != nil {
		return weal.Amount{}, err
	}
	emit(ctx, types.EventCancel, types.AttrID, b.Id, types.AttrOwner, b.Owner, types.AttrRefund, b.Funds)
	return weal.ParseAmount(b.Funds)
}

// addBooking stores a booking that was not there, with what finds it.
func (k Keeper) addBooking(ctx context.Context, b types.Booking) error {
	owner := sdk.AccAddress(common.HexToAddress(b.Owner).Bytes())
	if err := k.bookings.Set(ctx, b.Id, b); err != nil {
		return err
	}
	if err := k.ofOwner.Set(ctx, collections.Join(owner, b.Id)); err != nil {
		return err
	}
	return add(ctx, k.owned, owner, 1)
}

// enqueue puts a booking in the line of its block, in the turn after those of its
// owner's that are there.
func (k Keeper) enqueue(ctx context.Context, b *types.Booking) error {
	turn := collections.Join(b.Due, sdk.AccAddress(common.HexToAddress(b.Owner).Bytes()))
	n, err := orZero(k.turns.Get(ctx, turn))
	if err != nil {
		return err
	}
	b.Round = n
	if err := k.due.Set(ctx, collections.Join3(b.Due, uint64(b.Round), b.Id)); err != nil {
		return err
	}
	return k.turns.Set(ctx, turn, n+1)
}

func (k Keeper) dequeue(ctx context.Context, b types.Booking) error {
	if err := k.due.Remove(ctx, collections.Join3(b.Due, uint64(b.Round), b.Id)); err != nil {
		return err
	}
	return add(ctx, k.turns, collections.Join(b.Due, sdk.AccAddress(common.HexToAddress(b.Owner).Bytes())), -1)
}
