package runner

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// Outside calls contracts in the name of one that is written in Go. A call gets
// all but one 64th of the gas, and costs what it costs a contract.
type Outside struct {
	evm      *vm.EVM
	contract *vm.Contract
	self     common.Address
	landing  *landing
}

// HasCode reports whether a contract is at an address.
func (o *Outside) HasCode(to common.Address) (bool, error) {
	if err := o.reach(to); err != nil {
		return false, err
	}
	return o.evm.StateDB.GetCodeSize(to) > 0, nil
}

// reach pays for looking at an account: more if the transaction does for the
// first time.
func (o *Outside) reach(a common.Address) error {
	if o.evm.StateDB.AddressInAccessList(a) {
		return spend(o.evm, o.contract, params.WarmStorageReadCostEIP2929)
	}
	o.evm.StateDB.AddAddressToAccessList(a)
	return spend(o.evm, o.contract, params.ColdAccountAccessCostEIP2929)
}

// Call calls a contract. The error is the EVM's; if it is
// vm.ErrExecutionReverted, out is the revert data.
func (o *Outside) Call(to common.Address, input []byte) (out []byte, err error) {
	return o.CallWith(to, new(uint256.Int), input)
}

// CallWith is Call with coins, of those that the calling contract has.
func (o *Outside) CallWith(to common.Address, value *uint256.Int, input []byte) (out []byte, err error) {
	if err := o.reach(to); err != nil {
		return nil, err
	}
	if value.IsZero() {
		return o.forward(0, func(gas uint64) ([]byte, uint64, error) {
			return o.evm.Call(o.self, to, input, gas, value)
		})
	}
	cost := params.CallValueTransferGas
	if o.evm.StateDB.Empty(to) {
		cost += params.CallNewAccountGas
	}
	if err := spend(o.evm, o.contract, cost); err != nil {
		return nil, err
	}
	return o.forward(params.CallStipend, func(gas uint64) ([]byte, uint64, error) {
		return o.evm.Call(o.self, to, input, gas, value)
	})
}

// CallLimited calls a contract with exactly so much gas, and reports whether it
// succeeded: no more than that is seen of it, and it cannot fail the caller. Where
// there is no code it fails. The error is vm.ErrOutOfGas if there is less gas, so that
// nobody can have it fail by giving too little.
func (o *Outside) CallLimited(to common.Address, gas uint64, input []byte) (ok bool, err error) {
	if ok, err := o.HasCode(to); err != nil || !ok {
		return false, err
	}
	if err := o.landing.apart(); err != nil {
		return false, err
	}
	if o.contract.Gas-o.contract.Gas/64 < gas {
		return false, vm.ErrOutOfGas
	}
	if err := spend(o.evm, o.contract, gas); err != nil {
		return false, err
	}
	_, left, err := o.evm.Call(o.self, to, input, gas, new(uint256.Int))
	refund(o.evm, o.contract, left)
	return err == nil, nil
}

// View is Call without the right to change anything.
func (o *Outside) View(to common.Address, input []byte) (out []byte, err error) {
	if err := o.reach(to); err != nil {
		return nil, err
	}
	return o.forward(0, func(gas uint64) ([]byte, uint64, error) {
		return o.evm.StaticCall(o.self, to, input, gas)
	})
}

// Create makes a contract by running code, which returns what is to be there.
// If the error is vm.ErrExecutionReverted, out is the revert data.
func (o *Outside) Create(code []byte) (at common.Address, out []byte, err error) {
	words := uint64(len(code)+31) / 32
	if err := spend(o.evm, o.contract, params.CreateGas+params.InitCodeWordGas*words); err != nil {
		return at, nil, err
	}
	out, err = o.forward(0, func(gas uint64) ([]byte, uint64, error) {
		var left uint64
		out, at, left, err = o.evm.Create(o.self, code, gas, new(uint256.Int))
		return out, left, err
	})
	return at, out, err
}

// forward gives a call its gas, with a stipend that costs nothing, and takes back
// what it left. What the write did before is there by then.
func (o *Outside) forward(stipend uint64, call func(gas uint64) ([]byte, uint64, error)) ([]byte, error) {
	if err := o.landing.apart(); err != nil {
		return nil, err
	}
	gas := o.contract.Gas - o.contract.Gas/64
	if err := spend(o.evm, o.contract, gas); err != nil {
		return nil, err
	}
	out, left, err := call(gas + stipend)
	refund(o.evm, o.contract, left)
	return out, err
}

// Revert is an error that carries the data to revert with.
type Revert struct{ Data []byte }

// Error implements error.
func (Revert) Error() string { return vm.ErrExecutionReverted.Error() }
