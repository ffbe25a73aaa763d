// Package erc3525 is the functions of ERC-721 and ERC-3525, with their
// enumerations, for contracts whose tokens are in a collection of x/asset's book.
//
// What always holds:
//   - The rules are package token's; this package decodes, calls it, encodes, and
//     says in logs what happened. It keeps nothing.
//   - Every change of ownership has the logs that its standard demands, in the
//     order in which the widespread Solidity implementations emit them.
//   - Receivers are asked after everything else is done; if one refuses,
//     everything is undone.
//
// The way through it: standard.go says over which tokens, erc721.go, erc3525.go
// and slots.go have the functions, log.go the logs, receiver.go the questions to
// receivers, and describe.go what is common to descriptions.
package erc3525
