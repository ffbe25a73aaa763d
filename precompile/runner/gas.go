package runner

import (
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// What is charged besides what the native store charges.
const (
	// callGas and byteGas are for finding the function and reading its arguments.
	callGas = 400
	byteGas = 3
	// writeGas is for the branch that a write works in.
	writeGas = 500
	// layerPushGas is for the layer that a write puts on every native store,
	// unless it may use the one that is there.
	layerPushGas = 3_500
	// frontGas is more than a front takes to return two words.
	frontGas = 1_000
	// layerGas is for each layer below a look-up: what was not looked up before
	// is looked for in all of them, at about a microsecond each.
	layerGas = 20
)

// RequiredGas returns what a call costs before it is looked at.
func RequiredGas(input []byte) uint64 { return callGas + byteGas*uint64(len(input)) }

// storeGas returns what the native store charges below so many layers.
func storeGas(layers uint64) storetypes.GasConfig {
	c := storetypes.KVGasConfig()
	c.HasCost += layerGas * layers
	c.ReadCostFlat += layerGas * layers
	c.IterNextCostFlat += layerGas * layers
	return c
}

// spend takes gas from the contract, or returns vm.ErrOutOfGas.
func spend(evm *vm.EVM, contract *vm.Contract, gas uint64) error {
	if !contract.UseGas(gas, evm.Config.Tracer, tracing.GasChangeCallPrecompiledContract) {
		return vm.ErrOutOfGas
	}
	return nil
}

// refund gives gas back to the contract.
func refund(evm *vm.EVM, contract *vm.Contract, gas uint64) {
	contract.RefundGas(gas, evm.Config.Tracer, tracing.GasChangeCallPrecompiledContract)
}

// metered runs f on a meter of the contract's gas and takes from it what f used.
func metered(evm *vm.EVM, contract *vm.Contract, f func(storetypes.GasMeter) error) (err error) {
	meter := storetypes.NewGasMeter(contract.Gas)
	defer func() {
		switch r := recover().(type) {
		case nil:
		case storetypes.ErrorOutOfGas, storetypes.ErrorGasOverflow:
			err = vm.ErrOutOfGas
		default:
			panic(r)
		}
	}()
	if err := f(meter); err != nil {
		// What was used is used, even if nothing came of it.
		if spend(evm, contract, min(meter.GasConsumed(), contract.Gas)) != nil {
			return vm.ErrOutOfGas
		}
		return err
	}
	return spend(evm, contract, meter.GasConsumed())
}

// logGas returns what a log costs, as in a contract.
func logGas(topics, data int) uint64 {
	return params.LogGas + params.LogTopicGas*uint64(topics) + params.LogDataGas*uint64(data)
}
