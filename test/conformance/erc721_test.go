package conformance

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// A token moves for its owner, its approved, an operator of the owner's and, if
// there are such, an operator for its slot; and no approval goes with it.
func TestTransfer(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 50}, grant{b, "red", 0})
		one, two := ids[0].Big(), ids[1].Big()
		moved := func(from, to *account) []event { return []event{ev("Transfer", from, to, one)} }

		f.does(a, moved(a, b), fnTransfer, a, b, one)
		f.is(100, "balanceOf(uint256)", one)
		f.is(2, "balanceOf(address)", b)
		f.does(b, []event{ev("Approval", b, c, one)}, fnApprove, c, one)
		f.must(b, fnApproveValue, one, c, 7)
		f.must(b, fnApproveValue, one, a, most)
		f.does(c, moved(b, a), fnSafe, b, a, one)
		f.is(zero, "getApproved(uint256)", one)
		f.is(0, "allowance(uint256,address)", one, c)
		f.is(0, "allowance(uint256,address)", one, a)
		f.refuses(
			no(c, "ERC721: caller is not token owner or approved", fnTransfer, a, c, one),
			no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, one),
			no(c, "ERC3525: insufficient allowance", fnSplit, one, c, 1),
		)

		f.does(a, []event{ev("ApprovalForAll", a, c, true)}, fnApproveAll, c, true)
		f.does(c, moved(a, b), fnSafeData, a, b, one, []byte("with data"))
		f.refuses(no(c, "ERC721: caller is not token owner or approved", fnTransfer, b, c, one))
		f.is(a, "ownerOf(uint256)", two)

		// To oneself is a transfer, too.
		f.must(b, fnApprove, c, one)
		f.must(b, fnApproveValue, one, a, 3)
		f.does(b, moved(b, b), fnTransfer, b, b, one)
		f.is(b, "ownerOf(uint256)", one)
		f.is(zero, "getApproved(uint256)", one)
		f.is(0, "allowance(uint256,address)", one, a)
		f.is(2, "balanceOf(address)", b)
	})
}

func TestTransferRefused(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 100}, grant{b, "red", 5})
		one, two := ids[0].Big(), ids[1].Big()
		f.must(a, fnApproveValue, one, c, most)
		for _, fn := range []struct {
			signature string
			more      []any
		}{{fnTransfer, nil}, {fnSafe, nil}, {fnSafeData, []any{[]byte{}}}} {
			args := func(list ...any) []any { return append(list, fn.more...) }
			f.refuses(
				no(b, "ERC721: caller is not token owner or approved", fn.signature, args(a, b, one)...),
				no(c, "ERC721: caller is not token owner or approved", fn.signature, args(a, c, one)...),
				no(a, "ERC721: transfer from incorrect owner", fn.signature, args(b, a, one)...),
				no(a, "ERC721: transfer from incorrect owner", fn.signature, args(zero, a, one)...),
				no(a, "ERC721: caller is not token owner or approved", fn.signature, args(b, a, two)...),
				no(a, "ERC721: transfer to the zero address", fn.signature, args(a, zero, one)...),
				no(a, "ERC721: invalid token ID", fn.signature, args(a, b, 0)...),
				no(a, "ERC721: invalid token ID", fn.signature, args(a, b, unknown)...),
				no(a, "ERC721: invalid token ID", fn.signature, args(a, b, most)...),
				no(a, "ERC721: invalid token ID", fn.signature, args(zero, b, beyond64(one))...),
			)
		}
	})
}

// Nobody, in whose name calls without a sender are made and who is approved for
// every token that nobody is approved for, may do nothing.
func TestNobody(t *testing.T) {
	each(t, func(f *fixture) {
		one := f.mint(f.alice, "red", 10).Big()
		for signature, args := range map[string][]any{
			fnTransfer: {f.alice, f.bob, one}, fnSafe: {f.alice, f.bob, one}, fnApprove: {f.bob, one}, fnApproveValue: {one, f.bob, 1},
			fnMove: {one, one, 1}, fnSplit: {one, f.bob, 1}, fnBurn: {one}, fnBurnValue: {one, 1},
		} {
			require.NotContains(f.t, []string{"", "0x"}, f.reason(zero, f.at, pack(signature, args...)), signature)
		}
	})
}

// A token contract is no receiver of tokens.
func TestTokenContractsReceiveNothing(t *testing.T) {
	each(t, func(f *fixture) {
		one := f.mint(f.alice, "red", 10).Big()
		for _, to := range []common.Address{f.at, shares, factory} {
			data := pack(fnSafe, f.alice, to, one)
			require.NotContains(f.t, []string{"", "0x"}, f.reason(f.alice.addr, f.at, data), "%s", to)
			f.fails(tx{from: f.alice, to: &f.at, data: data, gas: 400_000})
		}
	})
}

func TestApprove(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		one := f.mint(a, "red", 10).Big()
		approved := func(to any) []event { return []event{ev("Approval", a, to, one)} }

		f.does(a, approved(b), fnApprove, b, one)
		f.does(a, approved(b), fnApprove, b, one)
		f.does(a, approved(c), fnApprove, c, one)
		f.refuses(no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, one))
		// The approved manages the token's value, but approves nobody for the token.
		f.refuses(no(c, "ERC721: approve caller is not token owner or approved for all", fnApprove, b, one))
		f.does(c, []event{ev("ApprovalValue", one, b, 4)}, fnApproveValue, one, b, 4)
		f.does(a, approved(zero), fnApprove, zero, one)
		f.is(zero, "getApproved(uint256)", one)
		f.refuses(
			no(c, "ERC721: caller is not token owner or approved", fnTransfer, a, c, one),
			no(b, "ERC721: approve caller is not token owner or approved for all", fnApprove, b, one),
			no(a, "ERC721: approval to current owner", fnApprove, a, one),
			no(b, "ERC721: approval to current owner", fnApprove, a, one),
			no(a, "ERC721: invalid token ID", fnApprove, b, 0),
			no(a, "ERC721: invalid token ID", fnApprove, b, unknown),
			no(a, "ERC721: invalid token ID", fnApprove, b, beyond64(one)),
		)
	})
}

// An owner may have many operators, each of whom approves in the owner's name.
func TestOperators(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 10}, grant{a, "blue", 10})
		set := func(operator *account, may bool) {
			f.does(a, []event{ev("ApprovalForAll", a, operator, may)}, fnApproveAll, operator, may)
		}
		set(b, true)
		set(c, true)
		set(c, true)
		f.is(true, "isApprovedForAll(address,address)", a, b)
		f.is(false, "isApprovedForAll(address,address)", b, a)
		f.does(b, []event{ev("Approval", a, c, ids[0])}, fnApprove, c, ids[0].Big())
		f.does(c, []event{ev("ApprovalValue", ids[1], b, 3)}, fnApproveValue, ids[1].Big(), b, 3)
		set(b, false)
		set(b, false)
		f.does(c, []event{ev("TransferValue", ids[0], ids[0], 10)}, fnMove, ids[0].Big(), ids[0].Big(), 10)
		f.refuses(
			no(b, "ERC721: approve caller is not token owner or approved for all", fnApprove, c, ids[0].Big()),
			no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, ids[0].Big()),
			no(a, "ERC721: approve to caller", fnApproveAll, a, true),
			no(a, "ERC721: approve to caller", fnApproveAll, a, false),
		)
		f.is(false, "isApprovedForAll(address,address)", a, a)
		f.is(false, "isApprovedForAll(address,address)", zero, zero)
	})
}

func TestViewsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.alice
		one := f.mint(a, "red", 10).Big()
		for _, id := range []any{0, unknown, most, beyond64(one)} {
			f.refuses(
				no(a, "ERC721: invalid token ID", "ownerOf(uint256)", id),
				no(a, "ERC721: invalid token ID", "getApproved(uint256)", id),
				no(a, "ERC721: invalid token ID", "tokenURI(uint256)", id),
				no(a, "ERC3525: invalid token ID", "balanceOf(uint256)", id),
				no(a, "ERC3525: invalid token ID", "slotOf(uint256)", id),
				no(a, "ERC3525: invalid token ID", "allowance(uint256,address)", id, a),
			)
		}
		f.refuses(
			no(a, "ERC721: address zero is not a valid owner", "balanceOf(address)", zero),
			no(a, "ERC721: address zero is not a valid owner", "tokenOfOwnerByIndex(address,uint256)", zero, 0),
			no(a, "ERC721Enumerable: owner index out of bounds", "tokenOfOwnerByIndex(address,uint256)", a, 1),
			no(a, "ERC721Enumerable: owner index out of bounds", "tokenOfOwnerByIndex(address,uint256)", f.bob, 0),
			no(a, "ERC721Enumerable: owner index out of bounds", "tokenOfOwnerByIndex(address,uint256)", a, beyond64(unknown)),
			no(a, "ERC721Enumerable: global index out of bounds", "tokenByIndex(uint256)", most),
			no(a, "ERC721Enumerable: global index out of bounds", "tokenByIndex(uint256)", beyond64(one)),
			no(a, "ERC3525SlotEnumerable: slot index out of bounds", "slotByIndex(uint256)", most),
			no(a, "ERC3525SlotEnumerable: slot index out of bounds", "slotByIndex(uint256)", beyond64(one)),
			no(a, "ERC3525SlotEnumerable: slot token index out of bounds", "tokenInSlotByIndex(uint256,uint256)", f.slotOf("red"), most),
			no(a, "ERC3525SlotEnumerable: slot token index out of bounds", "tokenInSlotByIndex(uint256,uint256)", unknown, 0),
		)
		f.is(0, "balanceOf(address)", f.bob)
		f.is(0, "tokenSupplyInSlot(uint256)", unknown)
		f.is(0, "tokenSupplyInSlot(uint256)", beyond64(f.slotOf("red")))
		f.is(f.decimals, "valueDecimals()")
	})
}
