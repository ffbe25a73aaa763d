package proxy

import (
	"bytes"
	"encoding/binary"

	"github.com/ethereum/go-ethereum/core/vm"
)

// assembly is code under construction. Values that are pushed are constants of
// this package, of at most 32 bytes.
type assembly struct{ code []byte }

func (a *assembly) op(ops ...vm.OpCode) {
	for _, op := range ops {
		a.code = append(a.code, byte(op))
	}
}

// push pushes a number that is not negative.
func (a *assembly) push(n int) {
	a.bytes(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// bytes pushes a big-endian value.
func (a *assembly) bytes(value []byte) {
	value = bytes.TrimLeft(value, "\x00")
	if len(value) == 0 {
		a.op(vm.PUSH0)
		return
	}
	a.op(vm.PUSH1 + vm.OpCode(len(value)-1))
	a.code = append(a.code, value...)
}

// jump is a conditional jump to where land is called with it.
type jump int

func (a *assembly) jumpIf() jump {
	a.op(vm.PUSH2)
	at := jump(len(a.code))
	a.code = append(a.code, 0, 0)
	a.op(vm.JUMPI)
	return at
}

func (a *assembly) land(j jump) {
	binary.BigEndian.PutUint16(a.code[j:], uint16(len(a.code)))
	a.op(vm.JUMPDEST)
}

// must reverts with an error's selector, or nothing, unless the top of the stack,
// which it takes, is true.
func (a *assembly) must(selector []byte) {
	ok := a.jumpIf()
	if len(selector) > 0 {
		a.mstore(append(bytes.Clone(selector), make([]byte, 32-len(selector))...), 0)
	}
	a.push(len(selector))
	a.op(vm.PUSH0, vm.REVERT)
	a.land(ok)
}

// mstore writes words to memory.
func (a *assembly) mstore(words []byte, at int) {
	for i := 0; i < len(words); i += 32 {
		a.bytes(words[i : i+32])
		a.push(at + i)
		a.op(vm.MSTORE)
	}
}

// store writes a number to memory.
func (a *assembly) store(at, value int) {
	a.push(value)
	a.push(at)
	a.op(vm.MSTORE)
}

// input pushes a word of the call's input.
func (a *assembly) input(at int) {
	a.push(at)
	a.op(vm.CALLDATALOAD)
}

// copyInput copies n bytes of the call's input to memory.
func (a *assembly) copyInput(to, from, n int) {
	a.push(n)
	a.push(from)
	a.push(to)
	a.op(vm.CALLDATACOPY)
}
