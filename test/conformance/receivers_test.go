package conformance

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"
)

const (
	noTokenReceiver = "ERC721: transfer to non ERC721Receiver implementer"
	noValueReceiver = "ERC3525: transfer rejected by ERC3525Receiver"
)

// guest is a receiver, with why it does not get tokens and why it does not get
// value; empty if it does.
type guest struct {
	name         string
	code         []byte
	token, value string
}

// same is a receiver that answers both questions alike.
func same(name string, answer func(signature string) body, token, value string) guest {
	return guest{name, receiver(saysYes, answer(on721), answer(on3525)), token, value}
}

func always(b body) func(string) body { return func(string) body { return b } }

// guests are the receivers of all sorts.
func guests() []guest {
	accept721, accept3525 := give(magic(on721)), give(magic(on3525))
	refuse := fail(errorData("not for me"))
	return []guest{
		same("one that accepts", func(s string) body { return give(magic(s)) }, "", ""),
		same("one that answers more than is asked", func(s string) body { return give(append(magic(s), 1)) }, "", ""),
		same("a wrong answer", always(give(common.RightPadBytes([]byte{0xde, 0xad, 0xbe, 0xef}, 32))), noTokenReceiver, noValueReceiver),
		same("the answer to the other question", func(s string) body {
			if s == on721 {
				return accept3525
			}
			return accept721
		}, noTokenReceiver, noValueReceiver),
		same("zero", always(give(make([]byte, 32))), noTokenReceiver, noValueReceiver),
		same("true", always(saysYes), noTokenReceiver, noValueReceiver),
		same("the answer at the wrong end", func(s string) body { return give(common.LeftPadBytes(selector(s), 32)) }, noTokenReceiver, noValueReceiver),
		same("the answer and something behind it", func(s string) body {
			return give(append(bytes.Clone(selector(s)), bytes.Repeat([]byte{1}, 28)...))
		}, noTokenReceiver, noValueReceiver),
		same("four bytes", func(s string) body { return give(selector(s)) }, noTokenReceiver, noValueReceiver),
		same("31 bytes", func(s string) body { return give(magic(s)[:31]) }, noTokenReceiver, noValueReceiver),
		same("no answer", always(do(vm.STOP)), noTokenReceiver, noValueReceiver),
		same("a revert with a reason", always(refuse), "not for me", "not for me"),
		same("a revert without", always(fail(nil)), noTokenReceiver, noValueReceiver),
		same("a revert with four bytes", always(fail([]byte{1, 2, 3, 4})), "0x01020304", "0x01020304"),
		same("a revert with the right answer", func(s string) body { return fail(magic(s)) },
			reason(magic(on721)), reason(magic(on3525))),
		same("a panic", always(fail(pack("Panic(uint256)", 1))), "Panic(0x1)", "Panic(0x1)"),
		same("an invalid instruction", always(do(vm.INVALID)), noTokenReceiver, noValueReceiver),
		same("no end", always(spin), noTokenReceiver, noValueReceiver),
		{"no ERC-165", receiver(fail(nil), accept721, refuse), "", ""},
		{"no ERC-165, with a reason", receiver(refuse, accept721, refuse), "", ""},
		{"ERC-165 that says no", receiver(saysNo, accept721, refuse), "", ""},
		{"ERC-165 that says two", receiver(give(word(2).Bytes()), accept721, refuse), "", ""},
		{"ERC-165 that says nothing", receiver(do(vm.STOP), accept721, refuse), "", ""},
		{"ERC-165 that never ends", receiver(spin, accept721, refuse), "", ""},
		{"a contract of no kind", newAsm().op(vm.STOP).code(), noTokenReceiver, ""},
		{"tokens but no value", receiver(saysYes, accept721, refuse), "", "not for me"},
		{"value but no tokens", receiver(saysYes, refuse, accept3525), "not for me", ""},
	}
}

// Receivers decide whether they get what is sent to them, by a person or through
// a contract. What they refuse never happened.
func TestReceivers(t *testing.T) {
	each(t, func(f *fixture) {
		all := guests()
		codes := [][]byte{actor()}
		for _, g := range all {
			codes = append(codes, g.code)
		}
		at := f.deploy(codes...)
		operator := at[0]
		grants := []grant{{f.alice, "red", 10_000}}
		for i := range all {
			grants = append(grants, grant{f.alice, "red", 7}, grant{f.alice, "red", 7}, grant{at[i+1], "red", 1})
		}
		ids := f.grant(grants...)
		f.must(f.alice, fnApproveAll, operator, true)
		var txs []tx
		var want []string
		try := func(name, reason, signature string, args ...any) {
			data := pack(signature, args...)
			require.Equal(f.t, reason, f.reason(f.alice.addr, f.at, data), "%s: %s", name, signature)
			require.Equal(f.t, reason, f.reason(f.bob.addr, operator, called(f.at, data)), "%s: %s through a contract", name, signature)
			txs, want = append(txs, tx{from: f.alice, to: &f.at, data: data, gas: 2_000_000}), append(want, reason)
		}
		for i, g := range all {
			to, first := at[i+1], 1+3*i
			try(g.name, g.value, fnMove, ids[0].Big(), ids[first+2].Big(), 3)
			try(g.name, g.value, fnSplit, ids[0].Big(), to, 4)
			try(g.name, g.token, fnSafe, f.alice, to, ids[first].Big())
			try(g.name, g.token, fnSafeData, f.alice, to, ids[first+1].Big(), []byte("some data"))
		}
		for i, r := range f.all(txs...) {
			if want[i] == "" {
				require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status, "%s: 0x%x", all[i/4].name, txs[i].data)
			} else {
				require.Equal(f.t, ethtypes.ReceiptStatusFailed, r.Status, "%s: 0x%x", all[i/4].name, txs[i].data)
				require.Empty(f.t, r.Logs)
			}
		}
		// The plain transfer asks nobody.
		for i, g := range all {
			if g.token != "" {
				f.does(f.alice, []event{ev("Transfer", f.alice, at[i+1], ids[1+3*i])}, fnTransfer, f.alice, at[i+1], ids[1+3*i].Big())
				break
			}
		}
	})
}

// A receiver is told who sent what, by the contract itself, after all is done;
// people, and oneself as the owner of both tokens, are treated alike.
func TestReceiverIsTold(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.alice
		bare := f.deploy(receiver(saysYes, then(note, give(magic(on721))), then(note, give(magic(on3525)))))[0]
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 5}, grant{bare, "red", 1})
		one, two, theirs := ids[0].Big(), ids[1].Big(), ids[2].Big()
		told := func(want event, data []byte, signature string, args ...any) {
			f.t.Helper()
			got, err := lines(f.at, f.must(a, signature, args...).Logs)
			require.NoError(f.t, err)
			require.Equal(f.t, []string{want.String(), raw(bare, []common.Hash{word(f.at)}, data)}, got[len(got)-2:])
		}
		told(ev("TransferValue", one, theirs, 4), pack(on3525, a, one, theirs, 4, []byte{}), fnMove, one, theirs, 4)
		told(ev("TransferValue", one, theirs, 0), pack(on3525, a, one, theirs, 0, []byte{}), fnMove, one, theirs, 0)
		told(ev("Transfer", a, bare, two), pack(on721, a, a, two, []byte{}), fnSafe, a, bare, two)

		r := f.must(a, fnSplit, one, bare, 9)
		made := r.Logs[0].Topics[3]
		got, err := lines(f.at, r.Logs)
		require.NoError(f.t, err)
		require.Equal(f.t, []string{
			ev("Transfer", zero, bare, made).String(), ev("SlotChanged", made, 0, f.slotOf("red")).String(),
			ev("TransferValue", 0, made, 0).String(), ev("TransferValue", one, made, 9).String(),
			raw(bare, []common.Hash{word(f.at)}, pack(on3525, a, one, made.Big(), 9, []byte{})),
		}, got)
		for _, size := range []int{1, 31, 32, 33, 5_000} {
			three := f.mint(a, "red", 5).Big()
			data := bytes.Repeat([]byte{0xab}, size)
			told(ev("Transfer", a, bare, three), pack(on721, a, a, three, data), fnSafeData, a, bare, three, data)
		}
		// The contract's own value, moved between its own tokens.
		r = f.sendTo(a, bare, called(f.at, pack(fnMove, theirs, made.Big(), 2)))
		require.Len(f.t, r.Logs, 2)
		require.Equal(f.t, pack(on3525, bare, theirs, made.Big(), 2, []byte{}), r.Logs[1].Data)
	})
}

// When a receiver is asked, what was sent is already its own.
func TestReceiverSeesTheEnd(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.alice
		one := f.mint(a, "red", 100).Big()
		at := f.deploy(receiver(saysYes,
			then(ask(f.at, pack("ownerOf(uint256)", one)), ask(f.at, pack("getApproved(uint256)", one)), give(magic(on721))),
			then(ask(f.at, pack("balanceOf(uint256)", one)), give(magic(on3525)))))[0]
		r := f.must(a, fnSplit, one, at, 30)
		require.Equal(f.t, word(70).Bytes(), r.Logs[4].Data)
		theirs := r.Logs[0].Topics[3].Big()
		r = f.must(a, fnMove, one, theirs, 30)
		require.Equal(f.t, word(40).Bytes(), r.Logs[1].Data)
		f.must(a, fnApprove, f.bob, one)
		r = f.must(a, fnSafe, a, at, one)
		require.Equal(f.t, word(at).Bytes(), r.Logs[1].Data)
		require.Equal(f.t, make([]byte, 32), r.Logs[2].Data)
	})
}

// A receiver may use what it got at once: send it back, send it on, or burn it.
func TestReceiverUsesWhatItGot(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.alice
		accept := give(magic(on3525))
		// The words of the question: operator, from, to, value.
		at := f.deploy(
			receiver(saysYes, then(use(f.at, fnBurn, 2), give(magic(on721))), then(use(f.at, fnBurn, 2), accept)),
			receiver(saysYes, then(use(f.at, fnTransfer, 1, 0, 2), saysNo), then(use(f.at, fnMove, 2, 1, 3), accept)),
			receiver(saysYes, saysNo, then(use(f.at, fnMove, 2, 1, 3), use(f.at, fnBurn, 2), saysNo)))
		burner, returner, liar := at[0], at[1], at[2]
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 10}, grant{burner, "red", 1}, grant{returner, "red", 1}, grant{liar, "red", 1})
		one, two := ids[0].Big(), ids[1].Big()
		gone := func(id common.Hash, owner, value any) []event {
			return []event{ev("TransferValue", id, 0, value), ev("SlotChanged", id, f.slotOf("red"), 0), ev("Transfer", owner, zero, id)}
		}
		f.does(a, append([]event{ev("TransferValue", one, ids[2], 5)}, gone(ids[2], burner, 6)...), fnMove, one, ids[2].Big(), 5)
		r := f.must(a, fnSplit, one, burner, 5)
		made := r.Logs[0].Topics[3]
		f.emits(r, append([]event{ev("Transfer", zero, burner, made), ev("SlotChanged", made, 0, f.slotOf("red")),
			ev("TransferValue", 0, made, 0), ev("TransferValue", one, made, 5)}, gone(made, burner, 5)...)...)
		f.does(a, append([]event{ev("Transfer", a, burner, two)}, gone(ids[1], burner, 10)...), fnSafe, a, burner, two)

		f.does(a, []event{ev("TransferValue", one, ids[3], 5), ev("TransferValue", ids[3], one, 5)}, fnMove, one, ids[3].Big(), 5)
		r = f.must(a, fnSplit, one, returner, 90)
		require.Len(f.t, r.Logs, 5)
		f.is(90, "balanceOf(uint256)", one)
		f.is(2, "balanceOf(address)", returner)
		// What it does before it refuses is undone, too.
		f.refuses(
			no(a, noTokenReceiver, fnSafe, a, returner, one),
			no(a, noValueReceiver, fnMove, one, ids[4].Big(), 5),
			no(a, noValueReceiver, fnSplit, one, liar, 5),
		)
	})
}

// Gas that runs out, wherever, leaves nothing behind.
func TestOutOfGas(t *testing.T) {
	each(t, func(f *fixture) {
		at := f.deploy(actor())[0]
		one := f.mint(f.alice, "red", 1_000).Big()
		data := pack(fnSplit, one, at, 1)
		var txs []tx
		for gas := uint64(24_000); gas <= 240_000; gas += 6_000 {
			txs = append(txs, tx{from: f.alice, to: &f.at, data: data, gas: gas})
		}
		done := 0
		for _, r := range f.all(txs...) {
			if r.Status == ethtypes.ReceiptStatusSuccessful {
				require.Len(f.t, r.Logs, 4)
				done++
				continue
			}
			require.Empty(f.t, r.Logs)
		}
		require.Positive(f.t, done)
		require.Less(f.t, done, len(txs))
		f.is(1_000-done, "balanceOf(uint256)", one)
		f.is(done, "balanceOf(address)", at)
		require.Equal(f.t, new(big.Int).SetUint64(uint64(done)), f.told().sumOf(at))
	})
}
