// Package collection is the contract that opens collections of makers' own, and
// what is behind each of them: ERC-721 and ERC-3525 at an address of its own.
//
// What always holds:
//   - A collection's contract is a front of package runner's: a few instructions
//     that pass its caller and the call on. They are believed only of addresses
//     that are in x/asset's registry, which only create writes.
//   - The rules are package token's; what is logged is what package erc3525 logs.
//     Logs and calls out are the collection's, not this contract's.
//   - Only who opened a collection mints in it, for ever; nobody can move or burn a
//     token but by its owner's leave, the maker neither.
//
// The way through it: contract.go lists the functions, factory.go opens, mint.go
// makes and destroys, metadata.go describes, and preinstall.go puts code at the
// address.
package collection
