// Package job is the contract where assets are asked, and where calls are booked.
//
// What always holds:
//   - The rules are x/job's; this package decodes, calls the keeper, moves the chain's
//     coin, makes call-backs, and says in logs what happened. It keeps nothing but
//     what is locked, in the contract's own balance.
//   - A call-back is made when everything else of a delivery is done, with exactly the
//     gas that was asked for, and no more is seen of it than whether it succeeded. What
//     it does, it does as a contract like any other: it finds the request answered.
//   - What became of it is written by a call of the contract to itself, which nobody
//     else can make.
//
// The way through it: contract.go lists the functions, ask.go and deliver.go have
// those of requests, operator.go those of bonds, booking.go those of booked calls, view.go the
// others, preinstall.go puts
// code at the address.
package job
