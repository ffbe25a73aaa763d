package solidity

import (
	"bytes"
	_ "embed"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

//go:embed abi.json
var contractJSON []byte

//go:embed IWealAssets.sol
var source string

// ABI is the contract's. It is package abi's: the second function of a name has
// a 0 behind it, the third a 1. Pack finds functions by signature instead.
var ABI = mustParse()

func mustParse() abi.ABI {
	contract, err := abi.JSON(bytes.NewReader(contractJSON))
	if err != nil {
		panic(fmt.Errorf("asset contract: read abi.json: %w", err))
	}
	return contract
}

// JSON returns abi.json.
func JSON() []byte { return bytes.Clone(contractJSON) }

// Source returns IWealAssets.sol.
func Source() string { return source }

// Price is Solidity's Price.
type Price struct {
	Unit   string
	Denom  string
	Amount *big.Int
	Tokens uint32
}

// Royalty is Solidity's Royalty.
type Royalty struct {
	Asset       *big.Int
	BasisPoints uint32
}

// Registration is Solidity's Registration, the argument of register.
type Registration struct {
	Kind     uint8
	Manifest [32]byte
	Uri      string //nolint:revive // package abi finds the field by this name
	Root     [32]byte
	Key      [32]byte
	Units    uint64
	Prices   []Price
	Denoms   []string
	Parents  []Royalty
}

// Coin is Solidity's Coin, of which claim returns some.
type Coin struct {
	Denom  string
	Amount *big.Int
}

// Method returns the function with a canonical signature, for example
// "transferFrom(uint256,address,uint256)".
func Method(signature string) (abi.Method, error) {
	for _, m := range ABI.Methods {
		if m.Sig == signature {
			return m, nil
		}
	}
	return abi.Method{}, fmt.Errorf("asset contract: there is no function %s", signature)
}

// Pack encodes a call of the function with a canonical signature. Register's is
// RegisterSignature, its argument a Registration.
func Pack(signature string, args ...any) ([]byte, error) {
	m, err := Method(signature)
	if err != nil {
		return nil, err
	}
	data, err := m.Inputs.Pack(args...)
	if err != nil {
		return nil, fmt.Errorf("asset contract: call %s: %w", signature, err)
	}
	return append(bytes.Clone(m.ID), data...), nil
}

// Unpack decodes what the function with a canonical signature returned.
func Unpack(signature string, out []byte) ([]any, error) {
	m, err := Method(signature)
	if err != nil {
		return nil, err
	}
	values, err := m.Outputs.Unpack(out)
	if err != nil {
		return nil, fmt.Errorf("asset contract: answer of %s: %w", signature, err)
	}
	return values, nil
}

// RegisterSignature is the canonical signature of register.
const RegisterSignature = "register((uint8,bytes32,string,bytes32,bytes32,uint64,(string,string,uint256,uint32)[],string[],(uint256,uint32)[]))"
