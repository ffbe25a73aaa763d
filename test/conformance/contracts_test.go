package conformance

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
)

// The functions of receivers.
const (
	on721    = "onERC721Received(address,address,uint256,bytes)"
	on3525   = "onERC3525Received(address,uint256,uint256,uint256,bytes)"
	supports = "supportsInterface(bytes4)"
	// arm stores a call that an actor makes when it is next asked.
	arm = "arm()"
)

// magic returns the answer of a receiver that accepts.
func magic(signature string) []byte { return common.RightPadBytes(selector(signature), 32) }

// What a receiver answers when it is asked for an interface.
var (
	saysYes = give(word(true).Bytes())
	saysNo  = give(word(false).Bytes())
)

// called is a call of a contract through an actor or a prober: its address, and
// what is to be sent there.
func called(to common.Address, data []byte) []byte {
	return append(common.LeftPadBytes(to[:], 32), data...)
}

// act makes the call that is named by called, by op, and passes on what comes of it.
func act(op vm.OpCode) body {
	return func(a *asm) {
		a.input(32) // size
		a.zero(2).op(vm.DUP3).zero(1)
		if op == vm.CALL || op == vm.CALLCODE {
			a.op(vm.CALLVALUE)
		}
		a.argument(0).op(vm.GAS, op).pass()
	}
}

// actor is a contract that makes calls for whoever asks it, and takes every
// token.
func actor() []byte {
	return receiver(saysYes, give(magic(on721)), give(magic(on3525)))
}

// by is a contract that makes calls for whoever asks it, in one of the EVM's ways.
func by(op vm.OpCode) []byte {
	a := newAsm()
	act(op)(a)
	return a.code()
}

// receiver is a contract that answers so when it is asked, and otherwise makes
// calls for whoever asks it.
func receiver(interfaces, token, value body) []byte {
	a := newAsm()
	a.on(supports, interfaces).on(on721, token).on(on3525, value)
	a.on(arm, store)
	act(vm.CALL)(a)
	return a.code()
}

// note logs the call, under the address that makes it.
func note(a *asm) {
	a.op(vm.CALLDATASIZE).zero(2).op(vm.CALLDATACOPY, vm.CALLER, vm.CALLDATASIZE).zero(1).op(vm.LOG1)
}

// ask logs what a call that changes nothing returned, without a topic.
func ask(to common.Address, data []byte) body {
	return func(a *asm) {
		a.store(data).zero(2).push(len(data)).zero(1).push(to).op(vm.GAS, vm.STATICCALL, vm.POP)
		a.returned().op(vm.RETURNDATASIZE).zero(1).op(vm.LOG0)
	}
}

// store keeps a call in storage: its size in slot 0, then its words.
func store(a *asm) {
	loop, end := a.name("loop"), a.name("end")
	a.push(4).op(vm.CALLDATASIZE, vm.SUB).op(vm.DUP1).zero(1).op(vm.SSTORE) // size
	a.zero(1).at(loop)                                                      // size, i
	a.op(vm.DUP2, vm.DUP2, vm.LT, vm.ISZERO).to(vm.JUMPI, end)
	a.op(vm.DUP1).push(4).op(vm.ADD, vm.CALLDATALOAD)
	a.op(vm.DUP2).push(5).op(vm.SHR).push(1).op(vm.ADD, vm.SSTORE)
	a.push(32).op(vm.ADD).to(vm.JUMP, loop).at(end)
}

// perform makes the call that was stored, once, and logs what it returned under
// whether it succeeded.
func perform(a *asm) {
	loop, ready, done := a.name("loop"), a.name("ready"), a.name("done")
	a.zero(1).op(vm.SLOAD, vm.DUP1, vm.ISZERO).to(vm.JUMPI, done) // size
	a.zero(2).op(vm.SSTORE)
	a.zero(1).at(loop) // size, i
	a.op(vm.DUP2, vm.DUP2, vm.LT, vm.ISZERO).to(vm.JUMPI, ready)
	a.op(vm.DUP1).push(5).op(vm.SHR).push(1).op(vm.ADD, vm.SLOAD, vm.DUP2, vm.MSTORE)
	a.push(32).op(vm.ADD).to(vm.JUMP, loop)
	a.at(ready).op(vm.POP).zero(2).push(32).op(vm.DUP4, vm.SUB).push(32).zero(2).op(vm.MLOAD, vm.GAS, vm.CALL)
	a.returned().op(vm.RETURNDATASIZE).zero(1).op(vm.LOG1)
	a.at(done).op(vm.POP)
}

// use calls a function of a contract with words of the call that is being
// answered, which must succeed.
func use(to common.Address, signature string, words ...int) body {
	return func(a *asm) {
		ok := a.name("ok")
		a.store(selector(signature))
		for i, w := range words {
			a.push(4 + 32*w).op(vm.CALLDATALOAD).push(4 + 32*i).op(vm.MSTORE)
		}
		a.zero(2).push(4+32*len(words)).zero(2).push(to).op(vm.GAS, vm.CALL).to(vm.JUMPI, ok)
		a.op(vm.INVALID).at(ok)
	}
}

// prober is a contract that makes a call, as named by called, with every
// beginning of the data that is shorter than the whole. It returns 0 if each
// reverted with data, or one more than the size that did not.
func prober() []byte {
	a := newAsm()
	a.input(32).zero(1).at("loop") // size, n
	a.op(vm.DUP2, vm.DUP2, vm.LT, vm.ISZERO).to(vm.JUMPI, "good")
	a.zero(2).op(vm.DUP3).zero(2).argument(0).op(vm.GAS, vm.CALL).to(vm.JUMPI, "bad")
	a.op(vm.RETURNDATASIZE, vm.ISZERO).to(vm.JUMPI, "bad")
	a.push(1).op(vm.ADD).to(vm.JUMP, "loop")
	a.at("good").zero(2).op(vm.MSTORE).push(32).zero(1).op(vm.RETURN)
	a.at("bad").push(1).op(vm.ADD).zero(1).op(vm.MSTORE).push(32).zero(1).op(vm.RETURN)
	return a.code()
}

// meter is a contract that makes a call, as named by called, without the right
// to change anything and with the gas of ERC-165. It returns whether that
// succeeded, the gas it took, the size of the answer and its first word.
func meter() []byte {
	a := newAsm()
	a.input(32).op(vm.GAS) // size, gas
	a.push(32).push(96).op(vm.DUP4).zero(1).argument(0).push(30_000).op(vm.STATICCALL)
	a.zero(1).op(vm.MSTORE)                               // size, gas
	a.op(vm.GAS, vm.SWAP1, vm.SUB).push(32).op(vm.MSTORE) // size
	a.op(vm.RETURNDATASIZE).push(64).op(vm.MSTORE)
	a.push(128).zero(1).op(vm.RETURN)
	return a.code()
}

// repeater is a contract that makes a call, named by called with how often in
// front of the data, and reverts with what one of them reverts with.
func repeater() []byte {
	a := newAsm()
	a.input(64).argument(1).at("loop") // size, left
	a.zero(2).op(vm.DUP4).zero(2).argument(0).op(vm.GAS, vm.CALL).to(vm.JUMPI, "good")
	a.returned().op(vm.RETURNDATASIZE).zero(1).op(vm.REVERT)
	a.at("good").push(1).op(vm.SWAP1, vm.SUB, vm.DUP1).to(vm.JUMPI, "loop")
	return a.op(vm.STOP).code()
}
