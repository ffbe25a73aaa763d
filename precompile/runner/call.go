package runner

import (
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Call is one call of a function.
type Call struct {
	// Context is the native state, with the call's gas meter.
	Context sdk.Context
	// Caller is msg.sender.
	Caller common.Address
	// Args are the arguments, as package abi decodes them.
	Args []any

	contract abi.ABI
	received []receipt
	logs     []*ethtypes.Log
	after    []func(*Outside) error
}

// receipt is what an account got of the chain's coin.
type receipt struct {
	to     common.Address
	amount *uint256.Int
}

// Received says that Run had the bank pay an account, from a module's account,
// so much of the chain's coin. The EVM keeps balances of its own during a
// transaction and writes them over the bank's at its end: unless told, it would
// take the coins away again.
func (c *Call) Received(to common.Address, amount *uint256.Int) {
	if !amount.IsZero() {
		c.received = append(c.received, receipt{to, amount})
	}
}

// Log adds an event of the contract's ABI, to be emitted when Run has returned.
// Args are the event's arguments in their order, the indexed ones too.
func (c *Call) Log(event string, args ...any) error {
	e, ok := c.contract.Events[event]
	if !ok || len(args) != len(e.Inputs) {
		return fmt.Errorf("log %s: no such event of %d arguments", event, len(args))
	}
	topics := []common.Hash{e.ID}
	var plain []any
	for i, in := range e.Inputs {
		if !in.Indexed {
			plain = append(plain, args[i])
			continue
		}
		topic, err := abi.Arguments{{Type: in.Type}}.Pack(args[i])
		if err != nil {
			return fmt.Errorf("log %s: %w", event, err)
		}
		if len(topic) != common.HashLength {
			return fmt.Errorf("log %s: %s is indexed and not a word", event, in.Name)
		}
		topics = append(topics, common.BytesToHash(topic))
	}
	data, err := e.Inputs.NonIndexed().Pack(plain...)
	if err != nil {
		return fmt.Errorf("log %s: %w", event, err)
	}
	c.logs = append(c.logs, &ethtypes.Log{Topics: topics, Data: data})
	return nil
}

// After has f called when the native work is done and the logs are emitted. It
// may call contracts; Context is not to be used any more.
func (c *Call) After(f func(*Outside) error) { c.after = append(c.after, f) }

// Outside calls contracts in the name of the contract that runs.
type Outside struct {
	evm      *vm.EVM
	contract *vm.Contract
	self     common.Address
}

// HasCode reports whether a contract is at an address.
func (o *Outside) HasCode(to common.Address) bool { return o.evm.StateDB.GetCodeSize(to) > 0 }

// Call calls a contract with all but one 64th of the gas. The error is the
// EVM's; if it is vm.ErrExecutionReverted, out is the revert data.
func (o *Outside) Call(to common.Address, input []byte) (out []byte, err error) {
	return o.forward(func(gas uint64) ([]byte, uint64, error) {
		return o.evm.Call(o.self, to, input, gas, new(uint256.Int))
	})
}

// View is Call without the right to change anything.
func (o *Outside) View(to common.Address, input []byte) (out []byte, err error) {
	return o.forward(func(gas uint64) ([]byte, uint64, error) {
		return o.evm.StaticCall(o.self, to, input, gas)
	})
}

func (o *Outside) forward(call func(gas uint64) ([]byte, uint64, error)) ([]byte, error) {
	gas := o.contract.Gas - o.contract.Gas/64
	out, left, err := call(gas)
	if spend(o.evm, o.contract, gas-left) != nil {
		return nil, vm.ErrOutOfGas
	}
	return out, err
}

// Revert is an error that carries the data to revert with.
type Revert struct{ Data []byte }

// Error implements error.
func (Revert) Error() string { return vm.ErrExecutionReverted.Error() }
