package contracttest

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/holiman/uint256"
)

// Step is a call that a script makes.
type Step struct {
	To    common.Address
	Value int64
	Data  []byte
	// MayFail lets the script go on if the call fails.
	MayFail bool
	Op      vm.OpCode // CALL if zero
	Gas     uint64    // limits a CALL; all there is if zero
}

// Script is a contract that makes calls one after the other, and reverts with
// what a call reverted with.
func Script(end vm.OpCode, steps ...Step) *program.Program {
	p := program.New()
	call(p, steps)
	if end == vm.REVERT {
		return p.Push0().Push0().Op(vm.REVERT)
	}
	return p.Op(end)
}

func call(p *program.Program, steps []Step) {
	for _, s := range steps {
		if len(s.Data) > 0 {
			p.Mstore(s.Data, 0)
		}
		switch s.Op {
		case vm.DELEGATECALL:
			p.DelegateCall(nil, s.To, 0, len(s.Data), 0, 0)
		case vm.STATICCALL:
			p.StaticCall(nil, s.To, 0, len(s.Data), 0, 0)
		case vm.CALLCODE:
			p.CallCode(nil, s.To, 0, 0, len(s.Data), 0, 0)
		default:
			var limit *uint256.Int
			if s.Gas > 0 {
				limit = uint256.NewInt(s.Gas)
			}
			p.Call(limit, s.To, uint64(s.Value), 0, len(s.Data), 0, 0)
		}
		if s.MayFail {
			p.Op(vm.POP)
			continue
		}
		bubble(p)
	}
}

// bubble reverts with the return data if the top of the stack is zero.
func bubble(p *program.Program) {
	// success: jump over the revert, which is eight bytes and a destination
	at := p.Size() + 3 + 1
	p.Append([]byte{byte(vm.PUSH2), byte((at + 7) >> 8), byte(at + 7), byte(vm.JUMPI)})
	p.Op(vm.RETURNDATASIZE).Push0().Push0().Op(vm.RETURNDATACOPY)
	p.Op(vm.RETURNDATASIZE).Push0().Op(vm.REVERT, vm.JUMPDEST)
}

// Repeat is a contract that calls to as many times as the first word of its call
// says, with the rest of it, and reverts with what one of them reverts with.
func Repeat(to common.Address) *program.Program {
	p := program.New()
	rest := func() { p.Push(32).Op(vm.CALLDATASIZE, vm.SUB) }
	rest()
	p.Push(32).Push0().Op(vm.CALLDATACOPY)
	p.Push0().Op(vm.CALLDATALOAD)
	_, again := p.Jumpdest()
	p.Push0().Push0()
	rest()
	p.Push0().Push0().Push(to).Op(vm.GAS, vm.CALL)
	bubble(p)
	p.Push(1).Op(vm.SWAP1, vm.SUB, vm.DUP1).Push(again).Op(vm.JUMPI)
	return p.Op(vm.STOP)
}

// Answer returns the first four bytes of the call.
func Answer() []byte {
	return program.New().Push(new(big.Int).Lsh(big.NewInt(0xffffffff), 224)).Push0().
		Op(vm.CALLDATALOAD, vm.AND).Push0().Op(vm.MSTORE).Return(0, 32).Bytes()
}

// Receiver is a contract that makes calls when it is asked whether it takes a
// token or value, and then takes it. It supports every interface.
func Receiver(steps ...Step) *program.Program {
	p := asked()
	call(p, steps)
	return p.Append(Answer())
}

// Refuser is a contract that reverts with data, whatever it is asked, but says
// that it supports every interface.
func Refuser(data []byte) *program.Program {
	p := asked()
	if len(data) > 0 {
		p.Mstore(data, 0)
	}
	return p.Push(len(data)).Push0().Op(vm.REVERT)
}

// asked begins a contract that says, by ERC-165, that it supports everything.
func asked() *program.Program {
	p := program.New()
	p.Push0().Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).Push([]byte{0x01, 0xff, 0xc9, 0xa7}).Op(vm.XOR)
	yes := program.New().Push(1).Push0().Op(vm.MSTORE).Return(0, 32).Bytes()
	p.Push(p.Size() + 3 + len(yes)).Op(vm.JUMPI).Append(yes)
	return p.Op(vm.JUMPDEST)
}
