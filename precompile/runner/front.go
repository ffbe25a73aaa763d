package runner

import (
	"bytes"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Fronts are contracts of a few instructions, each at an address of its own,
// that pass every call on to a Runner. The Runner acts in the front's name: its
// logs and its calls out are the front's, and msg.sender is the front's caller.
type Fronts struct {
	// Number returns the number of the front at an address, or an error if there
	// is none: what a front says of its caller is believed, so that nothing else
	// may pass for one.
	Number func(ctx sdk.Context, at common.Address) (uint64, error)

	face face
}

// Behind puts fronts before the Runner. They have functions of their own. It
// panics if these are not those of the ABI.
func (r *Runner) Behind(number func(ctx sdk.Context, at common.Address) (uint64, error), contract abi.ABI, functions ...Function) *Runner {
	seen, err := link(contract, functions)
	if err != nil {
		panic(fmt.Errorf("fronts of contract %s: %w", r.address, err))
	}
	r.fronts = &Fronts{Number: number, face: seen}
	return r
}

// passed starts what a front passes on: a word of it and the caller's address,
// and then the call as it came.
const passed = "weal/forward"

// cut takes apart what a front passed on.
func cut(input []byte) (caller common.Address, call []byte, ok bool) {
	if len(input) < common.HashLength || !bytes.HasPrefix(input, []byte(passed)) {
		return caller, nil, false
	}
	return common.Address(input[len(passed):common.HashLength]), input[common.HashLength:], true
}

// FrontCode returns the code of a front: what is to be at its address.
func FrontCode(to common.Address) []byte {
	var code []byte
	op := func(ops ...vm.OpCode) {
		for _, o := range ops {
			code = append(code, byte(o))
		}
	}
	push := func(data ...byte) {
		op(vm.PUSH0 + vm.OpCode(len(data)))
		code = append(code, data...)
	}
	// memory[0:32] = passed ‖ caller
	op(vm.CALLER)
	push(append([]byte(passed), make([]byte, common.AddressLength)...)...)
	op(vm.OR, vm.PUSH0, vm.MSTORE)
	// memory[32:] = the call
	op(vm.CALLDATASIZE, vm.PUSH0)
	push(common.HashLength)
	op(vm.CALLDATACOPY)
	// call(gas, to, value, in: 0, 32 + calldatasize, out: 0, 0)
	op(vm.PUSH0, vm.PUSH0, vm.CALLDATASIZE)
	push(common.HashLength)
	op(vm.ADD, vm.PUSH0, vm.CALLVALUE)
	push(bytes.TrimLeft(to[:], "\x00")...)
	op(vm.GAS, vm.CALL)
	// memory[0:] = the answer
	op(vm.RETURNDATASIZE, vm.PUSH0, vm.PUSH0, vm.RETURNDATACOPY)
	// return it, or revert with it
	push(byte(len(code) + 6))
	op(vm.JUMPI, vm.RETURNDATASIZE, vm.PUSH0, vm.REVERT)
	op(vm.JUMPDEST, vm.RETURNDATASIZE, vm.PUSH0, vm.RETURN)
	return code
}
