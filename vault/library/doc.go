// Package library keeps a vault's documents: the originals with their hashes,
// their text, chunks, words and vectors, and the generations whose roots the chain
// is told.
//
// What always holds:
//   - A document's original, text, chunks and words are committed in one
//     transaction: after a crash all of it is there, or nothing.
//   - All content is sealed before it goes to the database, under the owner's key;
//     see package seal. Where the database itself searches, words and vectors are
//     plain, and Sealing says so.
//   - A generation is a fixed set of documents with one Merkle root over their
//     chunks, ordered by source and then by start. It never changes, and every
//     generation stays readable: what was offered on it can be released, and what
//     was cited can be shown.
//   - What Remove deletes is the exception: nothing of it is read any more, in any
//     generation, and only the hashes of its chunks are kept, which prove what was
//     released before.
//   - Adding the same files again changes nothing: unchanged files are skipped,
//     changed ones replaced, and those gone from a folder retired.
//   - A crawl retires pages only if it missed none. What is read by other settings
//     than those that hold now (Reading) is read anew when it is added again.
//   - What an interrupted Add has committed is kept, unseen, until the next Add
//     goes on from there and makes the generation.
//   - The database is the truth; what memory has comes from it. Both engines find
//     the same with the same scores of words.
//
// The way through it: Open, Add or Crawl, then Latest or ByRoot for a Generation, whose Ask
// finds passages and whose Passage reads one with its proof; Remove, Rekey, Copy.
// engine.go says in what engines differ, sqlite.go and postgres.go what they do; the
// tables are in schema.go, and what is sealed for which row in sealed.go. embed.go and
// meaning.go make and search vectors, far.go and pgvector.go where those are in the
// database.
package library
