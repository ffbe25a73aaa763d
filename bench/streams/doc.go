// Package streams measures what many answers at once do that do not end well: clients
// that go away, clients that read slowly or stop reading, upstreams that break off or
// fall silent. It checks of every question what was paid for it, and tells what the
// roles' processes have grown by.
//
// The way through it: run.go opens a street of bench/pay, whose model sells the answers
// of the upstream in upstream.go, and has all lanes ask, one question after the other
// (client.go). check.go holds what each question came to against what was delivered, and
// what the chain credited against what the purses have promised.
//
// What always holds:
//   - The roles, the purses and the chain are those that people run.
//   - What was delivered is counted by who reads: passages and bytes of text that were
//     handed to it. What was paid is what the purse keeps and what the chain credits.
//   - What a question is to meet is drawn before it is asked, from the seed.
package streams
