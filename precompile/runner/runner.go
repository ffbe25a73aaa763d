package runner

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/cosmos/evm/x/vm/statedb"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// Runner is a contract that is written in Go.
type Runner struct {
	name      string
	address   common.Address
	contract  abi.ABI
	functions map[selector]function
}

var _ vm.PrecompiledContract = (*Runner)(nil)

// New returns the contract at address, with a name for traces. It panics if the
// functions are not those of the ABI.
func New(name string, address common.Address, contract abi.ABI, functions ...Function) *Runner {
	linked, err := link(contract, functions)
	if err != nil {
		panic(fmt.Errorf("contract %s: %w", address, err))
	}
	return &Runner{name: name, address: address, contract: contract, functions: linked}
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

// run finds the function, reads its arguments and runs it.
func (r *Runner) run(evm *vm.EVM, contract *vm.Contract, readOnly bool) ([]byte, error) {
	if v := contract.Value(); v != nil && !v.IsZero() {
		return nil, errors.New("contract takes no coins")
	}
	if len(contract.Input) < len(selector{}) {
		return nil, errors.New("call names no function")
	}
	f, ok := r.functions[selector(contract.Input[:4])]
	if !ok {
		return nil, fmt.Errorf("unknown function 0x%x", contract.Input[:4])
	}
	if f.Writes && readOnly {
		return nil, vm.ErrWriteProtection
	}
	state, ok := evm.StateDB.(*statedb.StateDB)
	if !ok {
		return nil, errors.New("contract needs the chain's state")
	}
	args, err := f.method.Inputs.Unpack(contract.Input[4:])
	if err != nil {
		return nil, fmt.Errorf("%s: read arguments: %w", f.method.RawName, err)
	}
	call := &Call{Caller: contract.Caller(), Args: args, contract: r.contract}
	if !f.Writes {
		return r.view(evm, contract, state, f, call)
	}
	return r.write(evm, contract, state, f, call)
}

// view runs a function that changes nothing on the native state as it is.
func (r *Runner) view(evm *vm.EVM, contract *vm.Contract, state *statedb.StateDB, f function, call *Call) ([]byte, error) {
	ctx, err := state.GetCacheContext()
	if err != nil {
		return nil, err
	}
	call.Context = ctx
	return r.native(evm, contract, f, call)
}

// write runs a function that changes something. See the package's comment for
// the order, and why it is this one.
func (r *Runner) write(evm *vm.EVM, contract *vm.Contract, state *statedb.StateDB, f function, call *Call) ([]byte, error) {
	ctx, err := state.GetCacheContext()
	if err != nil {
		return nil, err
	}
	if err := spend(evm, contract, snapshotGas); err != nil {
		return nil, err
	}
	// The only error is that of the engine's limit of calls in one transaction.
	// The entry is in the journal by then, and gas bounds our calls better.
	_ = state.AddPrecompileFn(state.MultiStoreSnapshot())

	call.Context = ctx
	out, err := r.native(evm, contract, f, call)
	if err != nil {
		return nil, err
	}
	for _, c := range call.received {
		state.AddBalance(c.to, c.amount, tracing.BalanceChangeUnspecified)
	}
	for _, log := range call.logs {
		if err := spend(evm, contract, logGas(len(log.Topics), len(log.Data))); err != nil {
			return nil, err
		}
		log.Address, log.BlockNumber = r.address, evm.Context.BlockNumber.Uint64()
		state.AddLog(log)
	}
	outside := &Outside{evm: evm, contract: contract, self: r.address}
	for _, after := range call.after {
		if err := after(outside); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// native runs a function on the call's gas, and packs what it returns.
func (r *Runner) native(evm *vm.EVM, contract *vm.Contract, f function, call *Call) (out []byte, err error) {
	// The multi-store of a transaction counts its layers as its version.
	config := storeGas(uint64(call.Context.MultiStore().LatestVersion()))
	err = metered(evm, contract, func(meter storetypes.GasMeter) error {
		call.Context = call.Context.WithGasMeter(meter).
			WithKVGasConfig(config).
			WithTransientKVGasConfig(storetypes.TransientGasConfig())
		values, err := f.Function.Run(call)
		if err != nil {
			return err
		}
		out, err = f.method.Outputs.Pack(values...)
		return err
	})
	return out, err
}
