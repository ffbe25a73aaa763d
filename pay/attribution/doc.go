// Package attribution says which passages stand behind an answer, and how much each
// counted.
//
// What always holds:
//   - It is pure, as package pay is, and counts in integers.
//   - A record follows from the passages that were released, the bands they were
//     offered with and the answer's text, and from nothing else: who has these makes
//     the same record, bit by bit.
//   - The shares of all passages of an answer sum to [Million] exactly, by each rule.
//   - A record has one encoding, and [Record.Detail] commits to it. A [Part] of it can
//     be shown against that alone: a vault learns nothing of another's passages.
//
// The way through it: a gateway makes a record with [Make], puts its Detail into the
// app's receipt and shows each vault its [Record.Part]. A purse makes the record too
// and compares. [Split] divides by weights, for who shares what was earned.
//
// spec/pay.md says the same in byte tables; spec/vectors/attributions.json holds cases.
package attribution
