// Package token is ERC-721 and ERC-3525 over a store: tokens with an id, a slot,
// a value and an owner, in collections.
//
// What always holds, in each collection:
//   - A token is in one slot from when it is made until it is burned. Value moves
//     only between tokens of one slot, and only minting and burning change a
//     slot's sum.
//   - Three enumerations name every token once: all, those of an owner, those in
//     a slot. Adding puts a token at the end; removing puts the last in its place:
//     each costs the same however many there are, and the order is that of the
//     widespread Solidity implementations.
//   - Moving a whole token ends its approval and its allowances.
//   - Watchers hear of a change before it is written. If one refuses, nothing was
//     changed that the caller keeps: it undoes the transaction.
//   - Errors of the standards are unwrapped: their texts are interface.
//
// Numbers are stored as a byte of length and as many bytes as they need: tokens
// with small numbers are cheap, and ids of 256 bits are possible.
//
// The way through it: book.go has the store, codec.go its encodings, token.go
// the rows and lists, transfer.go, mint.go and approve.go the functions of the
// standards, registry.go the collections of makers' own, genesis.go and
// invariants.go the whole.
package token
