// Package settle measures what it costs to bring payments to the chain: whether
// a settlement of a million queries costs what one of a single query does, what
// each payee adds, what merging lanes costs, and what a query costs beside bank
// transfers.
//
// The way through it: run.go makes a chain and takes the figures in turn; tabs.go
// opens tabs and signs what they owe, costs.go settles few, batch.go many, and
// transfers.go pays the same by bank transfers.
//
// What always holds:
//   - Gas is what blocks charged for signed transactions.
//   - A message's own gas is what it adds to a transaction without it: what
//     signature and fee cost is left out, the bytes of the message are not.
//   - What is compared ran on one chain, in one run.
//   - Every settlement is checked to have credited what the queries cost.
package settle
