// Package conformance holds the token contracts of the chain against the texts of
// ERC-3525, ERC-721 and ERC-165, over JSON-RPC, as wallets and contracts meet
// them. It knows the contracts by what they answer, never by their code.
//
// Three subjects run through the same tests: the shares of all assets, a
// collection whose owners may approve operators for a slot, and one without.
//
// By default a chain is started in this process. To hold another node against the
// same tests, name it and a key with coins there, of which each run uses up less
// than ten:
//
//	WEAL_RPC=http://127.0.0.1:8545 WEAL_KEY=<64 hex digits> go test ./test/conformance
//
// What always holds:
//   - Every test has accounts, slots and, but for shares, a collection of its
//     own, so that all run at once and on a chain that others use.
//   - What a transaction logs is compared with what the standards demand, word by
//     word and in order; and when a test ends, everything that can be looked up
//     is compared with what the logs said.
//   - A call that must fail is called, for its reason, and where it could do harm
//     also sent, for what it leaves behind.
//
// Where the standards leave room, the widespread Solidity implementations decide:
// the texts of reverts, the order of logs, and that removing from an enumeration
// puts the last element in the place. A transfer to oneself removes and adds, as
// it does in the reference of ERC-3525. Numbers in metadata may be JSON integers, as
// ERC-3525 has them, or decimal strings, as its reference has them, which readers
// without big integers need.
//
// The way through it: main_test.go starts or dials a chain, network_test.go sends
// transactions, abi_test.go encodes, events_test.go compares logs, asm_test.go and
// contracts_test.go assemble contracts, fixture_test.go makes subjects,
// model_test.go and rules_test.go are the standards as a machine, audit_test.go
// compares a subject with it. The others are the tests.
package conformance
