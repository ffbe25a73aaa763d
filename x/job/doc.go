// Package job is the Cosmos SDK module of requests to assets: contracts and accounts
// that ask, and operators that answer.
//
// What always holds: of our own packages it imports types, pay, its own and the
// types of its sisters; it reads no clock but the block's. See package keeper for
// what holds of the state, and spec/job.md for the protocol.
//
// The way through it: module.go wires keeper/ into an application, autocli.go
// describes its commands, types/ is what others see of it. The contract is
// precompile/job.
package job
