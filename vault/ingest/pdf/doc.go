// Package pdf reads the text of PDF files, page by page, in lines with their
// place and size.
//
// What always holds:
//   - Files are hostile. The cross-reference tables, which can be wrong, loop or
//     claim any size, are not used: objects are found by going through the file
//     once, from front to back, which is linear and reads damaged files as well.
//   - Nothing grows without being asked for: every stream is unpacked through
//     [Limits], nesting and the number of objects, pages, operands and mappings
//     are bounded, and what refers to itself is followed once.
//   - Reading ends soon after [Limits] says that there is no more time.
//   - Files that need no password to be looked at are decrypted; others are [ErrLocked].
//
// The way through it: [Read] finds the objects (file.go, object.go), unpacks and
// decrypts streams (filter.go, crypt.go), runs the pages' contents (page.go) with
// their fonts (font.go, cmap.go), and joins what they show into lines (line.go).
// Pictures, forms' fields and annotations are not read.
package pdf
