// Package wire is what the roles say to each other over HTTP: the JSON of
// offers, quotes, payments, releases and ticks, the headers that carry them,
// and the one error object of all roles (OpenAI's).
//
// What always holds:
//   - Whatever comes from outside goes through a Decode function, which bounds
//     its size and says what is wrong with it.
//   - What an answer gives is what Content.Given says, text and calls of tools: by it
//     everyone meters, and receipts are over it.
//   - Amounts are decimal strings, hashes and keys hex, binary pay structures
//     base64url without padding.
//
// spec/wire.md says the same in prose, for who re-implements it.
package wire
