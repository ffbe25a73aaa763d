package keeper_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/keeper"
	"github.com/weal-network/weal/x/job/types"
)

// scheduleGas is what the booked calls of a block may use.
const scheduleGas = 200_000

// booked is a booking as the test remembers it.
type booked struct {
	id, gas, every, times, due, round uint64
	owner, target                     common.Address
	value, funds                      int64
	kind                              byte
}

// calendar books at random and remembers, in the plainest way, who has how many
// coins, and whose turn it is.
type calendar struct {
	w     *world
	line  []*booked
	has   map[common.Address]int64
	fees  int64
	told  int64 // what targets were brought
	count uint64
}

func newCalendar(t *rapid.T) *calendar {
	x := &calendar{w: newWorld(t), has: map[common.Address]int64{}}
	p, err := x.w.Params(x.w.ctx)
	require.NoError(t, err)
	p.ScheduleGas, p.MaxBookings, p.MaxTimes, p.MaxAhead, p.KeepBlocks = scheduleGas, 5, 20, 30, 10
	authority := sdk.MustBech32ifyAddressBytes(weal.Bech32Prefix, addr("authority").Bytes())
	_, err = keeper.NewMsgServer(x.w.Keeper).UpdateParams(x.w.ctx, &types.MsgUpdateParams{Authority: authority, Params: p})
	require.NoError(t, err)
	for _, who := range people {
		x.has[who] = rich
	}
	return x
}

func (x *calendar) height() uint64 { return uint64(x.w.ctx.BlockHeight()) }

// wait puts a booking in the line of its block, after those of its owner's.
func (x *calendar) wait(b *booked) {
	b.round = 0
	for _, other := range x.line {
		if other != b && other.owner == b.owner && other.due == b.due {
			b.round++
		}
	}
}

func (x *calendar) Book(t *rapid.T) {
	who := person(t)
	b := &booked{
		gas: rapid.SampledFrom([]uint64{20_000, 21_040, 50_000, 120_000, 200_000, 200_001}).Draw(t, "gas"), owner: who, target: addr("target"),
		every: rapid.Uint64Range(0, 6).Draw(t, "every"), times: rapid.Uint64Range(0, 5).Draw(t, "times"),
		value: rapid.Int64Range(0, 3).Draw(t, "value"), kind: rapid.Byte().Draw(t, "kind") % 4,
	}
	first := rapid.SampledFrom([]uint64{0, x.height(), x.height() + 1, x.height() + 2, x.height() + 5, x.height() + 31}).Draw(t, "first")
	if b.due = first; first == 0 {
		b.due = x.height() + 1
	}
	err := x.w.try(func(ctx sdk.Context) error {
		made, funds, err := x.w.Keeper.Book(ctx, who, keeper.Plan{
			Target: b.target, Data: []byte{b.kind}, Gas: b.gas, First: first, Every: b.every, Times: b.times, Value: weal.NewAmount(uint64(b.value)),
		})
		if err != nil {
			return err
		}
		b.id, b.funds = made.Id, funds.Big().Int64()
		return x.w.bank.SendCoins(ctx, who.Bytes(), keeper.Account.Bytes(), coins(funds))
	})
	mine := 0
	for _, other := range x.line {
		if other.owner == who {
			mine++
		}
	}
	bad := b.gas < 21_010 || b.gas > scheduleGas || b.times == 0 || b.every == 0 && b.times > 1 ||
		b.due <= x.height() || b.due > x.height()+30 || mine >= 5
	cost := int64(b.times) * (int64(b.gas)*gasPrice + b.value)
	if bad || x.has[who] < cost {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	require.Equal(t, cost, b.funds)
	x.count++
	require.Equal(t, x.count, b.id)
	x.has[who] -= cost
	x.wait(b)
	x.line = append(x.line, b)
}

func (x *calendar) find(t *rapid.T) (uint64, *booked) {
	id := rapid.Uint64Range(1, x.count+1).Draw(t, "id")
	for _, b := range x.line {
		if b.id == id {
			return id, b
		}
	}
	return id, nil
}

func (x *calendar) Cancel(t *rapid.T) {
	id, b := x.find(t)
	who := person(t)
	err := x.w.try(func(ctx sdk.Context) error {
		_, refund, err := x.w.Keeper.Cancel(ctx, who, id)
		if err != nil {
			return err
		}
		return x.w.bank.SendCoins(ctx, keeper.Account.Bytes(), who.Bytes(), coins(refund))
	})
	if b == nil || b.owner != who {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	x.has[who] += b.funds
	x.remove(b)
}

func (x *calendar) remove(b *booked) {
	x.line = slices.DeleteFunc(x.line, func(o *booked) bool { return o == b })
}

func (x *calendar) Extend(t *rapid.T) {
	id, b := x.find(t)
	who, times := person(t), rapid.Uint64Range(0, 20).Draw(t, "times")
	err := x.w.try(func(ctx sdk.Context) error {
		_, cost, err := x.w.Keeper.Extend(ctx, id, times)
		if err != nil {
			return err
		}
		return x.w.bank.SendCoins(ctx, who.Bytes(), keeper.Account.Bytes(), coins(cost))
	})
	if b == nil || b.every == 0 || times == 0 || b.times+times > 20 || x.has[who] < int64(times)*(int64(b.gas)*gasPrice+b.value) {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	cost := int64(times) * (int64(b.gas)*gasPrice + b.value)
	x.has[who] -= cost
	b.funds, b.times = b.funds+cost, b.times+times
}

// Block makes what is due, in the order that the test expects.
func (x *calendar) Block(t *rapid.T) {
	heights := rapid.Uint64Range(1, 4).Draw(t, "heights")
	now := x.height() + heights
	due := slices.DeleteFunc(slices.Clone(x.line), func(b *booked) bool { return b.due > now })
	slices.SortFunc(due, func(a, b *booked) int {
		return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.round, b.round), cmp.Compare(a.id, b.id))
	})
	var want []byte
	left := uint64(scheduleGas)
	for i, b := range due {
		if b.gas > left && i > 0 {
			break
		}
		used := map[byte]uint64{works: b.gas - 5, reverts: min(30_000, b.gas), breaks: b.gas, panics: b.gas}[b.kind]
		used = max(used, types.CallGas)
		left -= min(left, used)
		want = append(want, b.kind)
		fee := int64(used) * gasPrice
		x.fees += fee
		b.funds -= fee
		if b.kind == works {
			b.funds -= b.value
			x.told += b.value
		}
		if b.times--; b.times == 0 {
			x.has[b.owner] += b.funds
			x.remove(b)
			continue
		}
		for b.due <= now {
			b.due += b.every
		}
		x.wait(b)
	}
	x.w.evm.made = nil
	x.w.block(t, int64(heights), 1)
	require.Len(t, x.w.evm.made, len(want))
	for i, c := range x.w.evm.made {
		require.Equal(t, want[i], c.Data[0], "call %d", i)
		require.Equal(t, keeper.Scheduler, c.From)
	}
}

// Restart exports the state and starts from it.
func (x *calendar) Restart(t *rapid.T) {
	gs, err := x.w.ExportGenesis(x.w.ctx)
	require.NoError(t, err)
	x.w.open(t, gs, x.w.ctx.BlockHeight(), x.w.ctx.BlockTime())
	again, err := x.w.ExportGenesis(x.w.ctx)
	require.NoError(t, err)
	require.Equal(t, gs, again)
	for _, r := range gs.Records {
		require.Greater(t, r.Height+11, x.height(), "old records are deleted")
	}
}

// Check compares what everybody has, and what is prepaid, to the last coin.
func (x *calendar) Check(t *rapid.T) {
	require.NoError(t, x.w.CheckInvariants(x.w.ctx))
	prepaid := int64(0)
	for _, b := range x.line {
		prepaid += b.funds
		got, err := x.w.Booking(x.w.ctx, b.id)
		require.NoError(t, err)
		require.Equal(t, []uint64{b.due, b.round, b.times}, []uint64{got.Due, uint64(got.Round), got.Times}, "booking %d", b.id)
	}
	held, err := x.w.Held(x.w.ctx)
	require.NoError(t, err)
	require.Equal(t, prepaid, held.Big().Int64())
	require.Equal(t, prepaid, x.w.bank.balances[keeper.Account], "exactly")
	require.Equal(t, x.fees, x.w.bank.balances[addr(authtypes.FeeCollectorName)])
	require.Equal(t, x.told, x.w.bank.balances[addr("target")])
	require.Zero(t, x.w.bank.balances[keeper.Scheduler])
	for who, n := range x.has {
		require.Equal(t, n, x.w.bank.balances[who], "%s", who)
	}
}

func TestBookings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := newCalendar(t)
		t.Repeat(map[string]func(*rapid.T){
			"": x.Check, "Book": x.Book, "Book2": x.Book, "Cancel": x.Cancel, "Extend": x.Extend,
			"Block": x.Block, "Block2": x.Block, "Restart": x.Restart,
		})
	})
}

// What a call does to its own booking does not reach what it may cost itself: it
// cancels it, and gets back all but that.
func TestCallCancelsItself(t *testing.T) {
	w := newWorld(t)
	alice := people[1]
	ctx := w.ctx
	b, funds, err := w.Keeper.Book(ctx, alice, keeper.Plan{Target: addr("target"), Data: []byte{works}, Gas: 50_000, Every: 1, Times: 3})
	require.NoError(t, err)
	require.NoError(t, w.bank.SendCoins(ctx, alice.Bytes(), keeper.Account.Bytes(), coins(funds)))
	w.evm.do = func(ctx sdk.Context, _ types.Call) {
		running, err := w.Running(ctx)
		require.NoError(t, err)
		require.Equal(t, b.Id, running.Id)
		_, refund, err := w.Keeper.Cancel(ctx, alice, b.Id)
		require.NoError(t, err)
		require.Equal(t, int64(2*50_000*gasPrice), refund.Big().Int64())
		require.NoError(t, w.bank.SendCoins(ctx, keeper.Account.Bytes(), alice.Bytes(), coins(refund)))
	}
	w.block(t, 1, 1)
	require.Len(t, w.evm.made, 1)
	require.EqualValues(t, rich-(50_000-5)*gasPrice, w.bank.balances[alice])
	require.Zero(t, w.bank.balances[keeper.Account])
	require.NoError(t, w.CheckInvariants(w.ctx))
	w.evm.do = nil
	w.block(t, 5, int64(time.Minute/time.Second))
	require.Len(t, w.evm.made, 1)
}
