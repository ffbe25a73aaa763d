package conformance

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

var (
	shares  = common.HexToAddress("0x0000000000000000000000000000000000003525")
	factory = common.HexToAddress("0x0000000000000000000000000000000000003526")
	zero    common.Address
	// most is the greatest number of 256 bits.
	most = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
)

const (
	create  = "create(string,string,uint8,bool)"
	created = "CollectionCreated(address,address,string,string,uint8,bool)"
)

// kind is a sort of contract that is tested.
type kind struct {
	name           string
	native         bool // the shares of all assets
	slotApprovable bool
	symbol         string
	decimals       uint8
}

var allKinds = []kind{
	{name: "shares", native: true, slotApprovable: true},
	{name: "collection", slotApprovable: true, symbol: "ONE", decimals: 18},
	{name: "collection without slot approval", symbol: "TWO", decimals: 0},
}

// each runs a test with a subject of each kind, and audits the subject after.
func each(t *testing.T, test func(*fixture)) {
	t.Helper()
	t.Parallel()
	for _, k := range allKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, k)
			test(f)
			f.audit()
		})
	}
}

// fixture is a token contract with slots, owners and tokens of one test's own.
type fixture struct {
	t *testing.T
	kind
	at    common.Address
	since uint64   // the block from which its logs are
	maker *account // who mints
	// alice, bob and carol have coins and no tokens yet.
	alice, bob, carol *account

	people map[common.Address]bool
	slots  map[string]*slotInfo
	last   int64 // how many tokens were minted
}

// slotInfo is one slot of a fixture.
type slotInfo struct {
	number common.Hash
	// source holds the value that the others of an asset get theirs from.
	source common.Hash
}

func newFixture(t *testing.T, k kind) *fixture {
	t.Helper()
	f := &fixture{t: t, kind: k, at: shares, people: map[common.Address]bool{zero: true}, slots: map[string]*slotInfo{}}
	f.maker, f.alice, f.bob, f.carol = f.account(), f.account(), f.account(), f.account()
	head, err := chain.eth.BlockNumber(t.Context())
	require.NoError(t, err)
	f.since = head
	if !k.native {
		r := f.sendTo(f.maker, factory, pack(create, k.name, k.symbol, int(k.decimals), k.slotApprovable))
		last := r.Logs[len(r.Logs)-1]
		require.Equal(t, crypto.Keccak256Hash([]byte(created)), last.Topics[0])
		f.at = common.BytesToAddress(last.Topics[1][:])
	}
	return f
}

// account returns one more person with coins.
func (f *fixture) account() *account {
	f.t.Helper()
	a := chain.account(f.t)
	f.people[a.addr] = true
	return a
}

// deploy makes contracts, in one go, and returns where they are.
func (f *fixture) deploy(codes ...[]byte) []common.Address {
	f.t.Helper()
	var txs []tx
	var at []common.Address
	deployer := chain.account(f.t)
	for i, code := range codes {
		txs = append(txs, tx{from: deployer, data: deployment(code)})
		at = append(at, crypto.CreateAddress(deployer.addr, uint64(i))) //nolint:gosec // an index
		f.people[at[i]] = true
	}
	for _, r := range f.all(txs...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
	}
	return at
}

// all sends transactions, each before the one before it is done, and returns
// their receipts.
func (f *fixture) all(txs ...tx) []*ethtypes.Receipt {
	f.t.Helper()
	receipts, err := chain.send(f.t.Context(), txs...)
	require.NoError(f.t, err)
	return receipts
}

// sendTo sends a transaction that succeeds.
func (f *fixture) sendTo(from *account, to common.Address, data []byte) *ethtypes.Receipt {
	f.t.Helper()
	r := f.all(tx{from: from, to: &to, data: data})[0]
	if r.Status != ethtypes.ReceiptStatusSuccessful {
		_, err := chain.call(f.t.Context(), ethereum.CallMsg{From: from.addr, To: &to, Data: data})
		require.NoError(f.t, err, "0x%x to %s", data, to)
		require.Fail(f.t, "the transaction failed", "0x%x to %s, %d of gas", data, to, r.GasUsed)
	}
	return r
}

// must sends a call of the subject that succeeds.
func (f *fixture) must(from *account, signature string, args ...any) *ethtypes.Receipt {
	f.t.Helper()
	return f.sendTo(from, f.at, pack(signature, args...))
}

// emits checks all logs of a receipt.
func (f *fixture) emits(r *ethtypes.Receipt, want ...event) {
	f.t.Helper()
	got, err := lines(f.at, r.Logs)
	require.NoError(f.t, err)
	require.Equal(f.t, texts(want), got)
}

// does sends a call of the subject that succeeds, and checks its logs.
func (f *fixture) does(from *account, want []event, signature string, args ...any) {
	f.t.Helper()
	f.emits(f.must(from, signature, args...), want...)
}

// reason calls a contract and returns why it reverts, or "" if it does not.
func (f *fixture) reason(from, to common.Address, data []byte) string {
	f.t.Helper()
	_, err := chain.call(f.t.Context(), ethereum.CallMsg{From: from, To: &to, Data: data, Gas: 2 * usualGas})
	return f.why(err)
}

// why is the reason of an error, which must be a revert, or "" of none.
func (f *fixture) why(err error) string {
	f.t.Helper()
	if err == nil {
		return ""
	}
	var r *revert
	require.ErrorAs(f.t, err, &r)
	return reason(r.data)
}

// refusal is a call of the subject that must revert for a reason.
type refusal struct {
	from      *account
	want      string
	signature string
	args      []any
}

// no makes a refusal.
func no(from *account, want, signature string, args ...any) refusal {
	return refusal{from, want, signature, args}
}

// refuses calls functions of the subject, for the reasons why they revert, and
// then sends the calls.
func (f *fixture) refuses(all ...refusal) {
	f.t.Helper()
	var calls []ethereum.CallMsg
	var txs []tx
	for _, r := range all {
		data := pack(r.signature, r.args...)
		calls = append(calls, ethereum.CallMsg{From: r.from.addr, To: &f.at, Data: data})
		txs = append(txs, tx{from: r.from, to: &f.at, data: data, gas: 400_000})
	}
	_, errs, err := chain.look(f.t.Context(), calls)
	require.NoError(f.t, err)
	for i, r := range all {
		require.Equal(f.t, r.want, f.why(errs[i]), "%s %v", r.signature, r.args)
	}
	f.fails(txs...)
}

// fails sends transactions that revert, and checks that they leave no logs. The
// audit sees that they leave nothing else.
func (f *fixture) fails(txs ...tx) {
	f.t.Helper()
	for i, r := range f.all(txs...) {
		require.Equal(f.t, ethtypes.ReceiptStatusFailed, r.Status, "0x%x", txs[i].data)
		require.Empty(f.t, r.Logs)
	}
}

// tx is a call of the subject, to be sent.
func (f *fixture) tx(from *account, signature string, args ...any) tx {
	return tx{from: from, to: &f.at, data: pack(signature, args...)}
}

// is checks what a view of one value returns.
func (f *fixture) is(want any, signature string, args ...any) {
	f.t.Helper()
	q := query{signature: signature, args: args, want: want}
	out, err := chain.call(f.t.Context(), ethereum.CallMsg{From: f.alice.addr, To: &f.at, Data: pack(signature, args...)})
	require.NoError(f.t, q.check(out, err))
}

// query is a view with what it must return.
type query struct {
	signature string
	args      []any
	want      any // a value, or an error's text
	fails     bool
}

// check compares what was returned.
func (q query) check(out []byte, err error) error {
	call := fmt.Sprintf("%s of %v", q.signature, q.args)
	if q.fails {
		if got := fmt.Sprint(err); got != (&revert{errorData(q.want.(string))}).Error() {
			return fmt.Errorf("%s: got %s, want %q", call, got, q.want)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	if text, ok := q.want.(string); ok {
		values, err := unpack("(string)", out)
		if err == nil && values[0] != text {
			err = fmt.Errorf("got %q, want %q", values[0], text)
		}
		return err
	}
	if want := word(q.want); len(out) != 32 || common.BytesToHash(out) != want {
		return fmt.Errorf("%s: got 0x%x, want %s", call, out, want)
	}
	return nil
}
