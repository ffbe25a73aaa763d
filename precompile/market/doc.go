// Package market is the contract where shares are bought and sold.
//
// What always holds:
//   - The rules are x/asset/market's; this package decodes, calls the keeper,
//     moves the chain's coin, and says in logs what happened. It keeps nothing
//     but what offers have in escrow, in the contract's own balance.
//   - Of the chain's coin, a call leaves in the contract what it put into escrow,
//     and takes out what it took: a buyer is given back what it sent too much.
//   - What happens to shares is logged in the name of the contract of assets, and
//     receivers are asked in its name, when everything else is done: a receiver
//     that calls back finds the sale complete.
//
// The way through it: contract.go lists the functions, trade.go has those that
// change something, tell.go logs and pays, view.go the others, preinstall.go puts
// code at the address.
package market
