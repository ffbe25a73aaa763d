package conformance

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// function is one of the subject's, with arguments by which it succeeds for who
// calls.
type function struct {
	from      *account
	signature string
	args      []any
}

func (fn function) data() []byte { return pack(fn.signature, fn.args...) }

// functions returns all functions with arguments that are good: alice owns three
// tokens in one slot, one of which is bob's to move.
func (f *fixture) functions(ids []common.Hash) []function {
	a, b := f.alice, f.bob
	one, two, three, slot := ids[0].Big(), ids[1].Big(), ids[2].Big(), f.slotOf("red")
	all := []function{
		{a, supports, []any{[4]byte{0x01, 0xff, 0xc9, 0xa7}}},
		{a, "balanceOf(address)", []any{a}},
		{a, "ownerOf(uint256)", []any{one}},
		{a, "getApproved(uint256)", []any{one}},
		{a, "isApprovedForAll(address,address)", []any{a, b}},
		{a, "name()", nil},
		{a, "symbol()", nil},
		{a, "tokenURI(uint256)", []any{one}},
		{a, "totalSupply()", nil},
		{a, "tokenByIndex(uint256)", []any{0}},
		{a, "tokenOfOwnerByIndex(address,uint256)", []any{a, 0}},
		{a, "valueDecimals()", nil},
		{a, "balanceOf(uint256)", []any{one}},
		{a, "slotOf(uint256)", []any{one}},
		{a, "allowance(uint256,address)", []any{one, b}},
		{a, "contractURI()", nil},
		{a, "slotURI(uint256)", []any{slot}},
		{a, "slotCount()", nil},
		{a, "slotByIndex(uint256)", []any{0}},
		{a, "tokenSupplyInSlot(uint256)", []any{slot}},
		{a, "tokenInSlotByIndex(uint256,uint256)", []any{slot, 0}},
		{a, fnApprove, []any{b, one}},
		{a, fnApproveAll, []any{b, true}},
		{a, fnApproveValue, []any{one, b, 5}},
		{a, fnMove, []any{one, two, 5}},
		{a, fnSplit, []any{one, b, 5}},
		{a, fnBurnValue, []any{one, 5}},
		{a, fnBurn, []any{two}},
		{a, fnTransfer, []any{a, a, one}},
		{a, fnSafe, []any{a, b, one}},
		{b, fnSafeData, []any{b, a, one, bytes.Repeat([]byte{7}, 32)}},
		{a, fnTransfer, []any{a, b, three}},
	}
	if f.slotApprovable {
		all = append(all,
			function{a, fnApproveSlot, []any{a, slot, b, true}},
			function{a, "isApprovedForSlot(address,uint256,address)", []any{a, slot, b}})
	}
	if !f.native {
		all = append(all,
			function{a, "owner()", nil},
			function{f.maker, fnMint, []any{a, 1_000, slot, 5}},
			function{f.maker, fnMintValue, []any{1_000, 5}})
	}
	return all
}

// others tells whether what a function returns depends on what others do with
// the contract.
func (f *fixture) others(signature string) bool {
	switch signature {
	case fnSplit, "totalSupply()", "tokenByIndex(uint256)", "slotCount()", "slotByIndex(uint256)":
		return f.native
	}
	return false
}

// Calls that end too early fail, with a reason, at whatever byte: through a
// contract that may do everything else.
func TestTruncatedCalls(t *testing.T) {
	each(t, func(f *fixture) {
		at := f.deploy(prober())[0]
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		f.must(f.alice, fnApproveAll, at, true)
		var calls []ethereum.CallMsg
		all := f.functions(ids)
		for _, fn := range all {
			calls = append(calls, ethereum.CallMsg{From: f.alice.addr, To: &at, Data: called(f.at, fn.data())})
		}
		outs, errs, err := chain.look(t.Context(), calls)
		require.NoError(f.t, err)
		for i, fn := range all {
			require.NoError(f.t, errs[i], fn.signature)
			require.Equal(f.t, common.Hash{}, common.BytesToHash(outs[i]), "%s: one more than the size that is accepted", fn.signature)
		}
	})
}

// Words that are no value of their type are refused, as Solidity's decoder
// refuses them, and so is data that lies outside of the call.
func TestDirtyArguments(t *testing.T) {
	each(t, func(f *fixture) {
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		f.must(f.alice, fnApproveAll, f.bob, true)
		var calls []ethereum.CallMsg
		var what []string
		add := func(fn function, name string, data []byte) {
			calls = append(calls, ethereum.CallMsg{From: fn.from.addr, To: &f.at, Data: data})
			what = append(what, fn.signature+": "+name)
		}
		for _, fn := range f.functions(ids) {
			if fn.signature == fnSafeData {
				fn = function{f.alice, fnSafeData, []any{f.alice, f.bob, ids[0].Big(), make([]byte, 32)}}
			}
			data := fn.data()
			for i, arg := range arguments(fn.signature) {
				w := common.BytesToHash(data[4+32*i : 4+32*i+32])
				switch arg.Type.String() {
				case "address":
					w[11] = 1
					add(fn, "an address of 21 bytes", with(data, i, w))
					w[11], w[0] = 0, 0x80
					add(fn, "an address with its highest bit", with(data, i, w))
				case "bool":
					add(fn, "a bool of two", with(data, i, word(2)))
					add(fn, "a bool of 256", with(data, i, word(256)))
				case "bytes4":
					w[4] = 1
					add(fn, "five bytes", with(data, i, w))
					w[4], w[31] = 0, 1
					add(fn, "a last byte", with(data, i, w))
				case "bytes":
					for _, offset := range []any{most, 1 << 40, len(data) - 4, len(data) - 4 - 31, new(big.Int).Lsh(big.NewInt(1), 64), new(big.Int).Lsh(big.NewInt(1), 255)} {
						add(fn, "an offset outside", with(data, i, word(offset)))
					}
					for _, length := range []any{most, 33, 1 << 40, new(big.Int).Lsh(big.NewInt(1), 64), new(big.Int).Sub(most, big.NewInt(31))} {
						add(fn, "a length that is too great", with(data, i+1, word(length)))
					}
				}
			}
		}
		_, errs, err := chain.look(t.Context(), calls)
		require.NoError(f.t, err)
		var wrong []string
		for i, err := range errs {
			if why := f.why(err); why == "" || why == "0x" {
				wrong = append(wrong, what[i]+": "+why)
			}
		}
		require.Empty(f.t, wrong, "are not refused with a reason")
	})
}

// What is behind the arguments is not looked at.
func TestLongCalls(t *testing.T) {
	each(t, func(f *fixture) {
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		var calls []ethereum.CallMsg
		all := f.functions(ids)
		for _, fn := range all {
			for _, more := range [][]byte{nil, {1}, bytes.Repeat([]byte{0xff}, 777)} {
				calls = append(calls, ethereum.CallMsg{From: fn.from.addr, To: &f.at, Data: append(fn.data(), more...)})
			}
		}
		outs, errs, err := chain.look(t.Context(), calls)
		require.NoError(f.t, err)
		for i, fn := range all {
			for j := range 3 {
				require.Equal(f.t, f.why(errs[3*i]), f.why(errs[3*i+j]), fn.signature)
				if !f.others(fn.signature) {
					require.Equal(f.t, outs[3*i], outs[3*i+j], fn.signature)
				}
			}
		}
	})
}

// Nothing, fewer bytes than a selector, and functions that there are not, revert
// with a reason; and coins go nowhere.
func TestUnknownCalls(t *testing.T) {
	each(t, func(f *fixture) {
		one := f.mint(f.alice, "red", 100).Big()
		all := [][]byte{nil, {1}, {1, 2}, {1, 2, 3}, {0, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff}}
		for _, signature := range []string{
			"fallback()", "receive()", "transfer(address,uint256)", "balanceOfBatch(address[],uint256[])", "permit(address,uint256)",
			"transferFrom(uint256,uint256,uint256,bytes)", "safeTransferFrom(uint256,uint256,uint256)", "decimals()", "initialize()",
			"transferOwnership(address)", "selfdestruct()", "mint(address,uint256)", "burnFrom(address,uint256)", "multicall(bytes[])",
			"approveForAll(address,bool)", "create(string,string,uint8,bool)", on721, on3525, "upgradeTo(address)",
		} {
			all = append(all, selector(signature), append(selector(signature), make([]byte, 256)...))
		}
		if f.native {
			for _, signature := range []string{fnMint, fnMintValue} {
				all = append(all, append(selector(signature), make([]byte, 128)...))
			}
		}
		random := rand.New(rand.NewPCG(35, 25)) //nolint:gosec // the same bytes each time
		for range 40 {
			b := make([]byte, 4+random.IntN(200))
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			all = append(all, b)
		}
		for _, data := range all {
			require.NotContains(f.t, []string{"", "0x"}, f.reason(f.alice.addr, f.at, data), "0x%x", data)
		}
		f.fails(tx{from: f.alice, to: &f.at}, tx{from: f.alice, to: &f.at, data: all[6]}, tx{from: f.alice, to: &f.at, data: []byte{1, 2, 3}},
			tx{from: f.alice, to: &f.at, value: big.NewInt(1)})

		// Coins are refused, also where the standards let functions take them.
		at := f.deploy(actor())[0]
		f.must(f.alice, fnApproveAll, at, true)
		for _, fn := range f.functions([]common.Hash{word(one), word(one), word(one)}) {
			for to, data := range map[common.Address][]byte{f.at: fn.data(), at: called(f.at, fn.data())} {
				_, err := chain.call(t.Context(), ethereum.CallMsg{From: fn.from.addr, To: &to, Data: data, Value: big.NewInt(1)})
				require.NotContains(f.t, []string{"", "0x"}, f.why(err), fn.signature)
			}
		}
		f.fails(
			tx{from: f.alice, to: &f.at, data: pack(fnApproveValue, one, f.bob, 1), value: big.NewInt(1)},
			tx{from: f.alice, to: &f.at, data: pack(fnTransfer, f.alice, f.bob, one), value: big.NewInt(1e12)},
			tx{from: f.alice, to: &at, data: called(f.at, pack(fnApproveValue, one, f.bob, 1)), value: big.NewInt(1)})
		coins, err := chain.eth.BalanceAt(t.Context(), f.at, nil)
		require.NoError(f.t, err)
		require.Zero(f.t, coins.Sign())
	})
}

// Whatever follows a selector is answered, or refused with a reason.
func TestRandomArguments(t *testing.T) {
	each(t, func(f *fixture) {
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		random := rand.New(rand.NewPCG(7, 21)) //nolint:gosec // the same words each time
		words := []common.Hash{
			{}, word(1), word(f.alice), word(f.bob), word(f.at), ids[0], ids[1], word(f.slotOf("red")),
			word(most), word(beyond64(ids[0].Big())), word(128), word(160), word(1 << 48), {0: 0x80}, {31: 0x80},
		}
		var calls []ethereum.CallMsg
		for _, fn := range f.functions(ids) {
			for range 12 {
				data := selector(fn.signature)
				for range random.IntN(7) {
					w := words[random.IntN(len(words))]
					data = append(data, w[:]...)
				}
				calls = append(calls, ethereum.CallMsg{From: f.alice.addr, To: &f.at, Data: data})
			}
		}
		outs, errs, err := chain.look(t.Context(), calls)
		require.NoError(f.t, err)
		for i, c := range calls {
			require.NotEqual(f.t, "0x", f.why(errs[i]), "0x%x", c.Data)
			require.Zero(f.t, len(outs[i])%32)
		}
	})
}
