// Package ingest turns files into chunks: it finds them, reads them, extracts
// their text and splits it where the document's own structure does.
//
// What always holds:
//   - A chunk is a span of the document's extracted text: text[Start:End] is its
//     Text, byte for byte. Chunks do not overlap, ascend, and together hold every
//     word of the text.
//   - Structure comes first and size second: a chunk never runs over a heading;
//     within a section it ends between paragraphs, else between sentences, lines
//     or words.
//   - The same bytes give the same chunks, on any machine.
//   - A file that cannot be read as text is told with an error that says why and stops nothing.
//
// The way through it: [Find] lists the files of folders as [Input]s; [Read] makes
// a [Document] of one of them, and [Parallel] does so on all cores. [Extract] and
// [Split] are the two halves of Read.
package ingest
