// Package pay is the money path as arithmetic: vouchers and the sum trees they
// commit to, tick chains, orders, receipts, chunks and their proofs, and what a
// settlement is worth.
//
// What always holds:
//   - It is pure: no I/O, no clock, no globals that change, no map iterated into
//     a result. The chain and the roles run the same code and agree bit by bit.
//   - Every encoding has one form. Integers are big-endian and of fixed width, so
//     what parses encodes to the same bytes again.
//   - Every hash is SHA-256 over an ASCII tag and fixed or length-prefixed fields,
//     so no value of one thing can be shown as another. Only the trees of
//     [MerkleRoot] follow RFC 6962, which has prefixes of its own.
//   - The leaves that can be proven against one voucher never sum to more than
//     its Total, nor the ticks to more than its Ceiling, whoever built the trees.
//
// The way through it: a payer makes an [Order] for every payee, puts a [Leaf] or
// a [TickLeaf] that names it into [NewSplit] and [NewTicks], and signs their
// roots and sums once with [Sign]. A payee checks [SignedVoucher.Verify] and
// [VerifyLeaf] or [VerifyTick], works, takes ticks ([VerifyTicks]) and answers
// with a [SignedReceipt]. Anyone brings a [Settlement] to the chain, which pays
// what [Claim.Value] says. A [Checkpoint] says in one tree what all lanes of an
// epoch owe.
//
// Package attribution, below this one, makes the record that an app's receipt
// commits to.
//
// spec/pay.md says the same in prose and byte tables; spec/vectors holds vectors.
package pay
