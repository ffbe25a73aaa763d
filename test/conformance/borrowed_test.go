package conformance

import (
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"
)

// views are the functions of a list that change nothing.
func views(all []function) (look, change []function) {
	writes := map[string]bool{
		fnApprove: true, fnApproveAll: true, fnTransfer: true, fnSafe: true, fnSafeData: true, fnApproveValue: true, fnMove: true,
		fnSplit: true, fnApproveSlot: true, fnBurn: true, fnBurnValue: true, fnMint: true, fnMintValue: true,
	}
	for _, fn := range all {
		if writes[fn.signature] {
			change = append(change, fn)
		} else {
			look = append(look, fn)
		}
	}
	return look, change
}

// A call that promised to change nothing may look at everything, and change
// nothing.
func TestStaticCalls(t *testing.T) {
	each(t, func(f *fixture) {
		at := f.deploy(by(vm.STATICCALL))[0]
		ids := f.grant(grant{at, "red", 100}, grant{at, "red", 100}, grant{at, "red", 100})
		f.must(f.alice, fnApproveAll, at, true)
		f.alice, f.bob = &account{addr: at, key: f.alice.key}, &account{addr: at, key: f.bob.key}
		look, change := views(f.functions(ids))
		var calls []ethereum.CallMsg
		for _, fn := range append(look, change...) {
			for _, to := range []common.Address{f.at, at} {
				data := fn.data()
				if to == at {
					data = called(f.at, data)
				}
				calls = append(calls, ethereum.CallMsg{From: f.carol.addr, To: &to, Data: data})
			}
		}
		outs, errs, err := chain.look(t.Context(), calls)
		require.NoError(f.t, err)
		for i, fn := range look {
			require.NoError(f.t, errs[2*i], fn.signature)
			require.NoError(f.t, errs[2*i+1], fn.signature)
			if !f.others(fn.signature) {
				require.Equal(f.t, outs[2*i], outs[2*i+1], fn.signature)
			}
		}
		for i, fn := range change {
			require.Error(f.t, errs[2*(len(look)+i)+1], fn.signature)
		}
	})
}

// To run a contract's code as one's own is refused: it would act in the name of
// who called, or of nobody.
func TestBorrowedCode(t *testing.T) {
	each(t, func(f *fixture) {
		at := f.deploy(by(vm.DELEGATECALL), by(vm.CALLCODE))
		ids := f.grant(
			grant{at[0], "red", 100}, grant{at[0], "red", 100}, grant{at[0], "red", 100},
			grant{at[1], "red", 100}, grant{at[1], "red", 100}, grant{at[1], "red", 100},
			grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		a := *f
		var txs []tx
		for i, contract := range at {
			// Neither what the contract owns, nor what who calls it owns.
			for _, owner := range []struct {
				addr common.Address
				ids  []common.Hash
			}{{contract, ids[3*i : 3*i+3]}, {f.alice.addr, ids[6:]}} {
				a.alice, a.bob = &account{addr: owner.addr}, &account{addr: f.carol.addr}
				_, change := views(a.functions(owner.ids))
				for _, fn := range change {
					txs = append(txs, tx{from: f.alice, to: &contract, data: called(f.at, fn.data()), gas: 300_000})
				}
			}
		}
		for begin := 0; begin < len(txs); begin += 40 {
			f.fails(txs[begin:min(begin+40, len(txs))]...)
		}
	})
}

// The code of a collection, put elsewhere, is no collection.
func TestCopiedCode(t *testing.T) {
	each(t, func(f *fixture) {
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		code, err := chain.eth.CodeAt(t.Context(), f.at, nil)
		require.NoError(f.t, err)
		at := f.deploy(code)[0]
		for _, fn := range f.functions(ids) {
			_, err := chain.call(t.Context(), ethereum.CallMsg{From: fn.from.addr, To: &at, Data: fn.data()})
			require.Error(f.t, err, fn.signature)
		}
		f.fails(
			tx{from: f.alice, to: &at, data: pack(fnTransfer, f.alice, f.bob, ids[0].Big()), gas: 300_000},
			tx{from: f.maker, to: &at, data: pack(fnMint, f.bob, 1_000, 7, 1), gas: 300_000})
	})
}
