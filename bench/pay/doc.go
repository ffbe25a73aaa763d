// Package pay measures what paying for a query costs: the payer's signatures,
// what a contributor's check takes, what paying adds to a query on loopback, and
// how many paid queries a machine serves.
//
// The way through it: run.go takes the figures in turn. world.go starts a chain
// in a process of its own (child.go) and registers what is paid; roles.go opens a
// vault, an echo model and a gateway, in processes of their own or in this one
// (pipe.go); load.go asks from purses in a closed loop, and free.go asks the same
// roles without paying. books.go adds up what was paid, and has the chain say
// what it credited. street.go is all of this for measurements of other packages.
//
// What always holds:
//   - The roles, the purse and the chain are those that people run. Only whether a
//     query is paid for is switched, and only here.
//   - A query counts when its answer, its passages and their proofs, and the
//     receipt of each payee are there and hold. Any other is lost.
//   - What was settled is what the chain says, after the roles have brought all.
package pay
