// Package keys is the one choke point of what a gateway spends for others: it
// issues API keys, each bound to a tab, and meters whatever is asked with them.
//
// What always holds:
//   - Nothing is signed for a question before the most that it can cost is
//     reserved in the key's budgets, and the reservation is with the operating
//     system. What is reserved and what was spent never exceed a budget, however
//     many ask at once and whenever the process is killed.
//   - A reservation counts as spent until the purse's own history says what the
//     question came to; one that a crash left is looked up there later. What was
//     spent with a key is what the purse has written down for it.
//   - A budget's period goes forward only: a clock that goes back brings no new
//     budget. Limits of a minute do not look at the wall clock.
//   - A key spends from the tab that it is bound to, and from no other.
//   - Only a hash of a key is kept. Its text is shown once.
//   - A request that costs nothing touches no budget, and counts in all limits.
//   - Limits of a minute and of parallel requests are kept in memory: they guard
//     the service, not the money, and begin anew with the process.
//
// The way through it: [Open] a [Meter] on the gateway's database, [Meter.Create]
// keys, [Meter.Admit] a request, [Use.Ask] with it, or [Use.Free] if it costs nothing,
// and [Use.End] it. [Meter.Admin]
// serves the owner's commands.
package keys
