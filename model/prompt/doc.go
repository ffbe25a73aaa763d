// Package prompt is how passages stand in a prompt: the plain text that a
// gateway writes and that weal-reader, or any other model, reads.
//
// What always holds:
//   - Parse returns the passages that Format was given, whatever their text: a
//     line that would read as a marker or as the head of a passage is moved one
//     space to the right, and back.
//   - Format never writes more bytes than Bound says for texts of these sizes,
//     unless their lines needed such spaces; Fit then cuts.
//   - A passage is read only from the first message, and only if its role is
//     system. A question cannot smuggle one in.
//
// spec/wire.md has the format under "Passages in a prompt".
package prompt
