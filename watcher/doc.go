// Package watcher settles for assets that are away: it keeps what contributors
// hand it (voucher, leaf, path, ticks as revealed), and brings it to the chain
// before a lane's window ends, for the fee that the asset names on the chain.
//
// What always holds:
//   - Nothing is kept that the chain would not pay: the asset names this watcher
//     and earns in the tab's denomination, the lane is on the chain, its key signed
//     the voucher, and the leaf and the ticks are in it. What is wrong costs no
//     more than finding that out.
//   - What was kept is with the operating system before the contributor hears of
//     it. Of each lane and asset the claim of the highest value is kept, never a
//     lower one after it.
//   - How much is kept has a bound.
//   - An asset that settles by itself is left alone: what a lane owes is brought
//     only when the lane has begun to end and the asset had time to bring it, or
//     when the asset has brought nothing for long and the fee is worth it.
//
// The way through it: Open; Handler takes claims (accept.go, keep.go); Run looks
// through them (sweep.go) and settles what is due (settle.go). Client is the
// contributor's side.
package watcher
