// Package sealed encrypts what a vault releases to the key of who buys it, so that
// a gateway on the way passes on what it cannot read.
//
// What always holds:
//   - There is one suite of HPKE (RFC 9180), in base mode: DHKEM(X25519,
//     HKDF-SHA256), HKDF-SHA256, AES-128-GCM. Nothing is negotiated.
//   - What is sealed is bound to the hash of the order that it was paid with. It does
//     not open for another order, nor with another key.
//   - A key to which nothing can be sealed safely is refused before anything is paid.
//   - Base mode says nothing of who sealed. What is inside must prove itself: a
//     passage by its proof, a receipt by its signature.
//
// The way through it: the buyer makes a [Private] for one question and gives its
// [Private.Key] away; the seller makes a [Sender] with [To] before it takes the
// payment, and calls [Sender.Seal] after; the buyer calls [Private.Open].
//
// spec/wire.md has the bytes, spec/vectors/sealed.json what others made of them.
package sealed
