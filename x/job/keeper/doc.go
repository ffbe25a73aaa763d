// Package keeper keeps requests to assets, who may answer them, and calls that are
// made at a later time.
//
// What always holds, at the end of every message:
//   - What open requests have locked, all bonds, and what booked calls have prepaid
//     are in the contract's account.
//   - A request ends once: it is answered and its price is paid, or it expires and
//     all of its coins go back. Nothing else moves them.
//   - Who delivers is paid by the price of the day of the request: the operator its
//     part, the asset the rest, as revenue like any other.
//   - What a call-back does is no concern of the delivery's: it is marked as running
//     before, and as done or failed after, and the delivery stands.
//   - A booked call is made in the begin of a block, as a message of the scheduler's
//     with gas of its own. What it may cost is out of the booking's funds before, and
//     what is left comes back after, whatever the call does to its booking. One that
//     fails or panics costs its owner gas, and nobody else anything.
//   - Calls are made in the order of the block that they are due in, then one of each
//     owner's in turn; none is made before one that is due earlier.
//   - No message and no block does work without a bound.
//
// The chain's coin moves as balances of the EVM where a contract is called, which
// this package cannot see: then its functions return what the contract owes. In
// messages and at the end of a block it moves by the bank.
//
// The way through it: ask.go takes requests in, deliver.go ends them, callback.go
// tells contracts, operator.go has bonds, booking.go takes
// calls in, schedule.go makes them, block.go expires and deletes; msg_server.go
// and query.go are the messages and queries; genesis.go and invariants.go are the whole.
package keeper
