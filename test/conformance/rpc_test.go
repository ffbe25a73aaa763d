package conformance

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

// Gas is estimated for each function, and what is estimated is enough: but for
// what others do in between. In the contract that all tests share, counts
// grow, and a number that needs a byte more costs a few dozen gas more.
func TestEstimates(t *testing.T) {
	each(t, func(f *fixture) {
		// Receivers that are asked need gas that their callers must not keep.
		told := f.deploy(receiver(saysYes, then(note, perform, give(magic(on721))), then(note, perform, give(magic(on3525)))))[0]
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{told, "red", 1})
		all := append([]function{
			{f.alice, fnSplit, []any{ids[3].Big(), told, 1}},
			{f.alice, fnMove, []any{ids[3].Big(), ids[4].Big(), 1}},
			{f.alice, fnSafe, []any{f.alice, told, ids[3].Big()}},
		}, f.functions(ids)...)
		for _, fn := range all {
			m := ethereum.CallMsg{From: fn.from.addr, To: &f.at, Data: fn.data()}
			gas, err := chain.eth.EstimateGas(t.Context(), m)
			require.NoError(f.t, err, fn.signature)
			gas += gas / 50
			r := f.all(tx{from: fn.from, to: &f.at, data: m.Data, gas: gas})[0]
			require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status, "%s with %d of gas", fn.signature, gas)
			require.LessOrEqual(f.t, r.GasUsed, gas)
		}
		_, err := chain.eth.EstimateGas(t.Context(), ethereum.CallMsg{From: f.carol.addr, To: &f.at, Data: pack(fnTransfer, f.alice, f.carol, ids[0].Big())})
		require.Equal(f.t, "ERC721: caller is not token owner or approved", f.why(asRevert(err)))
	})
}

// Events are found by block, contract and topics, as they are in receipts.
func TestLogs(t *testing.T) {
	each(t, func(f *fixture) {
		a, b := f.alice, f.bob
		ids := f.grant(grant{a, "red", 100}, grant{a, "red", 100})
		one, two := ids[0], ids[1]
		receipts := f.all(
			f.tx(a, fnApproveValue, one.Big(), b, 50),
			f.tx(a, fnMove, one.Big(), two.Big(), 10),
			f.tx(a, fnTransfer, a, b, two.Big()),
			f.tx(b, fnSplit, one.Big(), b, 20))
		last := receipts[3].BlockNumber
		made := receipts[3].Logs[1].Topics[3]
		for _, tt := range []struct {
			topics [][]common.Hash
			want   int
		}{
			{[][]common.Hash{{topic("Transfer")}, {word(a)}, {word(b)}}, 1},
			{[][]common.Hash{{topic("Transfer")}, nil, {word(b)}}, 2},
			{[][]common.Hash{{topic("Transfer")}, nil, nil, {two, made}}, len(f.logsOf(two)) + 1},
			{[][]common.Hash{{topic("TransferValue")}, {one}}, 2},
			{[][]common.Hash{{topic("TransferValue")}, {one}, {two}}, 1},
			{[][]common.Hash{{topic("ApprovalValue")}, {one}, {word(b)}}, 2},
			{[][]common.Hash{{topic("SlotChanged")}, {made}}, 1},
			{[][]common.Hash{{topic("SlotChanged")}, {one, two, made}, nil, {word(f.slotOf("red"))}}, 3},
			{[][]common.Hash{{topic("Approval")}, {word(a)}}, 0},
		} {
			found := f.find(ethereum.FilterQuery{
				FromBlock: new(big.Int).SetUint64(f.since), ToBlock: last, Addresses: []common.Address{f.at}, Topics: tt.topics,
			})
			require.Len(f.t, found, tt.want, "%v", tt.topics)
		}
		for _, r := range receipts {
			inBlock := f.find(ethereum.FilterQuery{BlockHash: &r.BlockHash, Addresses: []common.Address{f.at}})
			single, err := chain.eth.TransactionReceipt(t.Context(), r.TxHash)
			require.NoError(f.t, err)
			require.Equal(f.t, r.Logs, single.Logs)
			for i, l := range r.Logs {
				require.Contains(f.t, inBlock, *l)
				require.True(f.t, ethtypes.BloomLookup(r.Bloom, l.Topics[0]))
				require.True(f.t, ethtypes.BloomLookup(r.Bloom, l.Address))
				require.Equal(f.t, r.Logs[0].Index+uint(i), l.Index) //nolint:gosec // an index
			}
		}
	})
}

// logsOf returns the Transfer events of a token before it went to bob.
func (f *fixture) logsOf(id common.Hash) (found []event) {
	f.t.Helper()
	for _, e := range f.history() {
		if e.name == "Transfer" && e.words[2] == id {
			found = append(found, e)
		}
	}
	return found
}

// A client that reads while blocks come is answered each time.
func TestReadsWhileBlocksCome(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allKinds[0])
	one := f.mint(f.alice, "red", 100).Big()
	reads, failed := 0, []error{}
	for range 30 {
		pending, err := chain.put(t.Context(), f.tx(f.alice, fnMove, one, one, 1))
		require.NoError(t, err)
		for done := false; !done; {
			_, headErr := chain.eth.HeaderByNumber(t.Context(), nil)
			_, blockErr := chain.eth.BlockByNumber(t.Context(), nil)
			_, logsErr := chain.eth.FilterLogs(t.Context(), ethereum.FilterQuery{Addresses: []common.Address{f.at}})
			reads++
			if err := errors.Join(headErr, blockErr, logsErr); err != nil {
				failed = append(failed, err)
			}
			select {
			case <-pending:
				done = true
			default:
			}
		}
	}
	if len(failed) > 0 {
		require.Fail(t, "not answered", "%d of %d times; first: %v", len(failed), reads, failed[0])
	}
}

// A revert is an error with data, by which clients know it, also in a
// transaction that a wallet tries before it sends it.
func TestRevertsAreErrorsWithData(t *testing.T) {
	each(t, func(f *fixture) {
		f.mint(f.alice, "red", 1)
		_, err := chain.eth.CallContract(t.Context(), ethereum.CallMsg{To: &f.at, Data: pack("ownerOf(uint256)", unknown)}, nil)
		var coded interface {
			ErrorCode() int
			ErrorData() any
		}
		require.True(f.t, errors.As(err, &coded))
		require.Equal(f.t, 3, coded.ErrorCode())
		require.Equal(f.t, common.Bytes2Hex(errorData("ERC721: invalid token ID")), coded.ErrorData().(string)[2:])
		require.ErrorContains(f.t, err, "execution reverted")
	})
}
