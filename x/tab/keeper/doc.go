// Package keeper keeps tabs: what payers have prepaid, what settlements have
// taken from it, and when the rest goes back.
//
// What always holds, at the end of every message:
//   - Of each lane: the sum of what assets were credited is the lane's Credited,
//     and Credited <= Cap. Nothing that was credited goes back to a payer.
//   - Of each tab that is not closed: the sum of its lanes' caps <= its deposit.
//   - The coins of [Keeper.Held] are in the escrow account, besides those that
//     x/asset accounts for. Settle moves between the two without moving coins.
//   - Settle writes the lane, its credited rows and, when a refund is due, the
//     tab's fee reserve: settlements of different lanes touch different keys.
//   - No message and no block does work without a bound.
//
// The way through it: open.go takes coins in, claim.go reads what a settlement
// claims, settle.go pays it, close.go and block.go run the closing window and give the
// rest back. invariants.go states the above as functions.
package keeper
