// Package discord connects a desk to a Discord application, by its interactions endpoint
// over HTTP: people ask with the command /ask.
//
// What always holds:
//   - A request is read only if it is signed with the application's key (Ed25519, over the
//     time stamp and the body).
//   - An interaction is answered once, over restarts and however often it comes: with a
//     place held at once, into which the answer comes, within the 15 minutes for which
//     Discord takes one.
//   - Text goes out with its markup escaped, in messages of at most 2000 units, and
//     notifies nobody.
//
// The way through it: [New], [App.Handler] at the application's interactions endpoint,
// and once [App.Register] to make the command known.
package discord
