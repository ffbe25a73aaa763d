// Package ingest turns files into chunks: it finds them, reads them, extracts
// their text and splits it where the document's own structure does.
//
// What always holds:
//   - A chunk is a span of the document's extracted text: text[Start:End] is its
//     Text, byte for byte. Chunks do not overlap, ascend, and together hold every
//     word of the text.
//   - Structure comes first and size second: a chunk never runs over a heading;
//     within a section it ends between paragraphs, else between sentences, lines
//     or words. A line of a program is only cut if it is longer than a chunk.
//   - The same bytes under the same name give the same chunks, on any machine.
//   - A file that cannot be read as text is told with an error that says why and
//     stops nothing.
//   - Files are hostile. What a file may take of memory is bounded, and so is what
//     all that are being parsed take together; what it may take of time is Options'
//     MaxTime. Readers of our own end then; Markdown's and HTML's, which cannot be
//     interrupted, run on unheard, and only on what [costOf] lets pass.
//   - Nothing is written: members of archives are unpacked in memory, and only those
//     that are asked for by name.
//   - A file found in a folder is opened in that folder: no link, no change since it
//     was found, leads out of it.
//
// The way through it: [Find] lists the files of folders and patterns as [Input]s;
// [ReadContext] makes a [Document] of one of them, and [Parallel] does so on all
// cores; [Preview] does both and keeps nothing. [Extract] and [Split] are the two
// halves of reading. Between them stand [toUTF8] (encodings), [costOf] and [budget]
// (bounds), and an extractor for each [Format]: plain.go, markdown.go, html.go,
// docx.go, epub.go, csv.go, json.go, code.go, and pdf.go over package pdf.
package ingest
