package runner

import (
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// checkClean refuses arguments that do not fit their types. Package abi cuts what
// is beyond an address or a bytesN off; Solidity's decoder reverts, and so a call
// that means one account to a contract before ours would mean another here. Data
// is what Unpack has read. Of arguments without a fixed length it sees nothing.
func checkClean(args abi.Arguments, data []byte) error {
	for _, a := range args {
		words, err := checkHead(a.Type, data)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
		data = data[words*common.HashLength:]
	}
	return nil
}

// checkHead checks one argument and returns how many words of data are its head.
func checkHead(t abi.Type, data []byte) (words int, err error) {
	var parts []*abi.Type
	switch {
	case dynamic(t):
		return 1, nil
	case t.T == abi.TupleTy:
		parts = t.TupleElems
	case t.T == abi.ArrayTy:
		for range t.Size {
			parts = append(parts, t.Elem)
		}
	default:
		return 1, checkWord(t, data[:common.HashLength])
	}
	for _, p := range parts {
		n, err := checkHead(*p, data[words*common.HashLength:])
		if err != nil {
			return 0, err
		}
		words += n
	}
	return words, nil
}

// checkWord checks a value of one word.
func checkWord(t abi.Type, word []byte) error {
	var beyond []byte
	switch t.T {
	case abi.AddressTy:
		beyond = word[:common.HashLength-common.AddressLength]
	case abi.FixedBytesTy:
		beyond = word[t.Size:]
	}
	for _, b := range beyond {
		if b != 0 {
			return fmt.Errorf("bits beyond its type %s", t)
		}
	}
	return nil
}

// dynamic reports whether a type's values have no fixed length.
func dynamic(t abi.Type) bool {
	switch t.T {
	case abi.StringTy, abi.BytesTy, abi.SliceTy:
		return true
	case abi.ArrayTy:
		return dynamic(*t.Elem)
	case abi.TupleTy:
		for _, e := range t.TupleElems {
			if dynamic(*e) {
				return true
			}
		}
	}
	return false
}
