package conformance

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
)

// asm assembles a contract whose jumps have names.
type asm struct {
	p      *program.Program
	labels map[string]int
	jumps  map[int]string // where a destination is missing
	unique int
}

func newAsm() *asm {
	return &asm{p: program.New(), labels: map[string]int{}, jumps: map[int]string{}}
}

func (a *asm) op(ops ...vm.OpCode) *asm {
	a.p.Op(ops...)
	return a
}

func (a *asm) push(v any) *asm {
	a.p.Push(v)
	return a
}

// zero pushes n zeros.
func (a *asm) zero(n int) *asm {
	for range n {
		a.p.Push0()
	}
	return a
}

// name returns a label that nobody else has.
func (a *asm) name(what string) string {
	a.unique++
	return fmt.Sprint(what, a.unique)
}

// at is where jumps to a label go.
func (a *asm) at(label string) *asm {
	a.labels[label] = a.p.Size()
	return a.op(vm.JUMPDEST)
}

// to jumps to a label: by JUMP, or by JUMPI if what is on the stack is not zero.
func (a *asm) to(jump vm.OpCode, label string) *asm {
	a.jumps[a.p.Size()+1] = label
	a.p.Append([]byte{byte(vm.PUSH2), 0, 0, byte(jump)})
	return a
}

// code returns the contract.
func (a *asm) code() []byte {
	code := a.p.Bytes()
	for hole, label := range a.jumps {
		at, ok := a.labels[label]
		if !ok {
			panic("assemble: no label " + label)
		}
		binary.BigEndian.PutUint16(code[hole:], uint16(at)) //nolint:gosec // programs are small
	}
	return code
}

// deployment returns the code that makes a contract.
func deployment(code []byte) []byte { return program.New().ReturnViaCodeCopy(code).Bytes() }

// body is a part of a contract that ends its call, or falls through.
type body func(*asm)

// on runs b if the call is one of a function, and then stops.
func (a *asm) on(signature string, b body) *asm {
	next := a.name("next")
	a.zero(1).op(vm.CALLDATALOAD).push(0xe0).op(vm.SHR).push(selector(signature)).op(vm.XOR).to(vm.JUMPI, next)
	b(a)
	return a.op(vm.STOP).at(next)
}

// store puts bytes into memory, beginning at 0.
func (a *asm) store(data []byte) *asm {
	if len(data) > 0 {
		a.p.Mstore(data, 0)
	}
	return a
}

// give returns data.
func give(data []byte) body {
	return func(a *asm) { a.store(data).push(len(data)).zero(1).op(vm.RETURN) }
}

// fail reverts with data.
func fail(data []byte) body {
	return func(a *asm) { a.store(data).push(len(data)).zero(1).op(vm.REVERT) }
}

// do is a body of single instructions.
func do(ops ...vm.OpCode) body {
	return func(a *asm) { a.op(ops...) }
}

// spin goes on until there is no gas.
func spin(a *asm) {
	l := a.name("spin")
	a.at(l).to(vm.JUMP, l)
}

// then is one body after another.
func then(bodies ...body) body {
	return func(a *asm) {
		for _, b := range bodies {
			b(a)
		}
	}
}

// returned copies what a call returned to the beginning of the memory.
func (a *asm) returned() *asm { return a.op(vm.RETURNDATASIZE).zero(2).op(vm.RETURNDATACOPY) }

// pass returns what a call returned, or reverts with it; whether the call
// succeeded is on the stack.
func (a *asm) pass() *asm {
	ok := a.name("ok")
	return a.returned().to(vm.JUMPI, ok).
		op(vm.RETURNDATASIZE).zero(1).op(vm.REVERT).
		at(ok).op(vm.RETURNDATASIZE).zero(1).op(vm.RETURN)
}

// input copies what follows the first skip bytes of the call to the beginning of
// the memory and leaves its size on the stack.
func (a *asm) input(skip int) *asm {
	return a.push(skip).op(vm.CALLDATASIZE, vm.SUB, vm.DUP1).push(skip).zero(1).op(vm.CALLDATACOPY)
}

// argument pushes the i-th word of the call.
func (a *asm) argument(i int) *asm { return a.push(32 * i).op(vm.CALLDATALOAD) }
