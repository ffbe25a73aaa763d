package solidity

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

//go:embed *.sol *.json
var files embed.FS

// Contract is the interface of one contract.
type Contract struct {
	// ABI is package abi's: the second function of a name has a 0 behind it, the
	// third a 1. Pack finds functions by signature instead.
	ABI abi.ABI

	name         string
	json, source []byte
	methods      map[string]abi.Method
}

// load reads the interface of a name. It panics if it is not there: this is
// decided when the program is built.
func load(name string) Contract {
	c := Contract{name: name, json: file(name + ".json"), source: file(name + ".sol"), methods: map[string]abi.Method{}}
	var err error
	if c.ABI, err = abi.JSON(bytes.NewReader(c.json)); err != nil {
		panic(fmt.Errorf("interface %s: %w", name, err))
	}
	for _, m := range c.ABI.Methods {
		c.methods[m.Sig] = m
	}
	return c
}

func file(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Errorf("interface: %w", err))
	}
	return b
}

// JSON returns the ABI as compilers write it.
func (c Contract) JSON() []byte { return bytes.Clone(c.json) }

// Source returns the interface in Solidity.
func (c Contract) Source() string { return string(c.source) }

// Method returns the function with a canonical signature, for example
// "transferFrom(uint256,address,uint256)".
func (c Contract) Method(signature string) (abi.Method, error) {
	m, ok := c.methods[signature]
	if !ok {
		return m, fmt.Errorf("%s: there is no function %s", c.name, signature)
	}
	return m, nil
}

// Pack encodes a call of the function with a canonical signature.
func (c Contract) Pack(signature string, args ...any) ([]byte, error) {
	m, err := c.Method(signature)
	if err != nil {
		return nil, err
	}
	data, err := m.Inputs.Pack(args...)
	if err != nil {
		return nil, fmt.Errorf("%s: call %s: %w", c.name, signature, err)
	}
	return append(bytes.Clone(m.ID), data...), nil
}

// Unpack decodes what the function with a canonical signature returned.
func (c Contract) Unpack(signature string, out []byte) ([]any, error) {
	m, err := c.Method(signature)
	if err != nil {
		return nil, err
	}
	values, err := m.Outputs.Unpack(out)
	if err != nil {
		return nil, fmt.Errorf("%s: answer of %s: %w", c.name, signature, err)
	}
	return values, nil
}
