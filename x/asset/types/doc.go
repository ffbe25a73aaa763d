// Package types holds what x/asset shows to the outside: messages, queries,
// registrations, parameters, genesis, events, errors and the keepers it expects.
//
// What always holds:
//   - Amounts in messages and state are decimal strings of 128-bit unsigned
//     numbers (weal/types.Amount), without sign or leading zeros.
//   - Checks in this package are pure functions of what they are given; what
//     needs the store is checked by the keeper.
//
// The way through it: registration.go, prices.go and licence.go say what an asset
// may look like and what its children may be, credential.go when a credential is
// good, params.go and genesis.go check what governance and genesis bring,
// errors.go, events.go and keys.go name things, and expected_keepers.go says what
// x/asset asks of other modules. The *.pb.go files are generated from
// proto/weal/asset/v1.
package types
