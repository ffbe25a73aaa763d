package job_test

import (
	"crypto/ed25519"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/job"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// A receipt that is not exactly the asset's for this request is refused, and so is
// one who is no operator.
func TestEvidence(t *testing.T) {
	w := newWorld(t)
	id := w.ask(w.Accounts[0], common.Address{}, 0)
	answer := []byte("because")
	send := func(evidence []byte) string {
		return w.jobs.Send(w.operator(), sigDeliver, id, answer, evidence).Reason()
	}
	for what, change := range map[string]func(*pay.Receipt){
		"the receipt is of another chain: bad evidence":                                                    func(r *pay.Receipt) { r.Chain[0]++ },
		"the receipt is of asset 2, the request to asset 1: bad evidence":                                  func(r *pay.Receipt) { r.Asset++ },
		"the receipt's input is not the request's: bad evidence":                                           func(r *pay.Receipt) { r.Input[0]++ },
		"the receipt's output is not the answer: bad evidence":                                             func(r *pay.Receipt) { r.Output[0]++ },
		"the receipt says 4999, the price is 5000: bad evidence":                                           func(r *pay.Receipt) { r.Amount = types.NewAmount(4999) },
		"the receipt names version 2; it must be from 1 to 1: bad evidence":                                func(r *pay.Receipt) { r.Version++ },
		"the receipt names lane 0/0/0 and seq 2; it must name lane 0/0/0 and the request, 1: bad evidence": func(r *pay.Receipt) { r.Seq++ },
		"the receipt names lane 1/0/0 and seq 1; it must name lane 0/0/0 and the request, 1: bad evidence": func(r *pay.Receipt) { r.Lane.Tab++ },
	} {
		require.Equal(t, what, send(w.evidence(id, answer, change)))
	}
	require.Contains(t, send(w.evidence(id, answer, func(r *pay.Receipt) { r.Order[0]++ })), "the receipt's order is ")
	require.Contains(t, send([]byte{1, 2, 3}), "bad evidence")
	// Another key.
	signed, err := pay.ParseSignedReceipt(w.evidence(id, answer, nil))
	require.NoError(t, err)
	forged, err := pay.SignGroup([]pay.Receipt{signed.Receipt}, ed25519.NewKeyFromSeed(append(make([]byte, 31), 1)))
	require.NoError(t, err)
	require.Contains(t, send(forged[0].Bytes()), "signature")
	mallory := w.Accounts[2]
	require.Equal(t, mallory.EVM().Hex()+" is none of asset 1's: not an operator", w.deliver(mallory, id, "because").Reason())
	w.holds(bond + price)
	require.Equal(t, "0", w.earned())
	w.must(id, "because")
	w.holds(bond)
}

// Two operators deliver in one block, and one of them twice: the first is paid.
func TestRace(t *testing.T) {
	w := newWorld(t)
	second := w.Accounts[5]
	w.hire(second, part)
	id := w.ask(w.Accounts[0], common.Address{}, 0)
	tx := func(from apptest.Account, answer string) []byte {
		return w.EVM(from, apptest.EVMTx{To: &job.Address, Gas: 1_000_000,
			Data: w.jobs.Input(sigDeliver, id, []byte(answer), w.evidence(id, []byte(answer), nil))})
	}
	results := w.Deliver(tx(w.operator(), "a"), tx(second, "b"), tx(w.operator(), "c"))
	require.False(t, w.Receipt(results[0]).Failed())
	for _, r := range results[1:] {
		require.Equal(t, "request 1 has ended: request is in another state", w.Receipt(r).Reason())
	}
	require.Equal(t, w.operator().EVM(), w.get(id).Operator)
	w.holds(2 * bond)
	require.Equal(t, "4500", w.earned())
}

// A request that nobody delivers goes back, whole, to its requester, even if that
// has no code; delivering after its time is refused in the very block.
func TestExpiry(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	id := w.ask(alice, w.Accounts[1].EVM(), 50_000)
	// A contract that asks in its constructor, and is gone when the coins come back.
	input := w.jobs.Input(sigRequest, w.asset, []byte{}, n(price), common.Address{}, uint64(0))
	gone := program.New().Mstore(input, 0)
	gone.Call(nil, job.Address, price, 0, len(input), 0, 0).Op(vm.POP)
	gone.Push(common.Address{9}).Op(vm.SELFDESTRUCT)
	r := w.Receipt(w.Deliver(w.EVM(alice, apptest.EVMTx{Data: gone.Bytes(), Value: n(price), Gas: 2_000_000}))[0])
	require.False(t, r.Failed(), r.VmError)
	ghost := w.get(n(2)).Requester
	require.Empty(t, w.App().EVMKeeper.GetCode(w.Context(), w.App().EVMKeeper.GetCodeHash(w.Context(), ghost)))
	w.holds(bond + 2*price + 50_000*gasPrice)

	w.Advance(1, 2*time.Hour) // the time is over, the blocks are not
	require.EqualValues(t, jobtypes.REQUEST_STATE_OPEN, w.get(id).State)
	w.Advance(1, time.Second)
	evidence := w.evidence(id, []byte("late"), nil)
	require.Equal(t, n(price+50_000*gasPrice).String(), w.gain(alice.EVM(), func() {
		r := w.jobs.Send(w.operator(), sigDeliver, id, []byte("late"), evidence)
		require.Equal(t, "request 1 has expired: request is in another state", r.Reason())
	}))
	require.EqualValues(t, jobtypes.REQUEST_STATE_EXPIRED, w.get(id).State)
	w.Advance(3, time.Second)
	require.EqualValues(t, price, w.Balance(ghost).Int64())
	w.holds(bond)
	require.Equal(t, "request 1 has ended: request is in another state", w.deliver(w.operator(), id, "later").Reason())
	_, reason := w.jobs.View(alice, "answerOf(uint256)", id)
	require.Equal(t, "request 1 has no answer: request is in another state", reason)
	// A month later it is forgotten.
	w.Advance(1, 31*24*time.Hour)
	_, reason = w.jobs.View(alice, sigGet, id)
	require.Equal(t, "request 1: request not found", reason)
}

// What a call-back does wrong is its own: the delivery stands and is paid.
func TestBadCallbacks(t *testing.T) {
	loop := program.New()
	_, at := loop.Jumpdest()
	bomb := program.New().Push(60_000).Push0()
	for name, code := range map[string]*program.Program{
		"reverts":        program.New().Push0().Push0().Op(vm.REVERT),
		"eats all gas":   loop.Push(at).Op(vm.JUMP),
		"is invalid":     program.New().Op(vm.INVALID),
		"reverts a bomb": program.New().Append(bomb.Bytes()).Op(vm.REVERT),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			told := w.Deploy(w.Accounts[0], code)
			id := w.ask(w.Accounts[0], told, 100_000)
			r := w.must(id, "because")
			require.Less(t, r.GasUsed, uint64(20_000_000), "no more than was asked for")
			require.EqualValues(t, jobtypes.CALLBACK_STATE_FAILED, w.get(id).CallbackState)
			w.holds(bond)
			require.Equal(t, "4500", w.earned())
			_, reason := w.jobs.View(w.Accounts[0], "answerOf(uint256)", id)
			require.Empty(t, reason)
		})
	}
	// No code, a return bomb and a contract that destroys itself.
	w := newWorld(t)
	nobody := w.ask(w.Accounts[0], common.Address{8}, 100_000)
	bomber := w.ask(w.Accounts[0], w.Deploy(w.Accounts[0], bomb.Op(vm.RETURN)), 100_000)
	dead := w.Deploy(w.Accounts[0], program.New().Push(common.Address{9}).Op(vm.SELFDESTRUCT))
	suicide := w.ask(w.Accounts[0], dead, 100_000)
	for id, want := range map[int64]jobtypes.CallbackState{
		nobody.Int64(): jobtypes.CALLBACK_STATE_FAILED, bomber.Int64(): jobtypes.CALLBACK_STATE_DONE, suicide.Int64(): jobtypes.CALLBACK_STATE_DONE,
	} {
		w.must(n(id), "because")
		require.EqualValues(t, want, w.get(n(id)).CallbackState)
	}
	w.holds(bond)
}

// An operator cannot have a call-back fail by giving it less gas than was paid for:
// then nothing is delivered.
func TestStarvedCallback(t *testing.T) {
	w := newWorld(t)
	told := w.Deploy(w.Accounts[0], recorder())
	id := w.ask(w.Accounts[0], told, 1_000_000)
	data := w.jobs.Input(sigDeliver, id, []byte("x"), w.evidence(id, []byte("x"), nil))
	for gas := uint64(300_000); gas < 1_300_000; gas += 90_000 {
		r := w.Receipt(w.Deliver(w.EVM(w.operator(), apptest.EVMTx{To: &job.Address, Data: data, Gas: gas}))[0])
		state := w.get(id)
		if r.Failed() {
			require.EqualValues(t, jobtypes.REQUEST_STATE_OPEN, state.State)
			continue
		}
		require.EqualValues(t, jobtypes.CALLBACK_STATE_DONE, state.CallbackState, gas)
		return
	}
	t.Fatal("it is never delivered")
}

// A call-back that calls back finds the request answered: it can ask on, and do
// nothing else that it could not do anyway.
func TestReentrantCallback(t *testing.T) {
	w := newWorld(t)
	mallory := w.Accounts[0]
	evidence := w.evidence(w.ask(mallory, common.Address{}, 0), []byte("x"), nil)
	w.must(n(1), "x")
	fails := func(data []byte, value int64) contracttest.Step {
		return contracttest.Step{To: job.Address, Data: data, Value: value, MayFail: true}
	}
	told := w.Deploy(mallory, contracttest.Script(vm.STOP,
		fails(w.jobs.Input(sigDeliver, n(2), []byte("x"), evidence), 0),
		fails(w.jobs.Input(sigRetry, n(2)), 0),
		fails(w.jobs.Input(sigCalled, n(2), false), 0),
		fails(w.jobs.Input("withdraw(uint256)", w.asset), 0),
		fails(w.jobs.Input("bond(uint256)", w.asset), 10),
		contracttest.Step{To: job.Address, Value: price + 1, Data: w.jobs.Input(sigRequest, w.asset, []byte{}, n(price), common.Address{}, uint64(0))},
	))
	// It has coins to ask with: a script takes none, so they come from genesis' account.
	give := program.New().Push(told).Op(vm.SELFDESTRUCT)
	r := w.Receipt(w.Deliver(w.EVM(mallory, apptest.EVMTx{Data: give.Bytes(), Value: n(price + 1), Gas: 1_000_000}))[0])
	require.False(t, r.Failed(), r.VmError)
	require.EqualValues(t, price+1, w.Balance(told).Int64())
	id := w.ask(mallory, told, 1_000_000)
	w.must(id, "y")
	require.EqualValues(t, jobtypes.CALLBACK_STATE_DONE, w.get(id).CallbackState)
	require.EqualValues(t, jobtypes.REQUEST_STATE_OPEN, w.get(n(3)).State, "it asked on")
	require.Equal(t, told, w.get(n(3)).Requester)
	require.EqualValues(t, 1, w.Balance(told).Int64())
	w.holds(bond + price)
	require.Equal(t, "9000", w.earned())
	// In the transaction that asks, nobody delivers.
	w.must(n(3), "z")
	w.holds(bond)
}

// A call-back that failed is tried again: by others a few times, by the requester
// until it works.
func TestRetry(t *testing.T) {
	w := newWorld(t)
	alice, mallory := w.Accounts[0], w.Accounts[2]
	// It works once its first slot is set, which whoever sends no data does.
	p := program.New().Op(vm.CALLDATASIZE).Push(11).Op(vm.JUMPI).Push(1).Push0().Op(vm.SSTORE, vm.STOP)
	for p.Size() < 11 {
		p.Op(vm.STOP)
	}
	p.Op(vm.JUMPDEST).Push0().Op(vm.SLOAD).Push(20).Op(vm.JUMPI).Push0().Push0().Op(vm.REVERT)
	for p.Size() < 20 {
		p.Op(vm.STOP)
	}
	told := w.Deploy(alice, p.Op(vm.JUMPDEST, vm.STOP))
	id := w.ask(alice, told, 100_000)
	require.Equal(t, "that of request 1 has not failed: no call-back", w.jobs.Send(alice, sigRetry, id).Reason())
	w.must(id, "because")
	require.Equal(t, "this function is the contract's own: no call-back", w.jobs.Send(mallory, sigCalled, id, true).Reason())
	for range 2 {
		w.jobs.Must(mallory, sigRetry, id)
	}
	require.Equal(t, "that of request 1 was tried 3 times; only "+alice.EVM().Hex()+" may go on: no call-back", w.jobs.Send(mallory, sigRetry, id).Reason())
	w.jobs.Must(alice, sigRetry, id)
	require.EqualValues(t, 4, w.get(id).Tries)
	require.EqualValues(t, jobtypes.CALLBACK_STATE_FAILED, w.get(id).CallbackState)
	require.False(t, w.Run(alice, told, nil).Failed())
	w.jobs.Must(alice, sigRetry, id)
	require.EqualValues(t, jobtypes.CALLBACK_STATE_DONE, w.get(id).CallbackState)
	require.Equal(t, "that of request 1 has not failed: no call-back", w.jobs.Send(alice, sigRetry, id).Reason())
	w.holds(bond)
}

// The price is that of the day of the request; who may use a closed asset may ask.
func TestPriceAndAccess(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.Accounts[0], w.Accounts[1]
	id := w.ask(alice, common.Address{}, 0)
	closed := solidity.Licence{Kind: uint8(types.LicenceOpen), Closed: true, Slots: []*big.Int{}}
	w.assets.Must(w.maker(), solidity.UpdateSignature, w.asset, solidity.Update{
		Manifest: [32]byte{2}, Uri: "https://example.org/2", Licence: closed,
		Prices: []solidity.Price{{Unit: "use", Denom: aweal, Amount: n(9 * price)}},
	})
	input := w.jobs.Input(sigRequest, w.asset, []byte{}, n(9*price), common.Address{}, uint64(0))
	require.Equal(t, "asset 1: it has no credential: asset is closed", w.Pay(bob, job.Address, 9*price, input).Reason())
	w.assets.Must(w.maker(), "grant(uint256,address,uint64,uint64)", w.asset, bob.EVM(), uint64(0), uint64(0))
	r := w.Pay(bob, job.Address, 9*price, input)
	require.False(t, r.Failed(), r.Reason())
	// The receipt may name the version of the request's, or a later one.
	evidence := w.evidence(id, []byte("x"), func(r *pay.Receipt) { r.Version = 2 })
	w.jobs.Must(w.operator(), sigDeliver, id, []byte("x"), evidence)
	w.holds(bond + 9*price)
	require.Equal(t, "4500", w.earned())
	require.Equal(t, "the receipt names version 1; it must be from 2 to 2: bad evidence",
		w.jobs.Send(w.operator(), sigDeliver, n(2), []byte("x"), w.evidence(n(2), []byte("x"), func(r *pay.Receipt) { r.Version = 1 })).Reason())
	w.must(n(2), "x")
	w.holds(bond)
}

// What a call around a request or a delivery undoes, is undone with its coins; and
// borrowed code does nothing.
func TestUndone(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	ask := w.jobs.Input(sigRequest, w.asset, []byte{}, n(price), common.Address{}, uint64(0))
	undone := w.Deploy(alice, contracttest.Script(vm.REVERT, contracttest.Step{To: job.Address, Value: price, Data: ask}))
	require.True(t, w.Pay(alice, undone, price, []byte{1}).Failed())
	borrowed := w.Deploy(alice, contracttest.Script(vm.STOP, contracttest.Step{To: job.Address, Data: ask, Op: vm.DELEGATECALL}))
	require.Contains(t, w.Pay(alice, borrowed, price, []byte{1}).Reason(), "called, not borrowed")
	w.jobs.Is(0, "requestCount()")
	w.holds(bond)

	// An operator that is a contract, whose delivery is undone around it.
	id := w.ask(alice, common.Address{}, 0)
	data := w.jobs.Input(sigDeliver, id, []byte("x"), w.evidence(id, []byte("x"), nil))
	inner := w.Deploy(alice, contracttest.Script(vm.REVERT, contracttest.Step{To: job.Address, Data: data}))
	outer := w.Deploy(alice, contracttest.Script(vm.STOP, contracttest.Step{To: inner, MayFail: true}))
	w.jobs.Must(w.maker(), "authorise(uint256,address,uint32)", w.asset, inner, uint32(part))
	require.False(t, w.Run(alice, outer, nil).Failed())
	require.EqualValues(t, jobtypes.REQUEST_STATE_OPEN, w.get(id).State)
	w.holds(bond + price)
	require.Equal(t, "0", w.earned())
}
