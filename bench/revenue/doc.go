// Package revenue measures what it costs to own shares: whether paying many
// holders costs what paying one does, and what moving value costs beside the
// reference implementation of ERC-3525 in Solidity on the same chain.
//
// The way through it: run.go makes a chain and takes the figures in turn;
// assets.go registers what is measured, tabs.go pays it, holders.go gives it
// holders, transfers.go moves value in both contracts by turns.
//
// What always holds:
//   - Gas is what blocks charged for signed transactions.
//   - What is compared ran on one chain, in one run, by turns.
//   - It uses the chain from outside, by transactions and exported calls.
package revenue
