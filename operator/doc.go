// Package operator answers requests that are made to assets on the chain: it finds
// them, has the asset's own worker answer, and delivers with the asset's receipt.
//
// What always holds:
//   - An answer and its receipt are on the disk before the chain sees anything of
//     them, and stay what they are: a kill at any moment never gives a request two
//     answers. Who is killed while it works asks the worker anew; nobody has seen
//     the first answer then.
//   - A delivery's transaction is on the disk, with its nonce, before it is posted,
//     and posted again as it is: it has its effect once, and the chain refuses every
//     delivery after the first.
//   - What became of a request is what the chain says, never what was sent.
//   - Nonces are given out by one goroutine; up to Config.Window transactions are on
//     their way, in their order.
//   - At most Config.Concurrency requests are worked on. A request that cannot be
//     served is refused with a reason in the log, which never has an input or an
//     answer in it.
//   - When Run's context ends, no request is taken any more; what is being worked on
//     and what is on its way has Config.Drain to end.
//
// The way through it: Open and Run; look.go finds requests, work.go answers them,
// prompt.go reads inputs and fetch.go gets those that are elsewhere, deliver.go brings
// answers to the chain, and store.go keeps where each request stands. Handler serves
// the answers that do not fit the chain, Status tells what was done.
//
// spec/job.md says the same in prose under "The operator".
package operator
