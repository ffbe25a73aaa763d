package runner

import (
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

// Function is one function of a contract.
type Function struct {
	// Signature is the canonical one, for example "ownerOf(uint256)".
	Signature string
	// Writes tells that Run changes state. Other functions are views.
	Writes bool
	// Run does the work and returns the values to be returned. Of a write that
	// fails everything is undone. An error's text becomes the revert reason.
	Run func(*Call) ([]any, error)
}

// selector is the first four bytes of a call.
type selector [4]byte

// function is a Function with its types.
type function struct {
	Function
	method abi.Method
}

// link finds the method of each function in an ABI. Every method must have
// exactly one function: this is decided when the program starts.
func link(contract abi.ABI, functions []Function) (map[selector]function, error) {
	methods := make(map[string]abi.Method, len(contract.Methods))
	for _, m := range contract.Methods {
		methods[m.Sig] = m
	}
	linked := make(map[selector]function, len(functions))
	for _, f := range functions {
		m, ok := methods[f.Signature]
		if !ok {
			return nil, fmt.Errorf("link %s: not in the ABI, or there twice", f.Signature)
		}
		if f.Writes == m.IsConstant() {
			return nil, fmt.Errorf("link %s: the ABI says %s", f.Signature, m.StateMutability)
		}
		delete(methods, f.Signature)
		linked[selector(m.ID)] = function{Function: f, method: m}
	}
	for sig := range methods {
		return nil, fmt.Errorf("link %s: no function has it", sig)
	}
	return linked, nil
}
