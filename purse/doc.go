// Package purse is the payer's side of a question: it holds the keys of lanes,
// asks gateways for quotes, checks them against the chain and the payer's
// limits, signs one voucher a question, reveals ticks as text arrives, and
// checks and keeps what comes back.
//
// What always holds:
//   - What is owed is in the database before anything that owes it leaves the
//     process: vouchers before they are sent, preimages before they are revealed.
//     A purse that was killed goes on with a new sequence number and with leaves
//     at least as high as all that it promised.
//   - A sequence number is never used twice, not even after a loss of power:
//     blocks of them are reserved, and flushed to the disk, ahead of use.
//   - Leaves never fall. What was signed stays promised, whether or not the other
//     side delivered; ticks that were not revealed cost nothing.
//   - Nothing is signed that does not match the chain, the request or the limits.
//   - A lane has one query in flight, across every process on the same database:
//     whoever uses a lane holds it, and a process that is gone holds none.
//   - What an app says of what passages counted is kept if the purse makes the same of
//     text and passages (attribution.go), and if the app's receipt commits to it.
//   - What a search buys is sealed to a key that is made for it and forgotten with it
//     (search.go). The app is paid when all has opened and holds.
//   - A task (task.go: embeddings, rerankings) is paid at once, and to the tick what its
//     texts come to.
//
// The way through it: [Open] the state, [Purse.AddLane] for each lane of a tab,
// [Purse.Ask], [Purse.Search] or [Purse.Do] per question, [Purse.Receipts] and [Purse.Spent] to look back.
// Inside, a question goes through quote.go (ask), bill.go (check), sign.go
// (promise), stream.go with tick.go (pay and read), passages.go and receipts.go
// (verify) and finish.go (keep).
package purse
