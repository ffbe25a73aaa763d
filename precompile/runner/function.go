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
	// Payable tells that the function takes the chain's coin. What it is sent is
	// the contract's when Run runs. Only functions that write can be payable; an
	// ABI may say payable of one that is not, since standards do.
	Payable bool
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

// face is what callers see: an ABI, and the functions that are behind it.
type face struct {
	contract  abi.ABI
	functions map[selector]function
}

// link finds the method of each function in an ABI. Every method must have
// exactly one function: this is decided when the program starts.
func link(contract abi.ABI, functions []Function) (face, error) {
	methods := make(map[string]abi.Method, len(contract.Methods))
	for _, m := range contract.Methods {
		methods[m.Sig] = m
	}
	linked := make(map[selector]function, len(functions))
	for _, f := range functions {
		m, ok := methods[f.Signature]
		if !ok {
			return face{}, fmt.Errorf("link %s: not in the ABI, or there twice", f.Signature)
		}
		if f.Writes == m.IsConstant() || f.Payable && !m.IsPayable() {
			return face{}, fmt.Errorf("link %s: the ABI says %s", f.Signature, m.StateMutability)
		}
		delete(methods, f.Signature)
		linked[selector(m.ID)] = function{Function: f, method: m}
	}
	for sig := range methods {
		return face{}, fmt.Errorf("link %s: no function has it", sig)
	}
	return face{contract, linked}, nil
}

// find returns the function that a call names.
func (f face) find(input []byte) (function, error) {
	if len(input) < len(selector{}) {
		return function{}, errNoFunction
	}
	s := selector(input[:4])
	found, ok := f.functions[s]
	if !ok {
		return found, unknown(s)
	}
	return found, nil
}

// unknown is the error of a call of a function that is not there.
func unknown(s selector) error { return fmt.Errorf("unknown function 0x%x", s) }
