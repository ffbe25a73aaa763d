// Package gateway measures what a gateway adds to a call of its upstream, where
// nothing is paid and nothing is searched: an app with an upstream of its own, no
// vaults and no price, as its owner's API keys use it.
//
// The way through it: run.go starts the upstream, which echoes, and the gateway, each
// in a process of its own (child.go), and asks both by turns from this one, in an open
// loop (load.go).
//
// What always holds:
//   - The gateway is the one that people run, with its keys, limits and checks. Only
//     the chain is not there: the app's asset is made up.
//   - A call begins when its time has come, whether or not others have ended, and its
//     time counts from then.
//   - A call counts if its stream came whole. Any other is an error.
package gateway
