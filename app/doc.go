// Package app is the chain: every module wired into one ABCI application.
//
// The way through it: New (app.go) builds the keepers (keepers.go), the modules
// and their order (modules.go), the checks before a transaction (ante.go), the
// mempool (mempool.go) and what runs a block's transactions (runner.go). Genesis
// state is in genesis.go, its way out in export.go, and what must hold of the
// state at any height in invariants.go.
//
// What always holds:
//   - Every coin of x/asset and x/tab lies in one account, types.Escrow, which
//     has no permissions and takes no transfers.
//   - A restarted node answers queries and takes transactions before its next
//     block (restart.go).
//   - A block has the same result whether its transactions run in parallel or
//     one after the other; apptest checks it on every block it makes.
//   - All applications of one process share one EVM chain id, since the engine
//     keeps it, the coin's name and the address prefix in globals (config.go).
package app
