package conformance

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who may move a token may burn it and its value; what was approved for it ends.
func TestBurn(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 50}, grant{a, "blue", 0}, grant{b, "red", 1}, grant{a, "red", 9})
		burned := func(i, value int) []event {
			return []event{ev("TransferValue", ids[i], 0, value), ev("SlotChanged", ids[i], f.slots[[]string{"red", "red", "blue", "red", "red"}[i]].number, 0),
				ev("Transfer", a, zero, ids[i])}
		}
		one := ids[0].Big()
		f.must(a, fnApprove, b, one)
		f.must(a, fnApproveValue, one, c, most)
		f.does(b, []event{ev("TransferValue", one, 0, 30)}, fnBurnValue, one, 30)
		f.is(b, "getApproved(uint256)", one)
		f.is(most, "allowance(uint256,address)", one, c)
		f.does(b, []event{ev("TransferValue", one, 0, 0)}, fnBurnValue, one, 0)
		f.refuses(
			no(b, "ERC3525: burn value exceeds balance", fnBurnValue, one, 71),
			no(b, "ERC3525: burn value exceeds balance", fnBurnValue, one, most),
			no(b, "ERC3525: burn value exceeds balance", fnBurnValue, one, beyond64(big.NewInt(1))),
			no(c, "ERC3525: caller is not token owner nor approved", fnBurnValue, one, 0),
			no(c, "ERC3525: caller is not token owner nor approved", fnBurnValue, one, most),
			no(c, "ERC3525: caller is not token owner nor approved", fnBurn, one),
		)
		f.does(b, burned(0, 70), fnBurn, one)
		f.does(a, burned(2, 0), fnBurn, ids[2].Big())
		f.must(a, fnApproveAll, c, true)
		f.does(c, burned(1, 50), fnBurn, ids[1].Big())
		f.does(c, []event{ev("TransferValue", ids[4], 0, 9)}, fnBurnValue, ids[4].Big(), 9)
		f.is(0, "balanceOf(uint256)", ids[4].Big())
		f.is(a, "ownerOf(uint256)", ids[4].Big())
		for _, id := range []any{one, 0, unknown, most, beyond64(ids[3].Big())} {
			f.refuses(
				no(a, "ERC3525: invalid token ID", fnBurn, id),
				no(a, "ERC3525: invalid token ID", fnBurnValue, id, 0),
				no(a, "ERC721: invalid token ID", fnTransfer, a, b, id),
				no(a, "ERC721: invalid token ID", "getApproved(uint256)", id),
				no(a, "ERC3525: invalid token ID", "allowance(uint256,address)", id, c),
				no(a, "ERC3525: invalid token ID", fnMove, id, ids[4].Big(), 0),
				no(a, "ERC3525: transfer to invalid token ID", fnMove, ids[4].Big(), id, 0),
			)
		}
	})
}

// A maker may give an id again after its token was burned. Nothing that was
// approved for the first token holds for the second.
func TestBurnedIDsBeginAnew(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.alice, f.bob, f.carol
		one := f.mint(a, "red", 100).Big()
		f.must(a, fnApprove, b, one)
		f.must(a, fnApproveValue, one, b, 50)
		f.must(a, fnApproveValue, one, c, most)
		f.must(a, fnBurn, one)
		if f.native {
			made := f.mint(a, "red", 1)
			require.NotEqual(f.t, one, made.Big(), "ids of shares are never given again")
			return
		}
		f.must(f.maker, fnMint, a, one, f.slotOf("red"), 10)
		f.is(zero, "getApproved(uint256)", one)
		f.is(0, "allowance(uint256,address)", one, b)
		f.is(0, "allowance(uint256,address)", one, c)
		f.refuses(
			no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, one),
			no(c, "ERC3525: insufficient allowance", fnMove, one, one, 1),
		)
	})
}

// Burning everything leaves a slot that is empty.
func TestBurnAll(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.alice
		f.mint(a, "red", 100)
		if f.native {
			f.must(f.maker, fnBurn, f.slots["red"].source.Big())
		}
		f.must(a, fnBurn, f.told().owned[a.addr][0].Big())
		f.is(0, "tokenSupplyInSlot(uint256)", f.slotOf("red"))
		f.is(0, "balanceOf(address)", a)
		require.Empty(f.t, f.told().tokens)
	})
}
