package job_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/job"
	"github.com/weal-network/weal/precompile/solidity"
	jobkeeper "github.com/weal-network/weal/x/job/keeper"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

const (
	sigBook   = solidity.BookSignature
	sigCancel = "cancelBooking(uint256)"
	sigExtend = "extendBooking(uint256,uint64)"
	callGas   = 150_000
)

// book books calls for what they cost, and returns the booking's number.
func (w *world) book(from apptest.Account, target common.Address, first, every, times uint64, value int64) *big.Int {
	w.T.Helper()
	r := w.Pay(from, job.Address, int64(times)*(callGas*gasPrice+value), w.jobs.Input(sigBook, target, []byte{1}, uint64(callGas), first, every, times, n(value)))
	require.False(w.T, r.Failed(), r.Reason())
	out, err := w.jobs.Unpack(sigBook, r.Ret)
	require.NoError(w.T, err)
	return out[0].(*big.Int)
}

func (w *world) booking(id *big.Int) (b solidity.JobBooking, reason string) {
	w.T.Helper()
	values, reason := w.jobs.View(w.Accounts[0], "getBooking(uint256)", id)
	if reason == "" {
		b = *abi.ConvertType(values[0], new(solidity.JobBooking)).(*solidity.JobBooking)
	}
	return b, reason
}

// calls lists what booked calls came to.
func (w *world) calls(booking uint64) []jobtypes.CallRecord {
	w.T.Helper()
	res, err := jobtypes.NewQueryClient(w.Conn()).CallLogs(w.T.Context(), &jobtypes.QueryCallLogsRequest{Booking: booking})
	require.NoError(w.T, err)
	return res.Calls
}

// A booked call is made when it is due, by the scheduler, with its coins, and every
// so often; what it did not use goes back when the last was made.
func TestBooking(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	told := w.Deploy(alice, recorder())
	first := uint64(w.Height()) + 3
	id := w.book(alice, told, first, 2, 3, 7)
	w.holds(bond + 3*(callGas*gasPrice+7))
	b, _ := w.booking(id)
	require.Equal(t, first, b.Due)
	var fees int64
	for made := range int64(3) {
		for uint64(w.Height()) < first+2*uint64(made)-1 {
			w.Advance(1, time.Second)
			require.EqualValues(t, made, w.word(told, 0).Int64(), "not before")
		}
		w.Advance(1, time.Second)
		require.EqualValues(t, made+1, w.word(told, 0).Int64())
		require.EqualValues(t, 7*(made+1), w.Balance(told).Int64())
		calls := w.calls(id.Uint64())
		require.Len(t, calls, int(made)+1)
		last := calls[made]
		require.True(t, last.Ok, last.Reason)
		require.Equal(t, first+2*uint64(made), last.Height)
		require.Less(t, last.GasUsed, uint64(callGas))
		fees += int64(last.GasUsed) * gasPrice
		if made < 2 {
			w.holds(bond + 3*(callGas*gasPrice+7) - fees - 7*(made+1))
		}
	}
	require.Equal(t, jobkeeper.Scheduler, common.BigToAddress(w.word(told, 1)))
	require.EqualValues(t, 1, w.word(told, 2).Int64(), "with its data")
	w.holds(bond)
	_, reason := w.booking(id)
	require.Equal(t, "there is no booking 1: bad booking", reason)
	w.Advance(5, time.Second)
	require.EqualValues(t, 3, w.word(told, 0).Int64())
	require.Zero(t, w.Balance(jobkeeper.Scheduler).Sign())
}

// The owner has back, to the last coin, what its calls did not use.
func TestBookingRefund(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	told := w.Deploy(alice, recorder())
	id := w.book(alice, told, uint64(w.Height())+3, 0, 1, 0)
	got := w.gain(alice.EVM(), func() { w.Advance(3, time.Second) })
	used := w.calls(id.Uint64())[0].GasUsed
	require.Equal(t, n(int64(callGas-used)*gasPrice).String(), got)
	w.holds(bond)
}

// Logs of booked calls are found by a query, and are in the block's events.
func TestCallLogs(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	loud := w.Deploy(alice, program.New().Mstore([]byte("hello"), 0).Push(0x77).Push(5).Push0().Op(vm.LOG1))
	id := w.book(alice, loud, 0, 0, 1, 0)
	calls := w.calls(id.Uint64())
	if len(calls) == 0 {
		w.Advance(1, time.Second)
		calls = w.calls(id.Uint64())
	}
	require.Len(t, calls, 1)
	require.Equal(t, []jobtypes.CallLog{{Address: loud.Hex(), Topics: [][]byte{common.Hash{31: 0x77}.Bytes()}, Data: []byte("hello")}}, calls[0].Logs)
	require.Equal(t, calls, w.calls(0))
}

// A call that reverts, eats its gas or has no target costs its owner gas, and
// nobody else anything; coins that it was to bring stay.
func TestBookedFailures(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.Accounts[0], w.Accounts[1]
	loop := program.New()
	_, at := loop.Jumpdest()
	due := uint64(w.Height()) + 12
	eater := w.book(alice, w.Deploy(alice, loop.Push(at).Op(vm.JUMP)), due, 3, 2, 9)
	reverts := w.book(alice, w.Deploy(alice, program.New().Push0().Push0().Op(vm.REVERT)), due, 3, 2, 9)
	refused := w.book(alice, job.Address, due, 3, 2, 0)
	nobody := w.book(alice, common.Address{7}, due, 3, 2, 9)
	told := w.Deploy(bob, recorder())
	good := w.book(bob, told, due, 3, 2, 9)
	for w.Height() < int64(due) {
		w.Advance(1, time.Second)
	}
	for id, want := range map[*big.Int]string{eater: "out of gas", reverts: "execution reverted", refused: "call names no function", nobody: "", good: ""} {
		calls := w.calls(id.Uint64())
		require.Len(t, calls, 1)
		require.Equal(t, want, calls[0].Reason)
		require.Equal(t, want == "", calls[0].Ok)
	}
	require.EqualValues(t, callGas, w.calls(eater.Uint64())[0].GasUsed)
	require.EqualValues(t, 9, w.Balance(common.Address{7}).Int64())
	require.EqualValues(t, 1, w.word(told, 0).Int64())
	b, _ := w.booking(eater)
	require.EqualValues(t, callGas*gasPrice+2*9, b.Funds.Int64(), "gas of one call is gone, the coins of none")
	w.Advance(3, time.Second)
	require.EqualValues(t, 2, w.word(told, 0).Int64())
	require.EqualValues(t, 18, w.Balance(common.Address{7}).Int64())
	require.Zero(t, w.Balance(jobkeeper.Scheduler).Sign())
	w.holds(bond)
}

// Bookings that break a rule lock nothing; others than the owner cancel nothing.
func TestBookingRules(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.Accounts[0], w.Accounts[1]
	now := uint64(w.Height())
	to := common.Address{7}
	try := func(args ...any) string {
		return w.Pay(alice, job.Address, 1_000_000_000_000_000, w.jobs.Input(sigBook, args...)).Reason()
	}
	zero, one := uint64(0), uint64(1)
	require.Equal(t, "the target is the zero address: bad booking", try(common.Address{}, []byte{}, uint64(callGas), zero, zero, one, n(0)))
	require.Equal(t, "its gas is 20999; name 21000 to 6000000: bad booking", try(to, []byte{}, uint64(20_999), zero, zero, one, n(0)))
	require.Equal(t, "its gas is 6000001; name 21040 to 6000000: bad booking", try(to, []byte{1}, uint64(6_000_001), zero, zero, one, n(0)))
	require.Contains(t, try(to, []byte{}, uint64(callGas), now, zero, one, n(0)), "its first block is")
	require.Contains(t, try(to, []byte{}, uint64(callGas), now+1_000_000_000, zero, one, n(0)), "its first block is")
	require.Equal(t, "it would be made 0 times; name 1 to 1000000: bad booking", try(to, []byte{}, uint64(callGas), zero, zero, zero, n(0)))
	require.Equal(t, "it would be made every 0 blocks; name 1 to 31536000: bad booking", try(to, []byte{}, uint64(callGas), zero, zero, uint64(2), n(0)))
	require.Contains(t, try(to, make([]byte, 4097), uint64(callGas), zero, zero, one, n(0)), "its data have 4097 bytes")
	require.Contains(t, w.Pay(alice, job.Address, callGas*gasPrice-1, w.jobs.Input(sigBook, to, []byte{}, uint64(callGas), zero, zero, one, n(0))).Reason(), "send at least")
	w.jobs.Is(0, "bookingCount()")
	w.holds(bond)

	id := w.book(alice, to, now+100, 5, 4, 3)
	each := int64(callGas*gasPrice + 3)
	require.Equal(t, "booking 1 is "+alice.EVM().Hex()+"'s: bad booking", w.jobs.Send(bob, sigCancel, id).Reason())
	require.Contains(t, w.Pay(bob, job.Address, each-1, w.jobs.Input(sigExtend, id, one)).Reason(), "send at least")
	require.False(t, w.Pay(bob, job.Address, 5*each, w.jobs.Input(sigExtend, id, uint64(2))).Failed())
	w.holds(bond + 6*each)
	r := w.jobs.Must(alice, sigCancel, id)
	out, err := w.jobs.Unpack(sigCancel, r.Ret)
	require.NoError(t, err)
	require.Equal(t, []any{n(6 * each)}, out)
	w.holds(bond)
	require.Equal(t, "there is no booking 1: bad booking", w.jobs.Send(alice, sigCancel, id).Reason())
	once := w.book(alice, to, now+100, 0, 1, 0)
	require.Equal(t, "booking 2 is for one call; book another: bad booking", w.Pay(alice, job.Address, each, w.jobs.Input(sigExtend, once, one)).Reason())
}

// self is a contract that makes some calls when the scheduler calls it, and others
// when somebody else does.
func self(scheduled, others []contracttest.Step) *program.Program {
	p := program.New().Op(vm.CALLER).Push(jobkeeper.Scheduler).Op(vm.XOR)
	yes := contracttest.Script(vm.STOP, jumpless(scheduled)...)
	to := p.Size() + 4 + yes.Size()
	p.Append([]byte{byte(vm.PUSH2), byte(to >> 8), byte(to), byte(vm.JUMPI)})
	p.Append(yes.Bytes()).Op(vm.JUMPDEST)
	return p.Append(contracttest.Script(vm.STOP, jumpless(others)...).Bytes())
}

// jumpless makes steps ones that may fail: a script of these has no jumps, and so can
// be put behind other code.
func jumpless(steps []contracttest.Step) []contracttest.Step {
	out := append([]contracttest.Step{}, steps...)
	for i := range out {
		out[i].MayFail = true
	}
	return out
}

// A call that cancels its own booking gets what is left, and no more: what the call
// itself may cost is out of reach.
func TestSelfCancel(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	const gas, times = 200_000, 5
	// The contract's address is known before its code is: the booking names it.
	at := w.next(alice)
	book := contracttest.Step{
		To: job.Address, Value: times * gas * gasPrice,
		Data: w.jobs.Input(sigBook, at, []byte{}, uint64(gas), uint64(0), uint64(2), uint64(times), n(0)),
	}
	cancel := contracttest.Step{To: job.Address, Data: w.jobs.Input(sigCancel, n(1))}
	require.Equal(t, at, w.Deploy(alice, self([]contracttest.Step{cancel, cancel}, []contracttest.Step{book})))
	require.False(t, w.Pay(alice, at, times*gas*gasPrice, nil).Failed())
	for range 4 {
		w.Advance(1, time.Second)
	}
	calls := w.calls(1)
	require.Len(t, calls, 1)
	require.True(t, calls[0].Ok, calls[0].Reason)
	require.EqualValues(t, times*gas*gasPrice-int64(calls[0].GasUsed)*gasPrice, w.Balance(at).Int64())
	w.holds(bond)
}

// A contract that adds to its own booking in its last call lives on; and it knows
// by whom its call was booked.
func TestSelfExtend(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	const gas = 300_000
	at := w.next(alice)
	data := w.jobs.Input(sigBook, at, []byte{}, uint64(gas), uint64(0), uint64(1), uint64(1), n(0))
	extend := contracttest.Step{To: job.Address, Value: gas * gasPrice, Data: w.jobs.Input(sigExtend, n(1), uint64(1))}
	require.Equal(t, at, w.Deploy(alice, self([]contracttest.Step{extend}, []contracttest.Step{{To: job.Address, Value: gas * gasPrice, Data: data}})))
	require.False(t, w.Pay(alice, at, 3*gas*gasPrice, nil).Failed())
	w.Advance(8, time.Second)
	calls := w.calls(1)
	require.GreaterOrEqual(t, len(calls), 3, "it extends itself while it has coins")
	var used int64
	for _, c := range calls {
		require.True(t, c.Ok, c.Reason)
		used += int64(c.GasUsed)
	}
	held, err := w.App().JobKeeper.Held(w.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3*gas*gasPrice-used*gasPrice, w.Balance(at).Int64()+held.Big().Int64()-bond)
}

// A target sees whose booking calls it: anyone else's call is told from it.
func TestRunning(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.Accounts[0], w.Accounts[1]
	ask := w.jobs.Input("running()")
	p := program.New().Mstore(ask, 0).StaticCall(nil, job.Address, 0, len(ask), 0, 64).Op(vm.POP)
	p.Push0().Op(vm.MLOAD).Push0().Op(vm.SSTORE).Push(32).Op(vm.MLOAD).Push(1).Op(vm.SSTORE).Op(vm.STOP)
	sees := w.Deploy(alice, p)
	w.book(alice, sees, 0, 0, 1, 0)
	w.Advance(2, time.Second)
	require.Equal(t, alice.EVM(), common.BigToAddress(w.word(sees, 1)))
	second := w.book(bob, sees, 0, 0, 1, 0)
	w.Advance(2, time.Second)
	require.Equal(t, second, w.word(sees, 0))
	require.Equal(t, bob.EVM(), common.BigToAddress(w.word(sees, 1)))
	require.False(t, w.Run(bob, sees, nil).Failed())
	require.Zero(t, w.word(sees, 1).Sign(), "no booking runs in a transaction")
}

// next is where an account's next contract will be.
func (w *world) next(from apptest.Account) common.Address {
	return ethcrypto.CreateAddress(from.EVM(), w.App().AccountKeeper.GetAccount(w.Context(), from.Cosmos()).GetSequence())
}
