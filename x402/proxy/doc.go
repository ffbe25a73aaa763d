// Package proxy is the contract through which payments by the scheme exact go: the
// one spender that public x402 clients sign for, at the address where they expect
// it on every chain.
//
// What always holds:
//   - It takes nothing for itself and keeps nothing: it has Permit2 move exactly
//     the permitted amount from the signer to the address in the witness, or
//     reverts with what Permit2 reverted with.
//   - Who sends the transaction can change neither amount nor recipient: both are
//     under the signature.
//   - The code is Weal's own; it has the interface of x402's contract of the same
//     address for settle and PERMIT2, and nothing else. A call of anything else
//     reverts.
//
// The way through it: [Preinstall] puts [Code] at [Address] in the genesis.
//
// spec/x402.md says why it is there.
package proxy
