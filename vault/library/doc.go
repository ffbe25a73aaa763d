// Package library keeps a vault's documents: the originals with their hashes,
// their text, chunks and postings, and the generations whose roots the chain is
// told.
//
// What always holds:
//   - A document's original, text, chunks and postings are committed in one
//     transaction: after a crash all of it is there, or nothing.
//   - A generation is a fixed set of documents with one Merkle root over their
//     chunks, ordered by source and then by start. It never changes, and every
//     generation stays readable: what was offered on it can be released, and what
//     was cited can be shown.
//   - Adding the same files again changes nothing: unchanged files are skipped,
//     changed ones replaced, and those gone from a folder retired.
//   - What an interrupted Add has committed is kept, unseen, until the next Add
//     goes on from there and makes the generation.
//   - Everything that searches need is in memory and comes from the database; the
//     database is the truth. Its SQL is kept to what PostgreSQL also understands.
//
// The way through it: Open, Add, then Latest or ByRoot for a Generation, whose
// Search finds passages and whose Passage reads one with its proof.
package library
