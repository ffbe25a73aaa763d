// Package types is what others see of x/job: its messages, its keys, its errors,
// and what it needs of other modules.
//
// What always holds: a message that was validated has amounts below 2^128 and
// addresses in EIP-55 hex; what a receipt for a request names, and how long a
// request and an unbonding last, is computed here and nowhere else.
//
// The way through it: keys.go and errors.go are consensus, content.go, request.go
// and operator.go are the rows, params.go and genesis.go check states,
// expected_keepers.go names what is needed.
package types
