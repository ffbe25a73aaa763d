package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdownParser is made once: that takes as long as parsing a page.
var markdownParser = sync.OnceValue(func() parser.Parser {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()
})

// extractMarkdown reads CommonMark with tables. Marks are taken off, code stays
// as it is written.
func extractMarkdown(limit *budget, data []byte) (Text, error) {
	meta, data := frontMatter(data)
	title := oneLine(meta["title"])
	if nested(data) > maxNesting {
		return Text{}, fmt.Errorf("%w: its quotes and lists are nested more than %d deep", ErrParse, maxNesting)
	}
	w := &markdownWalk{builder: builder{meta: meta, limit: limit}, source: data}
	root := markdownParser().Parse(text.NewReader(data))
	if first := root.FirstChild(); title != "" && !w.isHeading(first, title) {
		w.add(Heading, 0, title, false)
	}
	w.children(root, "", false)
	return w.text()
}

// maxNesting is far beyond what anyone writes. Parsers recurse, and a stack that
// overflows cannot be recovered from.
const maxNesting = 500

// nested returns the most block marks that one line begins with.
func nested(data []byte) (most int) {
	for at := 0; at < len(data); {
		marks := 0
	line:
		for ; at < len(data); at++ {
			switch c := data[at]; c {
			case '>':
				marks++
			case '-', '+', '*', '.', ')':
				if at+1 == len(data) || data[at+1] == ' ' || data[at+1] == '\t' || data[at+1] == '\n' {
					marks++
				}
			case ' ', '\t', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			default:
				break line
			}
		}
		most = max(most, marks)
		next := bytes.IndexByte(data[min(at, len(data)):], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return most
}

// markdownWalk writes the blocks of a parsed document.
type markdownWalk struct {
	builder
	source []byte
}

func (w *markdownWalk) isHeading(n ast.Node, title string) bool {
	h, ok := n.(*ast.Heading)
	return ok && strings.EqualFold(oneLine(w.inline(h)), title)
}

// children writes n's blocks; mark goes ahead of the first, as a list item's.
func (w *markdownWalk) children(n ast.Node, mark string, tight bool) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c, mark, tight)
		mark = ""
	}
}

func (w *markdownWalk) block(n ast.Node, mark string, tight bool) {
	switch n := n.(type) {
	case *ast.Heading:
		w.add(Heading, n.Level, oneLine(w.inline(n)), false)
	case *ast.Paragraph, *ast.TextBlock:
		w.add(Paragraph, 0, mark+w.inline(n), tight)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		w.add(Lines, 0, w.raw(n), false)
	case *ast.HTMLBlock:
		w.html(n)
	case *ast.List:
		w.list(n)
	case *east.Table:
		w.table(n)
	default:
		w.children(n, mark, tight)
	}
}

func (w *markdownWalk) list(n *ast.List) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		w.children(item, mark, item != n.FirstChild() || n.Parent().Kind() == ast.KindListItem)
	}
}

func (w *markdownWalk) table(n ast.Node) {
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, oneLine(w.inline(cell)))
		}
		w.add(Lines, 0, strings.Join(cells, " | "), row != n.FirstChild())
	}
}

// html writes the text of a raw HTML block.
func (w *markdownWalk) html(n *ast.HTMLBlock) {
	raw := w.raw(n)
	if n.HasClosure() {
		raw += string(n.ClosureLine.Value(w.source))
	}
	t, err := extractHTML(w.limit, []byte(raw))
	if err != nil { // too deep to be read as HTML: its bytes are still the owner's text
		w.add(Lines, 0, raw, false)
		return
	}
	for _, b := range t.Blocks {
		w.add(b.Kind, b.Level, t.Body[b.Start:b.End], false)
	}
}

// raw returns the lines of a block as they are written.
func (w *markdownWalk) raw(n ast.Node) string {
	var s strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		s.Write(line.Value(w.source))
	}
	return s.String()
}

// inline returns the text of n's inline nodes without their marks.
func (w *markdownWalk) inline(n ast.Node) string {
	var s strings.Builder
	w.spans(&s, n, 0)
	return s.String()
}

func (w *markdownWalk) spans(s *strings.Builder, n ast.Node, depth int) {
	if depth > maxNesting {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			s.Write(w.plain(c.Segment.Value(w.source), c.IsRaw() || n.Kind() == ast.KindCodeSpan))
			if c.HardLineBreak() || c.SoftLineBreak() {
				s.WriteByte('\n')
			}
		case *ast.String:
			s.Write(c.Value)
		case *ast.AutoLink:
			s.Write(c.Label(w.source))
		default:
			w.spans(s, c, depth+1)
		}
	}
}

// plain resolves escapes and entities, which goldmark leaves to its renderers.
func (w *markdownWalk) plain(b []byte, raw bool) []byte {
	if raw || (bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '\\') < 0) {
		return b
	}
	return []byte(strings.ToValidUTF8(string(
		util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b)))), "\uFFFD"))
}
