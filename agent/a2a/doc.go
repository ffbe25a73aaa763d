// Package a2a serves questions as tasks by the Agent2Agent protocol, with its official
// Go SDK: version 1.0 and, for older clients, 0.3.
//
// What always holds:
//   - A task that can cost more than is paid without asking stops in input-required and
//     shows its quote; it goes on when its caller names or accepts an amount. A caller
//     without a key is shown how to pay by x402.
//   - A task is its caller's: nobody else sees, goes on with, cancels or follows it. A
//     task of a caller without a key is known by its id alone, which cannot be guessed.
//   - Tasks outlive the process. One that was at work when the process ended has failed,
//     and says so; what it had signed is in the receipts.
//   - A cancelled task reveals no more ticks: what it cost is what had come.
//
// The way through it: [New] with a [Config], then [Server.Handler]. execute.go has the
// life of a task, message.go what messages say, card.go the agent card, store.go where
// tasks are kept.
package a2a
