package ingest

import (
	"path"
	"strings"
)

// Format is what a file is written in.
type Format uint8

// The formats that can be read. Every other file is tried as plain text.
const (
	Plain Format = iota
	Markdown
	HTML
)

// FormatOf tells the format of a file by its name.
func FormatOf(name string) Format {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mdx":
		return Markdown
	case ".html", ".htm", ".xhtml":
		return HTML
	}
	return Plain
}

// BlockKind is what a block of text is.
type BlockKind uint8

// The kinds of blocks.
const (
	// Paragraph is prose; if it is too long it is split between sentences.
	Paragraph BlockKind = iota
	// Heading opens a section.
	Heading
	// Lines is code, a table's row or the like; it is split between lines.
	Lines
)

// Block is one structural piece of a text: Body[Start:End].
type Block struct {
	Kind       BlockKind
	Level      int // of a heading: 1 to 6, and 0 for a document's title
	Start, End int
}

// Text is what Extract found in a file. Blocks ascend and do not overlap; what
// lies between them is white space.
type Text struct {
	Body   string
	Blocks []Block
}

// Extract returns the text of data, which must be UTF-8 in the given format.
func Extract(format Format, data []byte) (Text, error) {
	switch format {
	case Markdown:
		return extractMarkdown(data)
	case HTML:
		return extractHTML(data)
	}
	return extractPlain(string(data)), nil
}

// builder lays blocks one after the other.
type builder struct {
	body   strings.Builder
	blocks []Block
}

// add appends one block. Blocks are an empty line apart; tight ones one line.
func (b *builder) add(kind BlockKind, level int, text string, tight bool) {
	text = strings.Trim(text, "\n")
	if kind != Lines {
		text = strings.TrimSpace(text)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	if len(b.blocks) > 0 {
		b.body.WriteByte('\n')
		if !tight {
			b.body.WriteByte('\n')
		}
	}
	start := b.body.Len()
	b.body.WriteString(text)
	b.blocks = append(b.blocks, Block{Kind: kind, Level: level, Start: start, End: b.body.Len()})
}

func (b *builder) text() Text { return Text{Body: b.body.String(), Blocks: b.blocks} }

// oneLine collapses white space to single blanks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
