// Package index ranks documents and their passages for a question by BM25.
//
// What always holds:
//   - Documents are ranked by textbook BM25 (k1 1.2, b 0.75) over whole documents:
//     exact lengths, exact document counts, repeated words of the question
//     counted. That a document was split into chunks changes nothing about it.
//   - A document's best passage has the document's score; its others have the part
//     of it that they have of the best passage's own BM25 over chunks. So passages
//     of several documents stand in one order, which begins every document where
//     the document belongs.
//   - Equal scores are ordered by source name, then by place in the document: the
//     order never depends on when something was added.
//   - A [View] never changes; searches see all of a change or nothing.
//
// The way through it: [Terms] makes words of a text; [Analyse] makes a document's
// [Postings], which are stored and read back with their binary form; [Index.Add]
// takes them in; [Index.View] selects the documents that count, and
// [View.Passages] and [View.Documents] search in it.
//
// Scores are floating point. Nobody has to agree on them: what leaves the vault
// is bands, which are integers.
package index
