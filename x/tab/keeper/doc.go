// Package keeper keeps tabs: what payers have prepaid, what settlements have
// taken from it, and when the rest goes back.
//
// What always holds, at the end of every message:
//   - Of each lane, and of each checkpoint: the sum of what assets were credited is
//     the lane's Credited, and Credited <= Cap. What an asset was paid of an epoch
//     never falls, and nothing of it goes back to a payer.
//   - Of each tab that is not closed: the caps of its lanes that are not released,
//     and what is free, are its deposit.
//   - The coins of [Keeper.Held] are in the escrow account, besides those that
//     x/asset accounts for. Settle moves between the two without moving coins.
//   - Settle writes the lane, its credited rows and, when a refund is due, the
//     tab's fee reserve: settlements of different lanes touch different keys. After
//     a checkpoint they can share its row. A message credits each asset once for
//     each denomination.
//   - No message and no block does work without a bound.
//
// The way through it: open.go and fund.go take coins in, claim.go reads what a
// settlement claims, settle.go takes it from the lane and payout.go gives it to the
// assets, checkpoint.go pays all lanes of an epoch at once. revoke.go and close.go
// end lanes and tabs, block.go begins their windows, and window.go releases what has
// ended. offence.go takes the bond of who promised too much. invariants.go states the
// above as functions.
package keeper
