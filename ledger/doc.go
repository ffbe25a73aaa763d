// Package ledger is the chain as a role sees it: what it can look up, and one
// sender per account that brings transactions to it, over one gRPC connection.
//
// What always holds:
//   - What comes out is in package types: addresses in EIP-55 hex, amounts as
//     types.Amount.
//   - A lane or an asset may be told as it was up to a second ago. A version never
//     changes and is read once.
//   - A Sender has one transaction on its way, counts its nonce itself, and asks
//     for it anew when the chain counts otherwise. A call returns when its
//     transaction is in a block, or with the chain's reason.
//   - Ownership changes only in EVM transactions, at the contract of all assets;
//     everything else is a Cosmos message. Both take the same way to the chain.
//
// The way through it: [New] over a connection; reads are methods of [Ledger];
// [Ledger.Sender] gives an account's sender, whose methods are the transactions.
package ledger
