// Package contribution is the contract where people add to assets.
//
// What always holds:
//   - The rules are x/asset/contribution's; this package decodes, calls the keeper,
//     moves the chain's coin, and says in logs what happened. It keeps nothing but
//     the deposits of proposals, in the contract's own balance.
//   - What happens to shares is logged in the name of the contract of assets, and
//     receivers are asked in its name, when everything else is done: a contributor
//     that calls back finds its contribution accepted.
//
// The way through it: contract.go lists the functions, contribute.go has those of
// contributors, decide.go those of who decides, view.go the others, preinstall.go
// puts code at the address.
package contribution
