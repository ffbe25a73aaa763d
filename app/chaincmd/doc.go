// Package chaincmd is `weal chain`: the commands that operators of Cosmos chains
// know, for this chain.
//
// It is a command tree of its own, since these commands have flags and global
// settings that would collide with those of `weal`. Run executes it with the
// arguments that follow `weal chain`.
//
// What always holds:
//   - `start` runs the same node as `weal up` (package node).
//   - Without --home, commands work on the chain in the person's home:
//     $WEAL_HOME/chain.
package chaincmd
