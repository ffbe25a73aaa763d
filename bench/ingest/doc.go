// Package ingest measures how fast a vault takes in documents, beside bleve.
//
// The way through it: run.go takes turns, ours.go and bleve.go are the two sides,
// and corpus.go makes text to measure on where there is no folder.
//
// What always holds:
//   - The vault does all that it does for weal vault add: find, read, parse, chunk,
//     hash, index, seal, commit. There are no embeddings.
//   - Bleve is given the text that the vault has extracted, ready in memory, and
//     does nothing but index it: one field by its English analyser, nothing stored,
//     in batches, on disk, with all cores.
//   - Both work on the same text in the same run, by turns, each time from nothing;
//     a figure is the median of its rounds.
//   - Megabytes are 10^6 bytes of extracted text.
package ingest
