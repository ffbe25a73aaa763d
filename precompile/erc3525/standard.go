package erc3525

import (
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Standard is the standards' functions over the collection that a call is for:
// token.Shares, or the one whose contract passed the call on.
type Standard struct{ token.Book }

// in returns the number of the collection that a call is for.
func in(call *runner.Call) uint64 { return call.Front }

// events has the standards' events.
var events = solidity.Assets.ABI

// Functions returns what every contract has: ERC-721 and ERC-3525 with their
// enumerations, operators for slots, and the burning of value. It leaves out what
// describes the tokens, and burn: not every contract does these the same way.
func (s Standard) Functions() []runner.Function {
	var all []runner.Function
	for _, part := range [][]runner.Function{s.erc721(), s.erc3525(), s.slots()} {
		all = append(all, part...)
	}
	return all
}

// View makes a function that changes nothing.
func View(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
	return runner.Function{Signature: signature, Run: run}
}

// Write makes a function that changes state.
func Write(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
	return runner.Function{Signature: signature, Writes: true, Run: run}
}

// One is what a function of one value returns.
func One(v any, err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	return []any{v}, nil
}

// Token returns the token that an argument names, or the error of a standard.
func (s Standard) Token(call *runner.Call, i int, missing error) (token.Token, error) {
	t, err := s.Get(call.Context, in(call), call.Number(i))
	if errors.Is(err, types.ErrTokenNotFound) {
		err = missing
	}
	return t, err
}

// number makes a count a uint256.
func number(n uint64) uint256.Int { return *uint256.NewInt(n) }

// index reads an argument that is an index of an enumeration. No enumeration has
// as many entries as one that is beyond 64 bits would need.
func index(call *runner.Call, i int, outOfBounds error) (uint64, error) {
	n := call.Number(i)
	if !n.IsUint64() {
		return 0, outOfBounds
	}
	return n.Uint64(), nil
}

// zero is nobody's address.
var zero common.Address
