package proxy

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/weal-network/weal/x402"
)

// Address is where the contract is.
var Address = common.HexToAddress(x402.ProxyAddress)

// Preinstall is an entry for the preinstalls of the EVM's genesis.
func Preinstall() evmtypes.Preinstall {
	return evmtypes.Preinstall{Name: "x402 exact, through Permit2", Address: Address.Hex(), Code: hexutil.Encode(Code())}
}

// Where the parts of settle's input are: a selector, and then words.
const (
	inPermit     = 4 // token, amount, nonce, deadline
	inAmount     = inPermit + 32
	inOwner      = inPermit + 4*32
	inTo         = inOwner + 32 // the witness: to, validAfter
	inValidAfter = inTo + 32
	inSignature  = inValidAfter + 32 // the offset of the signature
)

// Where the parts of the call of Permit2 are in memory. What is below outSelector
// is scratch space.
const (
	outSelector    = 128
	outPermit      = outSelector + 4
	outTo          = outPermit + 4*32
	outRequested   = outTo + 32
	outOwner       = outRequested + 32
	outWitness     = outOwner + 32
	outTypeAt      = outWitness + 32
	outSignatureAt = outTypeAt + 32
	outType        = outSignatureAt + 32
)

// maxSignature is the most bytes of a signature that is passed on.
const maxSignature = 4096

// Code returns the contract's code.
func Code() []byte {
	a := &assembly{}
	// What comes without a selector has none that is known.
	a.input(0)
	a.push(224)
	a.op(vm.SHR, vm.DUP1)
	a.bytes(x402.SelectorSettle[:])
	a.op(vm.EQ)
	toSettle := a.jumpIf()
	a.bytes(x402.SelectorPermit2[:])
	a.op(vm.EQ)
	toAddress := a.jumpIf()
	a.op(vm.PUSH0, vm.PUSH0, vm.REVERT)
	a.land(toAddress)
	a.bytes(permit2[:])
	a.op(vm.PUSH0, vm.MSTORE)
	a.push(32)
	a.op(vm.PUSH0, vm.RETURN)
	a.land(toSettle)
	settle(a)
	return a.code
}

var permit2 = common.HexToAddress(x402.Permit2Address)

// settle is permitWitnessTransferFrom of Permit2, with the input's witness.
func settle(a *assembly) {
	a.op(vm.CALLVALUE, vm.ISZERO)
	a.must(nil)
	a.input(inValidAfter)
	a.op(vm.TIMESTAMP, vm.LT, vm.ISZERO)
	a.must(x402.ErrorTooEarly[:])
	a.bytes(permit2[:])
	a.op(vm.EXTCODESIZE)
	a.must(nil)

	// The witness's hash, made in the scratch space.
	typeHash := x402.WitnessTypeHash()
	a.mstore(typeHash[:], 0)
	a.copyInput(32, inTo, 2*32)
	a.push(3 * 32)
	a.op(vm.PUSH0, vm.KECCAK256)
	a.push(outWitness)
	a.op(vm.MSTORE)

	a.mstore(common.RightPadBytes(x402.SelectorTransfer[:], 32), outSelector)
	a.copyInput(outPermit, inPermit, 4*32)
	a.copyInput(outTo, inTo, 32)
	a.copyInput(outRequested, inAmount, 32)
	a.copyInput(outOwner, inOwner, 32)
	text := []byte(x402.WitnessTypeString)
	padded := (len(text) + 31) / 32 * 32
	outSignature := outType + 32 + padded
	a.store(outTypeAt, outType-outPermit)
	a.store(outSignatureAt, outSignature-outPermit)
	a.store(outType, len(text))
	a.mstore(common.RightPadBytes(text, padded), outType+32)

	// The signature: its length and as many bytes, in whole words. The comments
	// are what the stack has, the top last.
	a.input(inSignature)
	a.push(inPermit)
	a.op(vm.ADD)                   // from
	a.op(vm.DUP1, vm.CALLDATALOAD) // from, length
	a.op(vm.DUP1)                  // from, length, length
	a.push(maxSignature + 1)       // from, length, length, limit
	a.op(vm.GT)                    // from, length, limit > length
	a.must(nil)                    // from, length
	a.push(2*32 - 1)               // a word for the length, and rounded up
	a.op(vm.ADD)                   //
	a.push(5)                      //
	a.op(vm.SHR)                   //
	a.push(5)                      //
	a.op(vm.SHL)                   // from, size
	a.op(vm.DUP1, vm.SWAP2)        // size, size, from
	a.push(outSignature)           // size, size, from, to
	a.op(vm.CALLDATACOPY)          // size
	a.push(outSignature - outSelector)
	a.op(vm.ADD) // size of the call's input

	a.op(vm.PUSH0, vm.PUSH0, vm.SWAP2) // 0, 0, size: room for a result, and the input
	a.push(outSelector)
	a.op(vm.PUSH0)
	a.bytes(permit2[:])
	a.op(vm.GAS, vm.CALL)
	ok := a.jumpIf()
	a.op(vm.RETURNDATASIZE, vm.PUSH0, vm.PUSH0, vm.RETURNDATACOPY, vm.RETURNDATASIZE, vm.PUSH0, vm.REVERT)
	a.land(ok)
	a.bytes(x402.EventSettled[:])
	a.op(vm.PUSH0, vm.PUSH0, vm.LOG1, vm.STOP)
}
