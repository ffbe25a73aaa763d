// Package types names what both sides of a wire must name alike: ids, amounts,
// kinds, prices, denominations and 32-byte hashes.
//
// What always holds:
//   - It is pure: no I/O, no clock, no dependency outside the standard library,
//     so that the chain, the roles and the tools can all import it.
//   - Every amount is an integer in the smallest unit of its denomination.
//   - Text forms round-trip: parsing what String gave returns the same value.
package types
