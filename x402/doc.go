// Package x402 has the messages of x402 v2, by which clients that know nothing of
// Weal are told a price and pay it over HTTP.
//
// What always holds:
//   - It encodes, parses and compares, and keeps nothing. Whether a payment is good
//     is decided by who is paid.
//   - A parser takes what the protocol allows, up to its limits, and nothing else:
//     what it takes encodes to a message that means the same.
//   - What is signed is never taken from what a client echoes: Accepted only says
//     which offer it took, and how much it agreed to.
//
// The way through it: [Required] tells what is to be paid and is written by
// [Required.Header]; [ParsePayment] reads what a client sends back; [Settlement]
// says what became of it. voucher.go has the payload of the scheme
// batch-settlement on a Weal chain, permit2.go that of exact through Permit2;
// http.go is what gateways, vaults and models have in common: a [Seller] offers,
// reads, and tells what it has taken.
//
// spec/x402.md says what the fields mean here.
package x402
