package runner

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/cosmos/evm/x/vm/statedb"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The EVM undoes native state by layers: a snapshot of the multi-store puts one
// on every store, and reverting its journal entry takes off this layer and all
// above it. A layer of its own for each write would make every later look-up of
// the transaction dearer. It is needed only if something may be undone that ends
// between two writes, and that is a frame, which is a call or a creation.
//
// A write may use the layer that is uppermost if every frame around it was there
// already when the write before ended: whatever undoes this write then undoes that
// one, with its layer. The EVM counts frames by its revisions. If since the end
// of the write before only one was begun, it is this write's own, and the write
// was called by a frame that was there. A front's frame is one more, which only
// the call that it passes on, or want of gas after it, can undo: see fronted.
//
// What the write does is in a branch until then, so that nothing of a write that
// fails has ever been in the shared layer. A write that calls out needs a layer
// of its own, since what it called may put layers above.

// markAt has, in transient storage, the number of the last revision that ended a
// write or a view of the transaction, plus one. The EVM takes it back with what
// it reverts: then revisions are missing, and the next write gets a layer.
var markAt = common.BytesToAddress([]byte("weal/runner/layer"))

// visit is one call of a Runner, from its first revision.
type visit struct {
	state   *statedb.StateDB
	entry   uint64
	fronted bool
}

func enter(state *statedb.StateDB) *visit {
	return &visit{state: state, entry: uint64(state.Snapshot())}
}

// follows reports whether every frame around the visit was there when the last
// one ended, which did.
func (v *visit) follows() bool {
	mark := v.state.GetTransientState(markAt, common.Hash{})
	last := binary.BigEndian.Uint64(mark[24:])
	frames := uint64(1)
	if v.fronted {
		frames++
	}
	return last > 0 && v.entry == last+frames
}

// leave ends the visit.
func (v *visit) leave() {
	var mark common.Hash
	binary.BigEndian.PutUint64(mark[24:], uint64(v.state.Snapshot())+1)
	v.state.SetTransientState(markAt, common.Hash{}, mark)
}

// landing brings what a write did to native state from its branch to a layer.
type landing struct {
	evm      *vm.EVM
	contract *vm.Contract
	visit    *visit
	shared   bool // the uppermost layer may be used
	below    sdk.Context
	branch   *branch
	events   *sdk.EventManager
	landed   bool
}

// apart lands in a layer of its own.
func (l *landing) apart() error {
	if l.landed {
		return nil
	}
	if err := spend(l.evm, l.contract, layerPushGas); err != nil {
		return err
	}
	// The only error is that of the engine's limit of calls in one transaction.
	// The entry is in the journal by then, and gas bounds our calls better.
	_ = l.visit.state.AddPrecompileFn(l.visit.state.MultiStoreSnapshot())
	l.land()
	return nil
}

// end lands what did not yet, when nothing of the call can fail any more. A front
// has the gas that is left to return so many bytes with.
func (l *landing) end(returned int) error {
	safe := !l.visit.fronted || l.contract.Gas >= frontGas && returned <= 2*common.HashLength
	if l.shared && safe && !l.landed {
		l.land()
	}
	return l.apart()
}

func (l *landing) land() {
	l.branch.Write()
	l.below.EventManager().EmitEvents(l.events.Events())
	l.landed = true
}
