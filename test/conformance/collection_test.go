package conformance

import (
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

// collections is each without the shares, which nobody mints more of.
func collections(t *testing.T, test func(*fixture)) {
	t.Helper()
	t.Parallel()
	for _, k := range allKinds {
		if !k.native {
			t.Run(k.name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, k)
				test(f)
				f.audit()
			})
		}
	}
}

// A maker mints to whom it likes, under any id, into any slot; nobody else does.
func TestMint(t *testing.T) {
	collections(t, func(f *fixture) {
		a, b := f.alice, f.bob
		minted := func(to, id, slot, value any) []event {
			return []event{ev("Transfer", zero, to, id), ev("SlotChanged", id, 0, slot), ev("TransferValue", 0, id, value)}
		}
		for _, m := range [][]any{{a, 1, 0, 0}, {a, 2, 7, 100}, {b, most, most, most}, {a, unknown, 7, 1}} {
			f.does(f.maker, minted(m[0], m[1], m[2], m[3]), fnMint, m...)
			f.is(m[0], "ownerOf(uint256)", m[1])
			f.is(m[2], "slotOf(uint256)", m[1])
			f.is(m[3], "balanceOf(uint256)", m[1])
		}
		f.does(f.maker, []event{ev("TransferValue", 0, 2, 11)}, fnMintValue, 2, 11)
		f.does(f.maker, []event{ev("TransferValue", 0, 2, 0)}, fnMintValue, 2, 0)
		f.is(111, "balanceOf(uint256)", 2)
		f.must(a, fnApproveAll, b, true)
		f.refuses(
			no(a, notTheMaker, fnMint, a, 9, 7, 1),
			no(b, notTheMaker, fnMint, zero, 0, 7, 1),
			no(b, notTheMaker, fnMintValue, 2, 1),
			no(b, notTheMaker, fnMintValue, 9, 1),
			no(f.maker, "ERC3525: mint to the zero address", fnMint, zero, 9, 7, 1),
			no(f.maker, "ERC3525: mint to the zero address", fnMint, zero, 0, 7, 1),
			no(f.maker, "ERC3525: cannot mint zero tokenId", fnMint, a, 0, 7, 1),
			no(f.maker, "ERC3525: token already minted", fnMint, a, 1, 7, 1),
			no(f.maker, "ERC3525: token already minted", fnMint, a, most, 7, 1),
			no(f.maker, "ERC3525: invalid token ID", fnMintValue, 0, 1),
			no(f.maker, "ERC3525: invalid token ID", fnMintValue, 9, 1),
			no(f.maker, overflow, fnMintValue, most, 1),
			no(f.maker, overflow, fnMintValue, most, most),
			no(f.maker, overflow, fnMintValue, 2, most),
		)
		// A maker has no rights over tokens that it gave away.
		f.refuses(
			no(f.maker, "ERC721: caller is not token owner or approved", fnTransfer, a, f.maker, 2),
			no(f.maker, "ERC3525: insufficient allowance", fnSplit, 2, f.maker, 1),
			no(f.maker, "ERC3525: caller is not token owner nor approved", fnBurn, 2),
			no(f.maker, "ERC3525: caller is not token owner nor approved", fnBurnValue, 2, 1),
		)
	})
}

// Value that would not fit goes nowhere.
func TestValueOverflows(t *testing.T) {
	collections(t, func(f *fixture) {
		a := f.alice
		f.must(f.maker, fnMint, a, 1, 7, most)
		f.must(f.maker, fnMint, a, 2, 7, 5)
		f.refuses(
			no(a, overflow, fnMove, 1, 2, most),
			no(a, overflow, fnMove, 2, 1, 1),
			no(f.maker, overflow, fnMintValue, 1, 1),
		)
		f.does(a, []event{ev("TransferValue", 1, 1, most)}, fnMove, 1, 1, most)
		f.does(a, []event{ev("TransferValue", 2, 1, 0)}, fnMove, 2, 1, 0)
		f.does(a, []event{ev("TransferValue", 1, 2, new(big.Int).Sub(most, big.NewInt(5)))}, fnMove, 1, 2, new(big.Int).Sub(most, big.NewInt(5)))
		f.is(5, "balanceOf(uint256)", 1)
		f.is(most, "balanceOf(uint256)", 2)
		r := f.must(a, fnSplit, 2, f.bob, most)
		f.is(most, "balanceOf(uint256)", r.Logs[0].Topics[3].Big())
	})
}

// The ids that splits make are those of no token, whichever the maker took.
func TestSplitsFindFreeIDs(t *testing.T) {
	collections(t, func(f *fixture) {
		a := f.alice
		for _, id := range []any{1, 2, 3, 5, most} {
			f.must(f.maker, fnMint, a, id, 7, 100)
		}
		seen := map[common.Hash]bool{{}: true}
		for range 6 {
			made := f.must(a, fnSplit, 1, f.bob, 1).Logs[0].Topics[3]
			require.False(f.t, seen[made], "%s", made)
			seen[made] = true
		}
	})
}

// Other collections have tokens of their own.
func TestCollectionsAreApart(t *testing.T) {
	collections(t, func(f *fixture) {
		a, b := f.alice, f.bob
		g := newFixture(f.t, f.kind)
		require.NotEqual(f.t, f.at, g.at)
		f.must(f.maker, fnMint, a, 1, 7, 100)
		f.must(a, fnApproveAll, b, true)
		g.alice, g.people[a.addr] = a, true
		g.refuses(
			no(a, "ERC721: invalid token ID", "ownerOf(uint256)", 1),
			no(f.maker, notTheMaker, fnMint, a, 1, 7, 1),
		)
		g.must(g.maker, fnMint, a, 1, 8, 1)
		g.refuses(no(b, "ERC721: caller is not token owner or approved", fnTransfer, a, b, 1))
		g.is(8, "slotOf(uint256)", 1)
		f.is(7, "slotOf(uint256)", 1)
		g.audit()
	})
}

func TestFactory(t *testing.T) {
	t.Parallel()
	f := newFixture(t, kind{name: "Tickets ⚑ of \"Weal\"\\", symbol: "", decimals: 255, slotApprovable: true})
	f.is(f.name, "name()")
	f.is("", "symbol()")
	f.is(255, "valueDecimals()")

	make := pack(create, "Points", "PTS", 6, false)
	r := f.sendTo(f.alice, factory, make)
	require.Len(t, r.Logs, 1)
	log := r.Logs[0]
	require.Equal(t, factory, log.Address)
	require.Equal(t, []common.Hash{crypto.Keccak256Hash([]byte(created)), log.Topics[1], word(f.alice)}, log.Topics)
	values, err := unpack("(string,string,uint8,bool)", log.Data)
	require.NoError(t, err)
	require.Equal(t, []any{"Points", "PTS", uint8(6), false}, values)
	at := common.BytesToAddress(log.Topics[1][:])
	require.Equal(t, log.Topics[1], word(at))
	code, err := chain.eth.CodeAt(t.Context(), at, nil)
	require.NoError(t, err)
	require.NotEmpty(t, code)

	// It is listed, and knows who may mint.
	asked := *f
	asked.at = factory
	asked.is(true, "isCollection(address)", at)
	for _, other := range []common.Address{zero, f.alice.addr, shares, factory, multicall3} {
		asked.is(false, "isCollection(address)", other)
	}
	asked.refuses(no(f.alice, asked.reason(f.alice.addr, factory, pack("collectionByIndex(uint256)", most)), "collectionByIndex(uint256)", most))
	out, err := chain.call(t.Context(), ethereum.CallMsg{To: &factory, Data: pack("collectionCount()")})
	require.NoError(t, err)
	found := false
	for i := common.BytesToHash(out).Big(); i.Sign() > 0 && !found; {
		out, err := chain.call(t.Context(), ethereum.CallMsg{To: &factory, Data: pack("collectionByIndex(uint256)", i.Sub(i, common.Big1))})
		require.NoError(t, err)
		found = common.BytesToAddress(out) == at
	}
	require.True(t, found)
	asked.at = at
	asked.is(f.alice, "owner()")

	// Alike is not the same.
	again := f.sendTo(f.alice, factory, make)
	require.NotEqual(t, log.Topics[1], again.Logs[0].Topics[1])

	// Who calls is the maker, and what is returned is the address.
	a := newAsm().input(32)
	a.zero(2).op(vm.DUP3).zero(2).argument(0).op(vm.GAS, vm.CALL, vm.POP).returned()
	contract := f.deploy(a.op(vm.RETURNDATASIZE).zero(1).op(vm.LOG0, vm.STOP).code())[0]
	r = f.sendTo(f.alice, contract, called(factory, make))
	require.Len(t, r.Logs, 2)
	require.Equal(t, word(contract), r.Logs[0].Topics[2])
	require.Equal(t, r.Logs[0].Topics[1].Bytes(), r.Logs[1].Data)
}

// A collection works in the transaction that opens it.
func TestCollectionWorksAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allKinds[1])
	// It creates, mints to its caller by a call of the address returned, and asks
	// for the owner.
	mint, owner := pack(fnMint, f.alice, 5, 7, 100), pack("ownerOf(uint256)", 5)
	a := newAsm().input(32)
	a.zero(2).op(vm.DUP3).zero(2).argument(0).op(vm.GAS, vm.CALL, vm.POP).returned().zero(1).op(vm.MLOAD) // size, at
	a.store(mint).zero(2).push(len(mint)).zero(2).op(vm.DUP6, vm.GAS, vm.CALL).to(vm.JUMPI, "minted").op(vm.INVALID).at("minted")
	a.store(owner).push(32).zero(1).push(len(owner)).zero(1).op(vm.DUP5, vm.GAS, vm.STATICCALL, vm.POP)
	contract := f.deploy(a.push(32).zero(1).op(vm.LOG0, vm.STOP).code())[0]
	r := f.sendTo(f.alice, contract, called(factory, pack(create, "Once", "ONE", 0, true)))
	require.Len(t, r.Logs, 5)
	require.Equal(t, word(f.alice).Bytes(), r.Logs[4].Data)
	f.at = common.BytesToAddress(r.Logs[0].Topics[1][:])
	f.audit()
	f.is(f.alice, "ownerOf(uint256)", 5)
}

// If the call around it reverts, there is no collection.
func TestCollectionIsUndone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allKinds[1])
	// The first contract creates and reverts with the address; the second calls it
	// and logs the size of the code that is there then, and whether it is listed.
	a := newAsm().input(32)
	a.zero(2).op(vm.DUP3).zero(2).argument(0).op(vm.GAS, vm.CALL, vm.POP).returned()
	reverts := f.deploy(a.op(vm.RETURNDATASIZE).zero(1).op(vm.REVERT).code())[0]
	b := newAsm().input(0)
	b.zero(2).op(vm.DUP3).zero(2).push(reverts).op(vm.GAS, vm.CALL, vm.POP).returned()
	b.zero(1).op(vm.MLOAD, vm.DUP1, vm.EXTCODESIZE).push(96).op(vm.MSTORE)
	b.push(common.RightPadBytes(selector("isCollection(address)"), 32)).push(32).op(vm.MSTORE).push(36).op(vm.MSTORE)
	b.push(32).push(128).push(36).push(32).push(factory).op(vm.GAS, vm.STATICCALL).to(vm.JUMPI, "asked").op(vm.INVALID).at("asked")
	at := f.deploy(b.push(160).zero(1).op(vm.LOG0, vm.STOP).code())[0]
	r := f.sendTo(f.alice, at, called(factory, pack(create, "Never", "NO", 0, true)))
	require.Len(t, r.Logs, 1)
	require.NotEqual(t, make([]byte, 32), r.Logs[0].Data[:32])
	require.Equal(t, make([]byte, 64), r.Logs[0].Data[96:])
}

func TestFactoryRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allKinds[1])
	good := pack(create, "Points", "PTS", 6, true)
	for name, data := range map[string][]byte{
		"nothing": nil, "an unknown function": selector("destroy()"), "no arguments": good[:4],
		"256 decimals": with(good, 2, word(256)), "a bool of two": with(good, 3, word(2)), "a name beyond the call": with(good, 0, word(most)),
	} {
		require.NotContains(t, []string{"", "0x"}, f.reason(f.alice.addr, factory, data), name)
		f.fails(tx{from: f.alice, to: &factory, data: data})
	}
	_, err := chain.call(t.Context(), ethereum.CallMsg{From: f.alice.addr, To: &factory, Data: good, Value: big.NewInt(1)})
	require.NotContains(t, []string{"", "0x"}, f.why(err), "coins")
	f.fails(tx{from: f.alice, to: &factory, data: good, value: big.NewInt(1)})
	for _, op := range []vm.OpCode{vm.STATICCALL, vm.DELEGATECALL, vm.CALLCODE} {
		at := f.deploy(by(op))[0]
		f.fails(tx{from: f.alice, to: &at, data: called(factory, good)})
	}
}

// Names are whatever bytes a maker chooses, or are refused with a reason.
func TestOddNames(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "not UTF-8": "\xff\xfe\x80", "zeros": "\x00\x00", "long": strings.Repeat("long ", 2_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, allKinds[1])
			data := pack(create, text, text, 6, true)
			r := f.all(tx{from: f.alice, to: &factory, data: data, gas: 10_000_000})[0]
			if why := f.reason(f.alice.addr, factory, data); why != "" {
				require.NotEqual(t, "0x", why)
				require.Equal(t, ethtypes.ReceiptStatusFailed, r.Status)
				return
			}
			require.Equal(t, ethtypes.ReceiptStatusSuccessful, r.Status)
			f.at = common.BytesToAddress(r.Logs[0].Topics[1][:])
			f.is(text, "name()")
			f.is(text, "symbol()")
		})
	}
}

// with replaces a word of a call.
func with(call []byte, i int, w common.Hash) []byte {
	out := append([]byte{}, call...)
	copy(out[4+32*i:], w[:])
	return out
}
