// Package precompile holds the chain's modules as the EVM sees them: Solidity
// interfaces, and the Go side that answers calls to them.
//
// What always holds, for every contract below it:
//   - It runs in package runner, which keeps native state and EVM state together:
//     what a call changes is undone if the call, or a caller, reverts.
//   - Functions are found by selector, so that overloads work, and errors reach
//     callers as plain reason strings.
//   - Only the caller of a contract is trusted to be who it is: no function acts
//     for an address that it is told.
//
// The way through it: runner runs calls; erc3525 has the functions of the token
// standards; asset is the contract of all assets, collection that which opens
// collections of makers' own, market and council those of the same names; and
// solidity is their interfaces, for those who only call them.
package precompile
