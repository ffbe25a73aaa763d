// Package market sells shares at fixed prices and takes offers for them.
//
// What always holds:
//   - A listed share stays where it is. A listing is good while the share has not
//     changed hands since, not even there and back, the lister may still move it,
//     and it has the units; otherwise it is void, and anyone may remove it.
//   - The price of an offer is in escrow. The market's account has, in each
//     denomination, at least what all offers have in escrow.
//   - A sale is one action: the units, the coins, what the units have earned and
//     the maker's part of the price move together or not at all. What units earned
//     before a sale is the seller's, what they earn after it the buyer's.
//   - Parts add up: the buyers of a listing's parts pay its price, and the sellers
//     to an offer are paid its price, exactly. Rounding is in favour of whoever
//     listed or offered.
//   - A number of a listing or an offer is never used again, and its price never
//     changes but by what was sold of it.
//
// The chain's coin moves as balances of the EVM, which this package cannot see:
// its functions return what the contract owes, and the contract pays it. Coins of
// other denominations move here, by the bank.
//
// The way through it: keeper.go has the store, watch.go sees shares change hands,
// listing.go and offer.go are what people do, coins.go pays, query.go answers,
// genesis.go and invariants.go are the whole.
package market
