// Package asset is the contract of all assets and their shares: ERC-721,
// ERC-3525, registration and claims at one fixed address.
//
// What always holds:
//   - The rules are x/asset's; this package decodes, calls the keeper, encodes,
//     and says in logs what happened. It keeps nothing.
//   - Every coin that the keeper pays to an account is told to the EVM, which
//     would take it away again at the end of the transaction.
//   - What is logged of shares is what package erc3525 logs of any token.
//
// The way through it: contract.go lists the functions, of which those of the
// standards are package erc3525's; assets.go has registration, claim.go claims
// and burning, metadata.go the texts, and preinstall.go puts code at the address.
package asset
