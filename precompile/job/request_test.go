package job_test

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/job"
	"github.com/weal-network/weal/precompile/solidity"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// A request is paid ahead and delivered; the asset, the operator and the requester
// have what is theirs, and the contract is told with the gas that it asked for.
func TestAnswer(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	told := w.Deploy(alice, recorder())
	const gas = 120_000
	before := w.Balance(alice.EVM())
	id := w.ask(alice, told, gas)
	w.holds(bond + price + gas*gasPrice)
	require.Equal(t, 1, new(big.Int).Sub(before, w.Balance(alice.EVM())).Cmp(n(price+gas*gasPrice)), "it paid its fee besides")
	r := w.get(id)
	require.EqualValues(t, jobtypes.REQUEST_STATE_OPEN, r.State)
	require.EqualValues(t, jobtypes.CALLBACK_STATE_WAITING, r.CallbackState)
	require.Equal(t, "why?", string(r.Input.Data))

	res := w.must(id, "because")
	require.Equal(t, []string{
		"Answered 1 1 " + word(w.operator().EVM()) + " " + n(price/10+gas*gasPrice).String() + " 4500",
		"Called 1 " + word(told),
	}, w.jobs.Logs(res))
	w.holds(bond)
	require.Equal(t, "4500", w.earned())
	require.EqualValues(t, 1, w.word(told, 0).Int64(), "it was called once")
	require.Equal(t, job.Address, common.BigToAddress(w.word(told, 1)))
	seen := w.word(told, 3).Int64()
	require.Less(t, int64(gas-100), seen+2, "it has the gas that it asked for, less the first instruction's")
	require.LessOrEqual(t, seen, int64(gas))

	r = w.get(id)
	require.EqualValues(t, jobtypes.REQUEST_STATE_ANSWERED, r.State)
	require.EqualValues(t, jobtypes.CALLBACK_STATE_DONE, r.CallbackState)
	require.Equal(t, w.operator().EVM(), r.Operator)
	values, reason := w.jobs.View(alice, "answerOf(uint256)", id)
	require.Empty(t, reason)
	require.Equal(t, "because", string(abi.ConvertType(values[0], new(solidity.JobContent)).(*solidity.JobContent).Data))
	signed, err := pay.ParseSignedReceipt(values[1].([]byte))
	require.NoError(t, err)
	require.NoError(t, signed.Verify(pay.PublicKey(key)))
	require.Equal(t, "request 1 has ended: request is in another state", w.deliver(w.operator(), id, "again").Reason())
}

// What is sent too much comes back in the same call.
func TestChange(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	input := w.jobs.Input(sigRequest, w.asset, []byte{}, n(price), common.Address{}, uint64(0))
	r := w.Pay(alice, job.Address, price-1, input)
	require.Equal(t, "send at least 5000aweal, not 4999: fee does not fit", r.Reason())
	w.holds(bond)
	r = w.Pay(alice, job.Address, 1_000_000, input)
	require.False(t, r.Failed(), r.Reason())
	w.holds(bond + price)
}

// Refused requests lock nothing.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	dear := w.register([]solidity.Price{{Unit: "use", Denom: "uusd", Amount: n(5)}}, []string{"uusd"})
	long := bytes.Repeat([]byte{1}, 4097)
	zero := common.Address{}
	for reason, args := range map[string][]any{
		"a use of asset 1 costs 5000, more than 4999: fee does not fit":                 {w.asset, []byte{}, n(price - 1), zero, uint64(0)},
		"asset 2 posts no price for a use in aweal: fee does not fit":                   {dear, []byte{}, n(price), zero, uint64(0)},
		"asset 9: asset not found":                                                      {n(9), []byte{}, n(price), zero, uint64(0)},
		"a call-back needs gas, and gas a call-back: bad request":                       {w.asset, []byte{}, n(price), zero, uint64(5)},
		"the call-back would have 2000001 of gas; name at most 2000000: bad request":    {w.asset, []byte{}, n(price), alice.EVM(), uint64(2_000_001)},
		"input: it has 4097 bytes, more than 4096; name it by its SHA-256: bad request": {w.asset, long, n(price), zero, uint64(0)},
	} {
		r := w.Pay(alice, job.Address, 1_000_000, w.jobs.Input(sigRequest, args...))
		require.Equal(t, reason, r.Reason())
	}
	with := func(change func(*solidity.JobAsk)) string {
		a := solidity.JobAsk{Asset: w.asset, Input: []byte{}, MaxFee: n(price)}
		change(&a)
		return w.Pay(alice, job.Address, price, w.jobs.Input(solidity.RequestWithSignature, a)).Reason()
	}
	require.Equal(t, "policy 2 is not known; 1 is audit: bad request", with(func(a *solidity.JobAsk) { a.Policy = 2 }))
	require.Equal(t, "it would wait for 1 s; name 30 to 2592000: bad request", with(func(a *solidity.JobAsk) { a.WaitSeconds = 1 }))
	require.Equal(t, "input: it has a hash and bytes; name one of them: bad request",
		with(func(a *solidity.JobAsk) { a.Input, a.InputHash = []byte{1}, [32]byte{1} }))
	require.Equal(t, "input: a URI is for what is named by its hash: bad request", with(func(a *solidity.JobAsk) { a.InputUri = "ipfs://x" }))
	require.Equal(t, "input: its URI is not of printable ASCII without spaces: bad request",
		with(func(a *solidity.JobAsk) { a.InputHash, a.InputUri = [32]byte{1}, "ipfs://x y" }))
	w.holds(bond)
}

// What is great is named by its hash, on both sides.
func TestApart(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	told := w.Deploy(alice, recorder())
	ask := solidity.JobAsk{
		Asset: w.asset, Input: []byte{}, InputHash: sha256.Sum256([]byte("a film")), InputUri: "ipfs://film", MaxFee: n(price),
		Callback: told, Gas: 120_000, Policy: 1, WaitSeconds: 60,
	}
	r := w.Pay(alice, job.Address, price+120_000*gasPrice, w.jobs.Input(solidity.RequestWithSignature, ask))
	require.False(t, r.Failed(), r.Reason())
	film := []byte("a cut of it")
	w.jobs.Must(w.operator(), sigApart, n(1), sha256.Sum256(film), "ipfs://cut", w.evidence(n(1), film, nil))
	values, reason := w.jobs.View(alice, "answerOf(uint256)", n(1))
	require.Empty(t, reason)
	answer := abi.ConvertType(values[0], new(solidity.JobContent)).(*solidity.JobContent)
	require.Equal(t, solidity.JobContent{Data: []byte{}, Hash: sha256.Sum256(film), Uri: "ipfs://cut", Apart: true}, *answer)
	require.EqualValues(t, 1, w.word(told, 0).Int64())
	require.Equal(t, "answer: its hash is zero; deliver it by value: bad request",
		w.jobs.Send(w.operator(), sigApart, n(1), [32]byte{}, "", []byte{}).Reason())
	w.holds(bond)
}

// The quote is what is locked.
func TestQuote(t *testing.T) {
	w := newWorld(t)
	values, reason := w.jobs.View(w.Accounts[0], "quote(uint256,uint64)", w.asset, uint64(7))
	require.Empty(t, reason)
	require.Equal(t, []any{n(price), n(7 * gasPrice)}, values)
	w.jobs.Is(0, "requestCount()")
	w.ask(w.Accounts[0], common.Address{}, 0)
	w.jobs.Is(1, "requestCount()")
}

func word(a common.Address) string { return a.Hex()[:6] }
