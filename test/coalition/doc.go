// Package coalition plays every coalition of payer, gateway, vault, model and
// watcher against those who are honest, and holds what these lose against the table
// in spec/cheating.md.
//
// What always holds:
//   - The honest sides are the code that people run: earn.Book with its settling, a
//     gateway and a model with their HTTP handlers, a purse, a watcher. The chain is
//     the application's own x/tab with x/asset and the bank.
//   - Who colludes does what it likes: it signs anything with the keys it has, brings
//     anything to the chain, always before the honest do, and answers anything.
//   - A loss is in units: what somebody gave or paid, less what came of it when all
//     windows have passed. It is compared with a sum made of the configuration: the
//     exposure, ticks, prices of passages. A strategy that should take nothing may
//     take nothing, whatever the cell allows; what a cell allows is reached by some
//     strategy, so that no cell says too much either.
//   - The table is read from the embedded page, and is the one that the rule in
//     table_test.go makes.
//
// The way through it: chain_test.go is the chain, table_test.go the table. With the
// payer: seller_test.go are honest sellers, guard_test.go is the watcher, hand_test.go
// a payer's hand that signs anything, play_test.go how a play begins and ends,
// payer_test.go the strategies, coalition_test.go plays them, and defence_test.go shows
// that they bite. Without it: town_test.go is an honest payer among others, each
// behind a door (door_test.go), shelf_test.go its vault, and town_plays_test.go the
// schemes, and plays them.
package coalition
