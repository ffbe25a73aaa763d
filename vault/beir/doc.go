// Package beir measures how well the vault finds: it runs a folder of documents,
// questions and judgements in BEIR's layout through the vault's own ingest and
// index, and beside it through a textbook BM25.
//
// The layout is corpus.jsonl or corpus.jsonl.gz (fields _id, title, text),
// queries.jsonl (or .gz; fields _id, text) and qrels/test.tsv (query-id, corpus-id
// and score, under one line of header).
//
// What always holds:
//   - What is measured is what vaults do: documents are split into chunks, kept in
//     a database and searched through the same code.
//   - The baseline ranks whole documents by code of its own, in the plainest way,
//     in the same run. It shares the vault's words ([index.Terms]), so that the two
//     can only differ in how they rank.
//   - The measures are trec_eval's: see [Result].
package beir
