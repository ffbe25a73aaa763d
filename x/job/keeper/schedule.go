package keeper

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// Scheduler is who booked calls come from.
var Scheduler = common.HexToAddress(weal.Scheduler)

// maxReasonBytes bounds what is kept of why a call failed.
const maxReasonBytes = 256

// recordsPerBlock is how many old records are deleted: more than a block can make.
const recordsPerBlock = 2 * weal.BlockGas / types.CallGas

// BeginBlock makes the booked calls that are due, overdue ones first, until the
// block's gas for them is used up; the others are overdue in the next. The first is
// made whatever gas it needs, which was little enough when it was booked.
func (k Keeper) BeginBlock(ctx sdk.Context) error {
	p, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	line, err := k.line(ctx, int(p.ScheduleGas/types.CallGas)+1)
	if err != nil {
		return err
	}
	left, fees, position := p.ScheduleGas, weal.Amount{}, uint32(0)
	for _, key := range line {
		if waits, err := k.due.Has(ctx, key); err != nil || !waits {
			if err != nil {
				return err
			}
			continue // a call before it cancelled it
		}
		b, err := k.Booking(ctx, key.K3())
		if err != nil {
			return err
		}
		if b.Gas > left && position > 0 {
			break
		}
		used, fee, err := k.make(ctx, p, b, position)
		if err != nil {
			return err
		}
		left -= min(left, used)
		if fees, err = types.Sum(fees.String(), fee.String()); err != nil {
			return err
		}
		position++
	}
	if !fees.IsZero() {
		if err := k.bank.SendCoinsFromAccountToModule(ctx, Account.Bytes(), authtypes.FeeCollectorName, coins(fees)); err != nil {
			return err
		}
	}
	return k.forgetRecords(ctx, p)
}

// line returns the first keys of what is due by now, at most limit. It closes the
// iterator: calls write to what it reads.
func (k Keeper) line(ctx sdk.Context, limit int) (out []dueKey, err error) {
	to := collections.Join3(uint64(ctx.BlockHeight())+1, uint64(0), uint64(0))
	it, err := k.due.Iterate(ctx, new(collections.Range[dueKey]).EndExclusive(to))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(out) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

// make makes one call and returns the gas that it used and what that costs. What the
// call may cost leaves the booking before, so that nothing that it does to its own
// booking can take it away; what is left comes back after.
func (k Keeper) make(ctx sdk.Context, p types.Params, b types.Booking, position uint32) (used uint64, fee weal.Amount, err error) {
	reserve, err := b.Reserve()
	if err != nil {
		return 0, fee, types.ErrBroken.Wrapf("booking %d: %s", b.Id, err)
	}
	if err := k.begin(ctx, b, reserve); err != nil {
		return 0, fee, err
	}
	if err := k.running.Set(ctx, b.Id); err != nil {
		return 0, fee, err
	}
	o := k.call(ctx, b)
	if err := k.running.Remove(ctx); err != nil {
		return 0, fee, err
	}
	used = min(max(o.GasUsed, types.CallGas), b.Gas)
	price, err := weal.ParseAmount(b.GasPrice)
	if err != nil {
		return used, fee, types.ErrBroken.Wrapf("booking %d: %s", b.Id, err)
	}
	fee, _ = price.Mul(used) // no more than the reserve
	spent := fee
	if o.OK {
		if spent, err = types.Sum(fee.String(), b.Value); err != nil {
			return used, fee, err
		}
	}
	rest, ok := reserve.Sub(spent)
	if !ok {
		return used, fee, types.ErrBroken.Wrapf("booking %d cost %s, more than %s", b.Id, spent, reserve)
	}
	if err := k.record(ctx, p, b, position, used, o); err != nil {
		return used, fee, err
	}
	return used, fee, k.finish(ctx, b, rest)
}

// begin takes a call's reserve and its turn, and lets the booking wait for the next.
func (k Keeper) begin(ctx sdk.Context, b types.Booking, reserve weal.Amount) error {
	if err := k.dequeue(ctx, b); err != nil {
		return err
	}
	funds, err := weal.ParseAmount(b.Funds)
	if err != nil {
		return types.ErrBroken.Wrapf("booking %d: %s", b.Id, err)
	}
	rest, ok := funds.Sub(reserve)
	if !ok {
		return types.ErrBroken.Wrapf("booking %d has %s, less than %s", b.Id, funds, reserve)
	}
	b.Funds, b.Times, b.Runs = rest.String(), b.Times-1, b.Runs+1
	if b.Times == 0 {
		b.Due, b.Round = 0, 0
		return k.bookings.Set(ctx, b.Id, b)
	}
	b.Due = b.Next(uint64(ctx.BlockHeight()))
	if err := k.enqueue(ctx, &b); err != nil {
		return err
	}
	return k.bookings.Set(ctx, b.Id, b)
}

// call makes a call on a branch, with a meter of its own. What fails or panics
// leaves nothing but what it used.
func (k Keeper) call(ctx sdk.Context, b types.Booking) (o types.Outcome) {
	defer func() {
		if recover() != nil {
			o = types.Outcome{GasUsed: b.Gas, Reason: "the call broke the machine"}
		}
	}()
	cached, write := ctx.CacheContext()
	value, err := weal.ParseAmount(b.Value)
	if err != nil {
		return types.Outcome{Reason: err.Error()}
	}
	price, err := weal.ParseAmount(b.GasPrice)
	if err != nil {
		return types.Outcome{Reason: err.Error()}
	}
	if err := k.pay(cached, Account, Scheduler, value); err != nil {
		return types.Outcome{Reason: err.Error()}
	}
	o, err = k.evm.Call(cached, types.Call{
		From: Scheduler, To: common.HexToAddress(b.Target), Value: value, GasPrice: price, Gas: b.Gas, Data: b.Data,
	})
	if err != nil {
		return types.Outcome{GasUsed: b.Gas, Reason: "the call could not be made"}
	}
	if o.OK {
		write()
	} else {
		o.Logs = nil
	}
	return o
}

// finish gives what is left of a call's reserve back: to the booking, or with all
// else to the owner if there are no more calls.
func (k Keeper) finish(ctx sdk.Context, made types.Booking, rest weal.Amount) error {
	b, err := k.bookings.Get(ctx, made.Id)
	gone := errors.Is(err, collections.ErrNotFound) // it cancelled itself
	if err != nil && !gone {
		return err
	}
	if !gone {
		funds, err := types.Sum(b.Funds, rest.String())
		if err != nil {
			return err
		}
		b.Funds = funds.String()
		if b.Times > 0 {
			return k.bookings.Set(ctx, b.Id, b)
		}
		if rest, err = k.drop(ctx, b); err != nil {
			return err
		}
	}
	cached, write := ctx.CacheContext()
	if err := k.pay(cached, Account, common.HexToAddress(made.Owner), rest); err != nil {
		// The chain pays the owner nothing any more: what it left is nobody's.
		emit(ctx, types.EventKeep, types.AttrID, made.Id, types.AttrReason, err)
		return nil
	}
	write()
	return nil
}

// record keeps what a call came to, and says it in events.
func (k Keeper) record(ctx sdk.Context, p types.Params, b types.Booking, position uint32, used uint64, o types.Outcome) error {
	r := types.CallRecord{
		Height: uint64(ctx.BlockHeight()), Position: position, Booking: b.Id, Owner: b.Owner, Target: b.Target,
		Ok: o.OK, GasUsed: used, Reason: o.Reason[:min(len(o.Reason), maxReasonBytes)],
	}
	r.Reason = strings.ToValidUTF8(r.Reason, "")
	emit(ctx, types.EventCall, types.AttrID, b.Id, types.AttrOwner, b.Owner, types.AttrTarget, b.Target,
		types.AttrOK, o.OK, types.AttrGasUsed, used, types.AttrReason, r.Reason)
	size := 0
	for _, l := range o.Logs {
		topics := make([]string, len(l.Topics))
		for i, t := range l.Topics {
			topics[i] = fmt.Sprintf("0x%x", t)
		}
		emit(ctx, types.EventLog, types.AttrID, b.Id, types.AttrAddress, l.Address,
			types.AttrTopics, strings.Join(topics, ","), types.AttrData, fmt.Sprintf("0x%x", l.Data))
		if size += common.AddressLength + common.HashLength*len(l.Topics) + len(l.Data); r.Cut || size > int(p.MaxLogBytes) {
			r.Cut = true
			continue
		}
		r.Logs = append(r.Logs, l)
	}
	return k.addRecord(ctx, r)
}

func (k Keeper) addRecord(ctx context.Context, r types.CallRecord) error {
	if err := k.records.Set(ctx, collections.Join(r.Height, uint64(r.Position)), r); err != nil {
		return err
	}
	return k.calls.Set(ctx, collections.Join(r.Booking, r.Height), uint64(r.Position))
}

// forgetRecords deletes old records.
func (k Keeper) forgetRecords(ctx sdk.Context, p types.Params) error {
	height := uint64(ctx.BlockHeight())
	if height <= p.KeepBlocks {
		return nil
	}
	old, err := firstRecords(ctx, k.records, height-p.KeepBlocks)
	if err != nil {
		return err
	}
	for _, r := range old {
		if err := k.records.Remove(ctx, collections.Join(r.Height, uint64(r.Position))); err != nil {
			return err
		}
		if err := k.calls.Remove(ctx, collections.Join(r.Booking, r.Height)); err != nil {
			return err
		}
	}
	return nil
}

// firstRecords returns records of blocks before height, at most recordsPerBlock.
func firstRecords(ctx context.Context, records collections.Map[byNumber, types.CallRecord], height uint64) (out []types.CallRecord, err error) {
	it, err := records.Iterate(ctx, new(collections.Range[byNumber]).EndExclusive(collections.Join(height, uint64(0))))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(out) < recordsPerBlock; it.Next() {
		r, err := it.Value()
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
