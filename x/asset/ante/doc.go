// Package ante lets a claim pay its own fee.
//
// An owner who never held a coin has earned some, but could not send the
// transaction that fetches them. New wraps the application's ante handler: it
// pays the owner, out of what is claimed, as much of the fee as is lacking.
//
// What always holds:
//   - Only the owner's own claimable earnings are advanced, never more than the
//     fee, and only if the whole ante handler accepts, signature included.
//   - The fee payer is the signer of the claims: the FeeTx's payer must own
//     every share that is looked at.
package ante
