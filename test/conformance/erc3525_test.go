package conformance

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"
)

// unknown is the id of no token and the number of no slot.
var unknown = new(big.Int).Lsh(big.NewInt(0xdead), 200)

// beyond64 returns a number that is another in its lowest 64 bits.
func beyond64(n *big.Int) *big.Int { return new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 64)) }

// Allowances are set, not added to, are used up before value moves, and bind
// nobody who may do more.
func TestAllowance(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 100}, grant{b, "red", 1})
		one, two := ids[0].Big(), ids[1].Big()
		allowed := func(value any) event { return ev("ApprovalValue", one, b, value) }
		moved := func(value int) event { return ev("TransferValue", one, two, value) }

		f.does(a, []event{allowed(9)}, fnApproveValue, one, b, 9)
		f.does(a, []event{allowed(10)}, fnApproveValue, one, b, 10)
		f.is(10, "allowance(uint256,address)", one, b)
		f.is(0, "allowance(uint256,address)", one, c)
		f.refuses(
			no(b, "ERC3525: insufficient allowance", fnMove, one, two, 11),
			no(b, "ERC3525: insufficient allowance", fnSplit, one, b, 11),
			no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, one),
			no(b, "ERC3525: approve caller is not owner nor approved", fnApproveValue, one, c, 1),
			no(b, "ERC3525: caller is not token owner nor approved", fnBurnValue, one, 1),
			no(b, "ERC3525: caller is not token owner nor approved", fnBurn, one),
		)
		f.does(b, []event{allowed(6), moved(4)}, fnMove, one, two, 4)
		f.does(b, []event{allowed(6), moved(0)}, fnMove, one, two, 0)
		split := f.must(b, fnSplit, one, c, 6)
		made := split.Logs[1].Topics[3]
		f.emits(split, allowed(0), ev("Transfer", zero, c, made), ev("SlotChanged", made, 0, f.slotOf("red")),
			ev("TransferValue", 0, made, 0), ev("TransferValue", one, made, 6))
		f.refuses(no(b, "ERC3525: insufficient allowance", fnMove, one, two, 1))

		// The greatest is not used up.
		f.does(a, []event{allowed(most)}, fnApproveValue, one, b, most)
		f.does(b, []event{moved(5)}, fnMove, one, two, 5)
		f.is(most, "allowance(uint256,address)", one, b)
		almost := new(big.Int).Sub(most, big.NewInt(1))
		f.does(a, []event{allowed(almost)}, fnApproveValue, one, b, almost)
		f.does(b, []event{allowed(new(big.Int).Sub(almost, big.NewInt(5))), moved(5)}, fnMove, one, two, 5)
		f.refuses(no(b, "ERC3525: insufficient balance for transfer", fnMove, one, two, 81))
		f.does(a, []event{allowed(0)}, fnApproveValue, one, b, 0)
		f.refuses(no(b, "ERC3525: insufficient allowance", fnMove, one, two, 1))

		// Who may do more uses up nothing.
		f.must(a, fnApproveValue, one, b, 5)
		f.must(a, fnApprove, b, one)
		f.does(b, []event{moved(9)}, fnMove, one, two, 9)
		f.must(a, fnApprove, zero, one)
		f.must(a, fnApproveAll, b, true)
		f.does(b, []event{moved(9)}, fnMove, one, two, 9)
		f.must(a, fnApproveAll, b, false)
		f.is(5, "allowance(uint256,address)", one, b)
	})
}

func TestAllowanceRefused(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		one := f.mint(a, "red", 100).Big()
		f.must(a, fnApprove, c, one)
		f.refuses(
			no(a, "ERC3525: approval to current owner", fnApproveValue, one, a, 5),
			no(b, "ERC3525: approval to current owner", fnApproveValue, one, a, 5),
			no(c, "ERC3525: approval to current owner", fnApproveValue, one, a, 5),
			no(b, "ERC3525: approve caller is not owner nor approved", fnApproveValue, one, b, 5),
			no(b, "ERC3525: approve caller is not owner nor approved", fnApproveValue, one, zero, 5),
			no(a, "ERC3525: approve value to the zero address", fnApproveValue, one, zero, 5),
			no(a, "ERC3525: approve value to the zero address", fnApproveValue, one, zero, 0),
			no(a, "ERC3525: invalid token ID", fnApproveValue, 0, b, 5),
			no(a, "ERC3525: invalid token ID", fnApproveValue, unknown, b, 5),
			no(a, "ERC3525: invalid token ID", fnApproveValue, most, b, 5),
		)
		f.does(c, []event{ev("ApprovalValue", one, c, 5)}, fnApproveValue, one, c, 5)
	})
}

func TestMoveValue(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 0}, grant{b, "red", 1}, grant{a, "blue", 50})
		one, two, bobs, blue := ids[0].Big(), ids[1].Big(), ids[2].Big(), ids[3].Big()
		for _, m := range []struct{ to, value any }{{two, 30}, {bobs, 30}, {two, 0}, {one, 5}, {one, 0}, {one, 40}, {bobs, 40}, {two, 0}} {
			f.does(a, []event{ev("TransferValue", one, m.to, m.value)}, fnMove, one, m.to, m.value)
		}
		f.is(0, "balanceOf(uint256)", one)
		f.is(30, "balanceOf(uint256)", two)
		f.is(71, "balanceOf(uint256)", bobs)
		f.is(a, "ownerOf(uint256)", one)
		f.refuses(
			no(a, "ERC3525: insufficient balance for transfer", fnMove, one, two, 1),
			no(a, "ERC3525: insufficient balance for transfer", fnMove, two, one, 31),
			no(a, "ERC3525: insufficient balance for transfer", fnMove, two, two, 31),
			no(a, "ERC3525: insufficient balance for transfer", fnMove, two, one, most),
			no(a, "ERC3525: insufficient balance for transfer", fnMove, two, one, beyond64(big.NewInt(1))),
			no(a, "ERC3525: insufficient balance for transfer", fnMove, two, blue, 31),
			no(a, "ERC3525: transfer to token with different slot", fnMove, two, blue, 1),
			no(a, "ERC3525: transfer to token with different slot", fnMove, two, blue, 0),
			no(a, "ERC3525: transfer to token with different slot", fnMove, blue, two, 1),
			no(a, "ERC3525: transfer to invalid token ID", fnMove, two, 0, 1),
			no(a, "ERC3525: transfer to invalid token ID", fnMove, two, unknown, 1),
			no(a, "ERC3525: transfer to invalid token ID", fnMove, two, most, 31),
			no(a, "ERC3525: transfer to invalid token ID", fnMove, two, beyond64(one), 1),
			no(a, "ERC3525: invalid token ID", fnMove, 0, one, 0),
			no(a, "ERC3525: invalid token ID", fnMove, unknown, one, 0),
			no(a, "ERC3525: invalid token ID", fnMove, beyond64(two), one, 1),
			no(c, "ERC3525: insufficient allowance", fnMove, two, one, 1),
			no(c, "ERC3525: insufficient allowance", fnMove, two, blue, 1),
			no(c, "ERC3525: insufficient allowance", fnMove, two, unknown, 1),
			no(b, "ERC3525: insufficient allowance", fnMove, two, bobs, 31),
		)
	})
}

func TestSplit(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		one := f.mint(a, "red", 100).Big()
		for _, s := range []struct {
			to    *account
			value int
		}{{b, 30}, {b, 0}, {a, 20}, {c, 50}, {c, 0}} {
			r := f.must(a, fnSplit, one, s.to, s.value)
			made := r.Logs[0].Topics[3]
			require.NotEqual(f.t, common.Hash{}, made)
			f.emits(r, ev("Transfer", zero, s.to, made), ev("SlotChanged", made, 0, f.slotOf("red")),
				ev("TransferValue", 0, made, 0), ev("TransferValue", one, made, s.value))
			f.is(s.value, "balanceOf(uint256)", made.Big())
			f.is(s.to, "ownerOf(uint256)", made.Big())
			f.is(f.slotOf("red"), "slotOf(uint256)", made.Big())
		}
		f.is(0, "balanceOf(uint256)", one)
		f.is(2, "balanceOf(address)", b)
		f.refuses(
			no(a, "ERC3525: insufficient balance for transfer", fnSplit, one, b, 1),
			no(a, "ERC3525: insufficient balance for transfer", fnSplit, one, b, most),
			no(a, "ERC3525: mint to the zero address", fnSplit, one, zero, 0),
			no(a, "ERC3525: mint to the zero address", fnSplit, one, zero, 1),
			no(a, "ERC3525: invalid token ID", fnSplit, 0, b, 0),
			no(a, "ERC3525: invalid token ID", fnSplit, unknown, b, 0),
			no(a, "ERC3525: invalid token ID", fnSplit, beyond64(one), b, 0),
			no(c, "ERC3525: insufficient allowance", fnSplit, one, c, 1),
			no(c, "ERC3525: insufficient allowance", fnSplit, one, zero, 1),
		)
	})
}

// What a split returns is the token that it made.
func TestSplitReturns(t *testing.T) {
	each(t, func(f *fixture) {
		a := newAsm().input(32)
		a.zero(2).op(vm.DUP3).zero(2).argument(0).op(vm.GAS, vm.CALL, vm.POP).returned()
		at := f.deploy(a.op(vm.RETURNDATASIZE).zero(1).op(vm.LOG0, vm.STOP).code())[0]
		one := f.mint(at, "red", 100).Big()
		r := f.sendTo(f.bob, at, called(f.at, pack(fnSplit, one, f.carol, 5)))
		require.Len(f.t, r.Logs, 5)
		require.Equal(f.t, r.Logs[0].Topics[3].Bytes(), r.Logs[4].Data)

		// The others return nothing.
		for _, data := range [][]byte{
			pack(fnMove, one, one, 5), pack(fnApprove, f.bob, one), pack(fnApproveValue, one, f.bob, 1), pack(fnApproveAll, f.bob, true),
			pack(fnBurnValue, one, 1), pack(fnSafe, at, f.bob, one),
		} {
			r := f.sendTo(f.bob, at, called(f.at, data))
			require.Empty(f.t, r.Logs[len(r.Logs)-1].Data)
			require.Len(f.t, r.Logs, 2, "%x", data[:4])
		}
	})
}
