// Package types holds what x/tab shows to the outside: messages, queries,
// parameters, genesis, events, errors and the keepers it expects.
//
// What always holds:
//   - Amounts in messages and state are decimal strings of 128-bit unsigned
//     numbers (weal/types.Amount), without sign or leading zeros.
//   - Voucher, leaf, tick and path bytes are the canonical encodings of package pay.
//
// The way through it: keys.go, errors.go and events.go name things, params.go
// and genesis.go check what governance and genesis bring, and
// expected_keepers.go says what x/tab asks of other modules. The *.pb.go files
// are generated from proto/weal/tab/v1.
package types
