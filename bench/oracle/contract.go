package oracle

import (
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"

	"github.com/weal-network/weal/types"
)

// jobs is the contract where assets are asked, and which calls back.
var jobs = common.HexToAddress(types.JobContract)

// callbackGas is what a call-back gets: enough to store an answer of 512 bytes.
const callbackGas = 500_000

// The rows of a request in the contract's storage, from request·2^16.
const (
	rowTold   = 0 // how often it was told
	rowBlock  = 1 // the block of the last time
	rowLength = 2 // of the answer, in bytes
	rowAnswer = 3 // the answer, a word a row
)

// row is where a request's row is in the contract's storage.
func row(id uint64, n int) common.Hash {
	base := new(big.Int).Lsh(new(big.Int).SetUint64(id), 16)
	return common.BigToHash(base.Add(base, big.NewInt(int64(n))))
}

// code is the contract: what it is called with it passes on to the contract of jobs,
// with all coins, and so asks; what that calls it with, which is onAnswer(id, answer,
// evidence), it stores.
func code() []byte {
	var ok, told, again, done uint64
	var b []byte
	for range 2 { // the second time the places to jump to are known
		p := program.New()
		jump := func(to uint64) { p.Append(binary.BigEndian.AppendUint16([]byte{byte(vm.PUSH2)}, uint16(to))) }
		here := func(at *uint64) { _, *at = p.Jumpdest() }
		p.Op(vm.CALLER).Push(jobs).Op(vm.EQ)
		jump(told)
		p.Op(vm.JUMPI)

		p.Op(vm.CALLDATASIZE).Push0().Push0().Op(vm.CALLDATACOPY)
		p.Push0().Push0().Op(vm.CALLDATASIZE).Push0().Op(vm.CALLVALUE).Push(jobs).Op(vm.GAS, vm.CALL)
		p.Op(vm.RETURNDATASIZE).Push0().Push0().Op(vm.RETURNDATACOPY)
		jump(ok)
		p.Op(vm.JUMPI, vm.RETURNDATASIZE).Push0().Op(vm.REVERT)
		here(&ok)
		p.Op(vm.RETURNDATASIZE).Push0().Op(vm.RETURN)

		here(&told)
		p.Push(4).Op(vm.CALLDATALOAD).Push(16).Op(vm.SHL)                            // row 0
		p.Op(vm.DUP1, vm.SLOAD).Push(1).Op(vm.ADD, vm.DUP2, vm.SSTORE)               // told once more
		p.Op(vm.NUMBER, vm.DUP2).Push(rowBlock).Op(vm.ADD, vm.SSTORE)                // the block
		p.Push(100).Op(vm.CALLDATALOAD, vm.DUP1, vm.DUP3).Push(rowLength).Op(vm.ADD) // length length+row …
		p.Op(vm.SSTORE)                                                              // the length: row length
		p.Push0()                                                                    // row length i
		here(&again)
		p.Op(vm.DUP2, vm.DUP2, vm.LT, vm.ISZERO) // i < length?
		jump(done)
		p.Op(vm.JUMPI)
		p.Op(vm.DUP1).Push(132).Op(vm.ADD, vm.CALLDATALOAD)                          // row length i word
		p.Op(vm.DUP2).Push(5).Op(vm.SHR).Push(rowAnswer).Op(vm.ADD, vm.DUP5, vm.ADD) // … its row
		p.Op(vm.SSTORE).Push(32).Op(vm.ADD)                                          // row length i+32
		jump(again)
		p.Op(vm.JUMP)
		here(&done)
		b = p.Op(vm.STOP).Bytes()
	}
	return b
}
