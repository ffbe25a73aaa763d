package contribution

import evmtypes "github.com/cosmos/evm/x/vm/types"

// invalid is the opcode that stops with an error. It never runs: calls to the
// address reach the contract before its code is looked at.
const invalid = "0xfe"

// Preinstall is an entry for the preinstalls of the EVM's genesis. It gives the
// address one byte of code: Solidity calls no address without, and libraries
// take it for an account of a person.
func Preinstall() evmtypes.Preinstall {
	return evmtypes.Preinstall{Name: "Weal contributions", Address: Address.Hex(), Code: invalid}
}
