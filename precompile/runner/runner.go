package runner

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/cosmos/evm/x/vm/statedb"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/x/asset/types"
)

var (
	errNoFunction = errors.New("call names no function")
	errCoins      = errors.New("contract takes no coins")
	errBorrowed   = errors.New("contract is called, not borrowed: DELEGATECALL would act for somebody else")
)

// Runner is a contract that is written in Go.
type Runner struct {
	name    string
	address common.Address
	own     face
	fronts  *Fronts
	blocked func(common.Address) bool
}

var _ vm.PrecompiledContract = (*Runner)(nil)

// New returns the contract at address, with a name for traces. It panics if the
// functions are not those of the ABI.
func New(name string, address common.Address, contract abi.ABI, functions ...Function) *Runner {
	own, err := link(contract, functions)
	if err != nil {
		panic(fmt.Errorf("contract %s: %w", address, err))
	}
	return &Runner{name: name, address: address, own: own}
}

// Refusing lets functions move the chain's coin, but not to accounts that are
// blocked: the chain never pays modules' accounts.
func (r *Runner) Refusing(blocked func(common.Address) bool) *Runner {
	r.blocked = blocked
	return r
}

// Name implements vm.PrecompiledContract.
func (r *Runner) Name() string { return r.name }

// Address implements vm.PrecompiledContract.
func (r *Runner) Address() common.Address { return r.address }

// RequiredGas implements vm.PrecompiledContract.
func (r *Runner) RequiredGas(input []byte) uint64 { return RequiredGas(input) }

// Run implements vm.PrecompiledContract.
func (r *Runner) Run(evm *vm.EVM, contract *vm.Contract, readOnly bool) ([]byte, error) {
	out, err := r.run(evm, contract, readOnly)
	var revert Revert
	switch {
	case err == nil:
		return out, nil
	case errors.Is(err, vm.ErrOutOfGas), errors.Is(err, vm.ErrWriteProtection):
		return nil, err
	case errors.As(err, &revert):
		out = revert.Data
	case errors.Is(err, types.ErrOverflow):
		out = panicData(panicArithmetic)
	default:
		reason, packErr := evmtypes.RevertReasonBytes(err.Error())
		if packErr != nil {
			return nil, packErr
		}
		out = reason
	}
	evm.SetReturnData(out)
	return out, vm.ErrExecutionReverted
}

// panicArithmetic is Solidity's code for arithmetic that does not fit.
const panicArithmetic = 0x11

// panicData is what Solidity reverts with: Panic(uint256).
func panicData(code byte) []byte {
	out := append([]byte{0x4e, 0x48, 0x7b, 0x71}, make([]byte, common.HashLength)...)
	out[len(out)-1] = code
	return out
}

// run finds the function, reads its arguments and runs it.
func (r *Runner) run(evm *vm.EVM, contract *vm.Contract, readOnly bool) ([]byte, error) {
	// The EVM gives no value to code that runs as its caller's own.
	if contract.Value() == nil {
		return nil, errBorrowed
	}
	state, ok := evm.StateDB.(*statedb.StateDB)
	if !ok {
		return nil, errors.New("contract needs the chain's state")
	}
	call := &Call{evm: evm, Caller: contract.Caller(), Self: r.address, Value: contract.Value().Clone()}
	visit := enter(state)
	visible, input := r.own, contract.Input
	if caller, rest, ok := cut(input); ok && r.fronts != nil {
		err := inside(evm, contract, state, call, nil, func() (err error) {
			call.Front, err = r.fronts.Number(call.Context, call.Caller)
			return err
		})
		if err != nil {
			return nil, err
		}
		visit.fronted = true
		call.Self, call.Caller = call.Caller, caller
		visible, input = r.fronts.face, rest
	}
	f, err := visible.find(input)
	if err != nil {
		return nil, err
	}
	if !f.Payable && !call.Value.IsZero() {
		return nil, errCoins
	}
	if f.Writes && readOnly {
		return nil, vm.ErrWriteProtection
	}
	if call.Args, err = f.method.Inputs.Unpack(input[4:]); err == nil {
		err = checkClean(f.method.Inputs, input[4:])
	}
	if err != nil {
		return nil, fmt.Errorf("%s: read arguments: %w", f.method.RawName, err)
	}
	call.function, call.contract = f, visible.contract
	if !f.Writes {
		out, err := native(evm, contract, state, call, nil)
		if err == nil && visit.follows() {
			visit.leave()
		}
		return out, err
	}
	return r.write(evm, contract, visit, call)
}

// write runs a function that changes something. See the package's comment for
// the order, and why it is this one.
func (r *Runner) write(evm *vm.EVM, contract *vm.Contract, visit *visit, call *Call) ([]byte, error) {
	state := visit.state
	ctx, err := state.GetCacheContext()
	if err != nil {
		return nil, err
	}
	if err := spend(evm, contract, writeGas); err != nil {
		return nil, err
	}
	l := &landing{
		evm: evm, contract: contract, visit: visit, shared: visit.follows(),
		below: ctx, branch: newBranch(ctx.MultiStore()), events: sdk.NewEventManager(),
	}
	out, err := native(evm, contract, state, call, l)
	if err != nil {
		return nil, err
	}
	if err := r.pay(evm, contract, state, call); err != nil {
		return nil, err
	}
	for _, log := range call.logs {
		if err := spend(evm, contract, logGas(len(log.Topics), len(log.Data))); err != nil {
			return nil, err
		}
		log.BlockNumber = evm.Context.BlockNumber.Uint64()
		state.AddLog(log)
	}
	for _, a := range call.after {
		if err := a.do(&Outside{evm: evm, contract: contract, self: a.as, landing: l}); err != nil {
			return nil, err
		}
	}
	if err := l.end(len(out)); err != nil {
		return nil, err
	}
	visit.leave()
	return out, nil
}

// native runs a function on the native state, or on the branch of a landing, and
// packs what it returns.
func native(evm *vm.EVM, contract *vm.Contract, state *statedb.StateDB, call *Call, l *landing) (out []byte, err error) {
	err = inside(evm, contract, state, call, l, func() error {
		values, err := call.function.Run(call)
		if err != nil {
			return err
		}
		out, err = pack(call.function.method.Outputs, values)
		return err
	})
	return out, err
}

// inside runs f on the call's gas, with the native state, or the branch of a
// landing, in call.Context.
func inside(evm *vm.EVM, contract *vm.Contract, state *statedb.StateDB, call *Call, l *landing, f func() error) error {
	ctx, err := state.GetCacheContext()
	if err != nil {
		return err
	}
	// The multi-store of a transaction counts its layers as its version.
	config := storeGas(uint64(ctx.MultiStore().LatestVersion()))
	if l != nil {
		ctx = ctx.WithMultiStore(l.branch).WithEventManager(l.events)
	}
	return metered(evm, contract, func(meter storetypes.GasMeter) error {
		call.Context = ctx.WithGasMeter(meter).
			WithKVGasConfig(config).
			WithTransientKVGasConfig(storetypes.TransientGasConfig())
		return f()
	})
}
