// Package contracttest is for tests of the contracts that are written in Go: a
// network with accounts that call them, and contracts in EVM code around them.
//
// What always holds: a call is an EVM transaction in a block of its own, with all
// that package apptest checks of every block.
//
// The way through it: chain.go sends and looks, script.go has contracts that make
// calls and that receive.
package contracttest
