package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An operator for a slot does with its tokens what the owner may, and with no
// others.
func TestApproveSlot(t *testing.T) {
	each(t, func(f *fixture) {
		if !f.slotApprovable {
			f.grant(grant{f.alice, "red", 1})
			return
		}
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 50}, grant{a, "blue", 20}, grant{c, "red", 10})
		one, two, blue := ids[0].Big(), ids[1].Big(), ids[2].Big()
		red := f.slotOf("red")
		set := func(by *account, operator any, may bool) {
			f.does(by, []event{ev("ApprovalForSlot", a, red, operator, may)}, fnApproveSlot, a, red, operator, may)
		}
		f.is(false, "isApprovedForSlot(address,uint256,address)", a, red, b)
		set(a, b, true)
		set(a, b, true)
		set(a, f.maker, true)
		f.is(true, "isApprovedForSlot(address,uint256,address)", a, red, b)
		f.is(false, "isApprovedForSlot(address,uint256,address)", a, f.slotOf("blue"), b)
		f.is(false, "isApprovedForSlot(address,uint256,address)", c, red, b)
		f.is(false, "isApprovedForSlot(address,uint256,address)", a, beyond64(red), b)
		f.is(false, "isApprovedForAll(address,address)", a, b)

		f.does(b, []event{ev("Approval", a, c, one)}, fnApprove, c, one)
		f.does(b, []event{ev("ApprovalValue", one, c, 7)}, fnApproveValue, one, c, 7)
		f.does(b, []event{ev("TransferValue", one, two, 7)}, fnMove, one, two, 7)
		f.does(b, []event{ev("TransferValue", one, 0, 3)}, fnBurnValue, one, 3)
		f.does(b, []event{ev("Transfer", a, b, two)}, fnSafe, a, b, two)
		f.is(false, "isApprovedForSlot(address,uint256,address)", b, red, c)
		f.refuses(
			no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, blue),
			no(b, "ERC721: approve caller is not token owner or approved for all", fnApprove, b, blue),
			no(b, "ERC3525: insufficient allowance", fnMove, blue, blue, 1),
			no(b, "ERC3525: caller is not token owner nor approved", fnBurn, blue),
			no(b, "ERC3525: insufficient allowance", fnMove, ids[3].Big(), two, 1),
		)
		set(a, b, false)
		f.refuses(
			no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, one),
			no(b, "ERC3525: insufficient allowance", fnSplit, one, b, 1),
			no(b, "ERC721: approve caller is not token owner or approved for all", fnApprove, b, one),
		)
		f.is(true, "isApprovedForSlot(address,uint256,address)", a, red, f.maker)
	})
}

// Who approves for a slot is the owner or an operator for all slots.
func TestApproveSlotRefused(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		one := f.mint(a, "red", 100).Big()
		red := f.slotOf("red")
		if !f.slotApprovable {
			for _, data := range [][]byte{pack(fnApproveSlot, a, red, b, true), pack("isApprovedForSlot(address,uint256,address)", a, red, b)} {
				require.NotEqual(f.t, "0x", f.reason(a.addr, f.at, data))
				require.NotEmpty(f.t, f.reason(a.addr, f.at, data))
				f.fails(tx{from: a, to: &f.at, data: data})
			}
			return
		}
		const caller = "ERC3525SlotApprovable: caller is not owner nor approved for all"
		f.must(a, fnApproveSlot, a, red, b, true)
		f.must(a, fnApprove, c, one)
		f.refuses(
			no(b, caller, fnApproveSlot, a, red, c, true),
			no(b, caller, fnApproveSlot, a, red, b, false),
			no(c, caller, fnApproveSlot, a, red, c, true),
			no(c, caller, fnApproveSlot, a, red, a, true),
			no(c, caller, fnApproveSlot, zero, red, c, true),
			no(a, "ERC3525SlotApprovable: approve to owner", fnApproveSlot, a, red, a, true),
			no(a, "ERC3525SlotApprovable: approve to owner", fnApproveSlot, a, red, a, false),
		)
		f.must(a, fnApproveAll, c, true)
		f.does(c, []event{ev("ApprovalForSlot", a, red, c, true)}, fnApproveSlot, a, red, c, true)
		f.does(c, []event{ev("ApprovalForSlot", a, unknown, b, true)}, fnApproveSlot, a, unknown, b, true)
		f.refuses(no(c, "ERC3525SlotApprovable: approve to owner", fnApproveSlot, a, red, a, true))
		// An approval is of who owns, for what it owns later, too.
		f.must(a, fnApproveAll, c, false)
		two := f.mint(a, "red", 5).Big()
		f.does(c, []event{ev("Transfer", a, c, two)}, fnTransfer, a, c, two)
	})
}

// Tokens are listed by owner and by slot, through transfers, splits and burns.
// What is removed leaves its place to the last.
func TestEnumerations(t *testing.T) {
	each(t, func(f *fixture) {
		a, b := f.alice, f.bob
		ids := f.grant(grant{a, "red", 1}, grant{a, "blue", 2}, grant{a, "red", 3}, grant{a, "red", 4}, grant{b, "green", 5})
		listed := func(owner *account, want ...int) {
			f.t.Helper()
			f.is(len(want), "balanceOf(address)", owner)
			for i, at := range want {
				f.is(ids[at], "tokenOfOwnerByIndex(address,uint256)", owner, i)
			}
		}
		listed(a, 0, 1, 2, 3)
		f.must(a, fnTransfer, a, b, ids[1].Big())
		listed(a, 0, 3, 2)
		listed(b, 4, 1)
		f.must(a, fnTransfer, a, b, ids[2].Big())
		listed(a, 0, 3)
		f.must(b, fnTransfer, b, a, ids[4].Big())
		listed(b, 2, 1)
		f.must(a, fnBurn, ids[0].Big())
		listed(a, 4, 3)
		// Burning value is no end of a token.
		f.must(a, fnBurnValue, ids[3].Big(), 4)
		listed(a, 4, 3)
		f.audit()
		for _, id := range []int{4, 3} {
			f.must(a, fnBurn, ids[id].Big())
		}
		listed(a)
		f.must(b, fnBurn, ids[1].Big())
		f.must(b, fnBurn, ids[2].Big())
		listed(b)
		if !f.native {
			f.is(3, "slotCount()")
			f.is(0, "totalSupply()")
			f.must(f.maker, fnMint, a, 77, f.slotOf("blue"), 1)
			f.is(3, "slotCount()")
			f.is(77, "tokenByIndex(uint256)", 0)
			f.is(77, "tokenInSlotByIndex(uint256,uint256)", f.slotOf("blue"), 0)
		}
	})
}
