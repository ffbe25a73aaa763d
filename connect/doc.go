// Package connect answers people in a chat from an agent's purse.
//
// What always holds:
//   - A message is answered once: it is written down as seen before anything is paid, so
//     that neither a platform that sends it again nor a restart pays twice. A crash can
//     lose an answer, never money.
//   - What a person may cost is bounded, per question and per day. The most that an
//     answer can cost is taken from the day's budget before it is asked for, in one
//     step with the look at what is left; what it did not cost is given back.
//   - Messages of bots, and messages that are not for this one, are not answered.
//   - What goes to a platform fits its limits, and nothing of an answer or a document is
//     read as its markup.
//
// The way through it: [Open] a [Desk], and have an adapter ([telegram], [discord]) turn
// what its platform sends into a [Message] and a [Reply] into what it takes. split.go
// cuts text.
//
// [telegram]: https://pkg.go.dev/github.com/weal-network/weal/connect/telegram
// [discord]: https://pkg.go.dev/github.com/weal-network/weal/connect/discord
package connect
