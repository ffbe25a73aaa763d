package conformance

import (
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

// many is how many calls one transaction makes.
const many = 1_000

// repeated is what a repeater is sent.
func repeated(to common.Address, times int, data []byte) []byte {
	return called(to, append(word(times).Bytes(), data...))
}

// A thousand calls in one transaction are a matter of gas alone.
func TestManyCalls(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.alice
		at := f.deploy(repeater())[0]
		ids := f.grant(grant{a, "red", 1 << 30}, grant{a, "red", 0}, grant{at, "red", 1 << 20})
		one, two, own := ids[0].Big(), ids[1].Big(), ids[2].Big()

		calls := make([]call3, many)
		for i := range calls {
			calls[i] = call3{Target: f.at, CallData: pack("ownerOf(uint256)", ids[i%2].Big())}
		}
		data := aggregate3(calls)
		out, err := chain.call(t.Context(), ethereum.CallMsg{From: a.addr, To: &multicall3, Data: data})
		require.NoError(f.t, err)
		results, err := results3(out)
		require.NoError(f.t, err)
		require.Len(f.t, results, many)
		for _, r := range results {
			require.True(f.t, r.Success)
			require.Equal(f.t, word(a).Bytes(), r.ReturnData)
		}

		f.must(a, fnApproveAll, at, true)
		looks := f.all(tx{from: f.bob, to: &at, data: repeated(f.at, many, pack("balanceOf(uint256)", one)), gas: 20_000_000})[0]
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, looks.Status)
		approvals := f.all(tx{from: f.bob, to: &at, data: repeated(f.at, many, pack(fnApproveAll, a, true)), gas: 59_000_000})[0]
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, approvals.Status, "%d of gas", approvals.GasUsed)
		require.Len(f.t, approvals.Logs, many)
		moves := f.all(tx{from: f.bob, to: &at, data: repeated(f.at, many, pack(fnMove, one, two, 1)), gas: 59_000_000})[0]
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, moves.Status, "%d of gas", moves.GasUsed)
		require.Len(f.t, moves.Logs, many)
		f.is(many, "balanceOf(uint256)", two)
		f.t.Logf("gas of %d calls: looks %d, approvals %d, moves %d", many, looks.GasUsed, approvals.GasUsed, moves.GasUsed)

		// An airdrop, and then one that fails at its end.
		drop := f.all(tx{from: f.bob, to: &at, data: repeated(f.at, many, pack(fnSplit, own, f.carol, 1_024)), gas: 59_000_000})[0]
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, drop.Status, "%d of gas", drop.GasUsed)
		f.is(many, "balanceOf(address)", f.carol)
		f.is(1<<20-many<<10, "balanceOf(uint256)", own)
		f.fails(tx{from: f.bob, to: &at, data: repeated(f.at, 11, pack(fnMove, two, one, 100)), gas: 10_000_000})
		f.is(many, "balanceOf(uint256)", two)
	})
}
