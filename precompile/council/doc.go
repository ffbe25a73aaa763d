// Package council is the contract where assets are governed.
//
// What always holds:
//   - The rules are x/asset/council's; this package decodes, calls the keeper,
//     encodes, and says in logs what happened. It keeps nothing, and no coins.
//   - What passes is called in the name of the asset's own account, after
//     everything native is done: whom it calls finds the proposal executed, and
//     may be this contract.
//   - If one call fails, all are undone, and that the proposal was executed; what
//     the call reverted with is what the execution reverts with.
//
// The way through it: contract.go lists the functions, act.go has those that
// change something, view.go the others, preinstall.go puts code at the address.
package council
