// Package asset is the contract of all assets and their shares: ERC-721,
// ERC-3525, registration and claims at one fixed address.
//
// What always holds:
//   - The rules are x/asset's; this package decodes, calls the keeper, encodes,
//     and says in logs what happened. It keeps nothing.
//   - Every change of ownership has the logs that its standard demands, in the
//     order in which the widespread Solidity implementations emit them.
//   - Receivers are asked after everything else is done; if one refuses,
//     everything is undone.
//
// The way through it: contract.go lists the functions, erc721.go and erc3525.go
// have those of the standards, assets.go the others, metadata.go the texts,
// receiver.go asks receivers, and preinstall.go puts code at the address.
package asset
