// Package solidity is the interfaces of the chain's own contracts, for those who
// call them: each I*.sol and I*.json, and what goes in and out as Go values.
//
// What always holds:
//   - A .json says what the .sol of its name says; a test compares them.
//   - It imports nothing of the chain's, so that tools and roles can use it.
//
// The way through it: contract.go reads an interface, encodes calls and decodes
// answers; a file for each contract has the structs of its functions.
package solidity
