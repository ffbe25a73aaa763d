// Package contribution lets many people add to one asset, each paid by what it
// brought.
//
// What always holds:
//   - Terms change as a council's rules do: by the asset's own account, or by its
//     controller as long as that owns every share. What a holder or a contributor
//     saw is not changed by one who is neither.
//   - A contribution is granted the units that the terms promised when it was made,
//     or it is not accepted. They come from a share whose owner has let the
//     contract move them, by the standard's allowance, and never from another.
//   - A root is accepted once in an asset. One that is only proposed takes nothing
//     from others: whoever copies it cannot keep its author out.
//   - Of each asset and denomination, what its contributions are owed is what the
//     keeper of assets has granted: dividing and claiming lose nothing.
//   - One piece of evidence pays a contribution at most once in a denomination, and
//     none comes back once another was used.
//   - What proposals have deposited is on the contract's account, and goes back to
//     who paid it, or to the asset's treasury if the proposal was spam.
//
// The chain's coin moves as balances of the EVM, which this package cannot see:
// its functions return what the contract owes, and the contract pays it.
//
// The way through it: keeper.go has the store, terms.go says who may do what,
// contribute.go takes contributions, decide.go accepts and rejects them and grants
// units, distribute.go divides revenue, claim.go pays it, message.go and query.go
// serve, genesis.go and invariants.go are the whole.
package contribution
