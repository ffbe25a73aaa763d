// Package council is the share-weighted governance of an asset: proposals of
// calls that the asset's own account is to make, votes, and executions.
//
// What always holds:
//   - A proposal's power is fixed when its voting begins, before the first
//     transaction of the block after it was made. Every unit of the asset then
//     belongs to one share; each share votes once; the sum of what shares can
//     say is the units in circulation, and the treasury's, which say nothing.
//   - A share's owner at that moment votes for it, or whom that owner names as
//     its delegate by the time of the vote. Nothing that is moved, made or burned
//     later changes who can say how much.
//   - Only a share's first change after a snapshot is written down, and only
//     while a proposal of its asset is being voted on. What no ballot needs any
//     more is deleted, some rows in each block.
//   - States change in one direction. BeginBlock begins and ends voting; what
//     follows from the time alone is not stored.
//   - Execution is written down before the calls are made: a call that executes
//     its own proposal again fails. If a call fails everything is undone.
//   - Rules hold for a proposal as they were when it was made.
//
// The way through it: snapshots.go keeps what shares were, keeper.go has the
// rest of the store, rules.go, propose.go, vote.go and execute.go what people
// do, block.go what blocks do, query.go what can be read, genesis.go and
// invariants.go the whole.
package council
