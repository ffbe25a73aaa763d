// Package local runs everything on one machine: a chain with one validator, a
// vault, a model and an app, each with an owner of its own, and a payer with a
// tab. It is what `weal up` starts and what the other commands open.
//
// The way through it: Up makes or resumes a home (accounts, genesis, keys),
// starts the chain (chain.go) and ingests the first knowledge meanwhile
// (knowledge.go), registers what is not registered yet (assets.go), opens the
// tab (tab.go), and serves the roles over HTTP (roles.go). Connect opens a
// running home for a command (client.go).
//
// What always holds:
//   - Every step of Up finds what an earlier run has done before it does it, so
//     that a kill at any moment is resumed by the next Up.
//   - The roles talk to each other and to the chain over the same wire as on
//     separate machines.
package local
