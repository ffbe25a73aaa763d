package ingest

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// extractHTML reads a page: the text of its <main> if it has one, else of its
// body, without what is not read (scripts, styles, navigation, forms' controls).
func extractHTML(limit *budget, data []byte) (Text, error) {
	root, err := parseHTML(data)
	if err != nil {
		return Text{}, err
	}
	w := &htmlWalk{builder: builder{limit: limit}}
	title := ""
	if n := find(root, atom.Title); n != nil {
		title = oneLine(textOf(n))
	}
	w.about(root, title)
	if h := find(root, atom.H1); h == nil || !strings.EqualFold(oneLine(textOf(h)), title) {
		w.add(Heading, 0, title, false)
	}
	if main := find(root, atom.Main); main != nil {
		root = main
	}
	w.children(root)
	w.flush()
	return w.text()
}

// emptyElement matches elements that XHTML may write as empty and HTML may not.
var emptyElement = regexp.MustCompile(`<(title|script|style|iframe|textarea|noscript|a|b|i|em|p|div|span|td|th|li|pre)(\s[^<>]*)?/>`)

func parseHTML(data []byte) (*html.Node, error) {
	if bytes.HasPrefix(bytes.TrimLeft(data[:min(len(data), 64)], " \r\n\t"), []byte("<?xml")) {
		data = emptyElement.ReplaceAll(data, []byte("<$1$2></$1>"))
	}
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParse, err)
	}
	return root, nil
}

// about reads what a page says of itself.
func (w *htmlWalk) about(root *html.Node, title string) {
	w.meta.set("title", title)
	if n := find(root, atom.Html); n != nil {
		w.meta.set("language", attribute(n, "lang"))
	}
	head := find(root, atom.Head)
	if head == nil {
		return
	}
	for n := range head.ChildNodes() {
		switch {
		case n.DataAtom == atom.Link && attribute(n, "rel") == "canonical":
			w.meta.set("canonical", attribute(n, "href"))
		case n.DataAtom == atom.Meta:
			name := strings.ToLower(attribute(n, "name") + attribute(n, "property"))
			if key, ok := pageMeta[name]; ok {
				w.meta.set(key, attribute(n, "content"))
			}
		}
	}
}

// pageMeta is which of a page's own statements are kept, and as what.
var pageMeta = map[string]string{
	"author": "author", "article:author": "author", "dc.creator": "author", "citation_author": "author",
	"date": "date", "article:published_time": "date", "dc.date": "date", "citation_publication_date": "date",
	"article:modified_time": "modified", "last-modified": "modified",
	"description": "description", "og:description": "description", "keywords": "keywords",
	"og:site_name": "site", "citation_title": "title", "og:title": "title", "dc.language": "language",
}

// attribute returns an element's attribute.
func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// htmlWalk writes the blocks of a parsed page. Inline text gathers in line until
// a block element begins or ends.
type htmlWalk struct {
	builder
	line  strings.Builder
	mark  string // goes ahead of the next paragraph, as a list item's
	tight bool
}

func (w *htmlWalk) flush() {
	lines := strings.Split(w.line.String(), "\x00")
	w.line.Reset()
	for i, l := range lines {
		lines[i] = oneLine(l)
	}
	s := strings.TrimSpace(strings.Join(lines, "\n"))
	if s == "" {
		return
	}
	w.add(Paragraph, 0, w.mark+s, w.tight)
	w.mark, w.tight = "", false
}

func (w *htmlWalk) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *htmlWalk) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.line.WriteString(n.Data)
	case n.Type != html.ElementNode || unread(n):
	case n.DataAtom == atom.Br:
		w.line.WriteByte(0) // a line end that survives the collapse of white space
	case level(n) > 0:
		w.flush()
		w.add(Heading, level(n), oneLine(textOf(n)), false)
	case n.DataAtom == atom.Pre:
		w.flush()
		w.add(Lines, 0, newlines(textOf(n)), false)
	case n.DataAtom == atom.Tr && !holdsBlocks(n):
		w.flush()
		w.row(n)
	case n.DataAtom == atom.Li:
		w.flush()
		w.mark, w.tight = "- ", hasEarlier(n)
		w.children(n)
		w.flush()
		w.mark, w.tight = "", false
	case isBlock(n):
		w.flush()
		w.children(n)
		w.flush()
	default:
		w.children(n)
	}
}

// row writes a table's row as one line.
func (w *htmlWalk) row(n *html.Node) {
	var cells []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			cells = append(cells, oneLine(textOf(c)))
		}
	}
	w.add(Lines, 0, strings.Join(cells, " | "), hasEarlier(n))
}

// hasEarlier reports whether an element of n's kind stands before n.
func hasEarlier(n *html.Node) bool {
	for p := n.PrevSibling; p != nil; p = p.PrevSibling {
		if p.DataAtom == n.DataAtom {
			return true
		}
	}
	return false
}

// level returns a heading's level, and 0 for other elements.
func level(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0')
	}
	return 0
}

// unread reports whether an element's content is not text of the page.
func unread(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Math, atom.Nav,
		atom.Iframe, atom.Object, atom.Select, atom.Button, atom.Textarea, atom.Canvas:
		return true
	}
	return false
}

func isBlock(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Dialog, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure,
		atom.Footer, atom.Form, atom.Header, atom.Hr, atom.Html, atom.Legend, atom.Li, atom.Main, atom.Ol, atom.P,
		atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead,
		atom.Tr, atom.Ul:
		return true
	}
	return level(n) > 0
}

// holdsBlocks reports whether a row's cells hold blocks, as in tables that lay
// out a page; they are then read as blocks.
func holdsBlocks(row *html.Node) bool {
	for cell := range row.ChildNodes() {
		for n := range cell.Descendants() {
			if n.Type == html.ElementNode && isBlock(n) {
				return true
			}
		}
	}
	return false
}

// find returns the first element of a kind.
func find(n *html.Node, a atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.DataAtom == a && d.Namespace == "" {
			return d
		}
	}
	return nil
}

// textOf returns all text that is read under n.
func textOf(n *html.Node) string {
	var s strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			s.WriteString(n.Data)
		case n.Type == html.ElementNode && n.DataAtom == atom.Br:
			s.WriteByte('\n')
		case n.Type == html.ElementNode && unread(n):
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return s.String()
}
