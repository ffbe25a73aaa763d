// Package seal keeps a vault's content unreadable on a disk that others hold.
//
// What always holds:
//   - A vault has one data key of 32 random bytes. It is written down only wrapped,
//     under a key of the [Owner]'s: an age identity in a file, a passphrase, or a
//     secret that the program has already.
//   - What is sealed is AES-256-GCM under a key of its table's own, with a random
//     nonce. The place a blob belongs to is bound into it: a blob that was moved to
//     another row, or changed, does not open.
//   - A name by which a row is looked up is a [Sealer.Name]: HMAC-SHA-256 under a
//     key that only the sealer has. Without it a name says nothing, and cannot be
//     tried against a text that one has.
//   - Changing the owner's key wraps the data key anew and touches nothing else.
//
// The way through it: [NewKey] and [Owner.Wrap] at first, [Owner.Unwrap] later, [New]
// with the key, [Sealer.Table], and there Seal and Open with what [At] says of the place.
package seal
