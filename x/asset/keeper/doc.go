// Package keeper keeps assets, their shares and what they earn.
//
// What always holds:
//   - The values of an asset's shares add up to its units in circulation, which
//     are those of its registration but for what was burned.
//   - Whatever was credited to holders was claimed, can be claimed, waits for the
//     treasury, or is dust that is carried, to the last 1/2^64 of a smallest unit.
//   - The escrow account holds at least what all holders and all ancestors can
//     still get. Credit moves no coins: whoever calls it has put them there.
//   - In every version an asset is what the licences allow that its parents had
//     when it was registered.
//   - A keeper holds no state of its own, so that transactions can run in parallel.
//
// The way through it: keeper.go declares the store, share.go, accumulator.go and
// codec.go what lies in it. register.go makes assets, with the lineage that
// lineage.go flattens and under the licences that licence.go checks; update.go
// makes new versions, for those whom control.go lets. credential.go says who may
// use and derive, family.go who comes from whom. The shares are package token's;
// settle.go hears of their changes. revenue.go credits, royalty.go pulls, claim.go
// pays out. invariants.go checks all of the above over the whole store.
package keeper
