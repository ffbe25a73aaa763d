package ingest

import (
	"context"
	"strings"
)

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
	// Source is a declaration of a program; it is split at empty lines, else
	// between lines, and its first line keeps its indentation.
	Source
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
	// Pages holds where in Body each page begins; it is empty if there are none.
	Pages []int
	// Scopes ascend and say what encloses the text from there on.
	Scopes []Scope
	Meta   Meta
}

// Scope is the declaration that encloses a program's text from At on.
type Scope struct {
	At   int
	Name string // outermost first, joined by Separator
}

// Extract returns the text of data within the default limits. Data of formats
// that are text must be UTF-8.
func Extract(format Format, data []byte) (Text, error) {
	return extract(newBudget(context.Background(), Options{}.WithDefaults()), format, data)
}

func extract(limit *budget, format Format, data []byte) (Text, error) {
	switch format {
	case Markdown:
		return extractMarkdown(limit, data)
	case HTML:
		return extractHTML(limit, data)
	case PDF:
		return extractPDF(limit, data)
	case DOCX:
		return extractDOCX(limit, data)
	case EPUB:
		return extractEPUB(limit, data)
	case CSV:
		return extractCSV(limit, data)
	case JSON:
		return extractJSON(limit, data)
	case JSONLines:
		return extractJSONLines(limit, data)
	case Code:
		return extractCode(limit, data)
	}
	return extractPlain(string(data)), nil
}

// blockCost is what a block takes of the limit of text beside its own bytes, so
// that blocks of next to nothing are bounded as well.
const blockCost = 32

// builder lays blocks one after the other.
type builder struct {
	body   strings.Builder
	blocks []Block
	pages  []int
	meta   Meta
	limit  *budget
	err    error // the first; nothing is laid after it
}

// add appends one block. Blocks are an empty line apart; tight ones one line.
func (b *builder) add(kind BlockKind, level int, text string, tight bool) {
	text = strings.Trim(text, "\n")
	if kind < Lines {
		text = strings.TrimSpace(text)
	}
	if b.err != nil || strings.TrimSpace(text) == "" {
		return
	}
	if b.err = b.limit.Write(len(text) + blockCost); b.err != nil {
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

// page begins a new page.
func (b *builder) page() { b.pages = append(b.pages, b.body.Len()) }

func (b *builder) text() (Text, error) {
	if b.err != nil {
		return Text{}, b.err
	}
	return Text{Body: b.body.String(), Blocks: b.blocks, Pages: b.pages, Meta: b.meta}, nil
}

// oneLine collapses white space to single blanks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
