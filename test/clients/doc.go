// Package clients uses a chain with the libraries of others, as their users do:
// viem and ethers against the JSON-RPC of the binary's `weal up`.
//
// Its test has the build tag clients, because it needs Node and, once, the npm
// registry:
//
//	go test -tags clients ./test/clients
//
// The way through it: clients_test.go builds the binary, starts a home and runs
// the scripts; chain.mjs is what they share; viem.test.mjs and ethers.test.mjs
// register an asset, split and move its value, read what happened from logs,
// are refused, and claim what a paid question earned.
//
// What always holds: the scripts know of the chain only what `weal wallet` and
// `weal status` print, and the ABIs in precompile/solidity.
package clients
