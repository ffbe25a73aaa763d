package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weal-network/weal/vault/ingest/pdf"
)

// extractPDF reads a PDF page by page. What a PDF does not say is told by how it
// looks: headings by their size, paragraphs by the distance of their lines, and
// what stands at the edge of most pages is left out.
func extractPDF(limit *budget, data []byte) (Text, error) {
	d, err := pdf.Read(data, limit)
	switch {
	case errors.Is(err, pdf.ErrLocked):
		return Text{}, ErrLocked
	case errors.Is(err, ErrExpands), errors.Is(err, ErrSlow):
		return Text{}, err
	case err != nil:
		return Text{}, fmt.Errorf("%w: %w", ErrParse, err)
	}
	w := &pdfWalk{builder: builder{limit: &budget{ctx: limit.ctx, text: limit.member}}}
	for key, name := range map[string]string{
		"Title": "title", "Author": "author", "Subject": "subject", "Keywords": "keywords", "Lang": "language",
	} {
		w.meta.set(name, d.Info[key])
	}
	w.meta.set("date", pdfDate(d.Info["CreationDate"]))
	w.meta.set("modified", pdfDate(d.Info["ModDate"]))
	w.meta.set("pages", fmt.Sprint(len(d.Pages)))
	d.Pages = withoutEdges(d.Pages)
	w.looks = looksOf(d.Pages)
	for _, lines := range d.Pages {
		w.breaks = append(w.breaks, len(w.open))
		for _, l := range lines {
			w.line(l)
		}
		if w.err == nil {
			w.err = limit.Over()
		}
	}
	w.flush()
	for range w.breaks {
		w.page()
	}
	t, err := w.text()
	if err == nil && strings.TrimSpace(t.Body) == "" {
		err = ErrNoText
	}
	if err == nil && d.Unknown > len(t.Body) {
		err = fmt.Errorf("%w: nothing says which letters most of its glyphs are", ErrNoText)
	}
	return t, err
}

// pdfDate makes "2024-05-01" of "D:20240501120000Z".
func pdfDate(s string) string {
	s = strings.TrimPrefix(s, "D:")
	if len(s) < 8 || strings.Trim(s[:8], "0123456789") != "" {
		return ""
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:8]
}

// pdfWalk joins lines into paragraphs, headings and tables.
type pdfWalk struct {
	builder
	looks
	open   []pdf.Line // of one paragraph, heading or table
	breaks []int      // the lines of open with which a page begins
	level  int        // of the heading that open is, 0 if it is none
	item   bool       // the block before is a list's item
}

func (w *pdfWalk) line(l pdf.Line) {
	level := w.heading(l)
	if len(w.open) > 0 && !w.goesOn(l, level) {
		w.flush()
	}
	w.level = level
	w.open = append(w.open, l)
}

// goesOn reports whether l belongs to what is open.
func (w *pdfWalk) goesOn(l pdf.Line, level int) bool {
	first, last := w.open[0], w.open[len(w.open)-1]
	down := last.Y - l.Y
	near := down > 0 && down < w.leading(l.Size)
	row := strings.Contains(l.Text, "\t")
	switch {
	case level != w.level || l.Turn != last.Turn:
		return false
	case level > 0:
		return near && len(w.open) < 4
	case row || strings.Contains(last.Text, "\t"):
		return row == strings.Contains(last.Text, "\t") && near
	case isItem(l.Text):
		return false
	case down <= 0: // the next column or page
		return unfinished(last.Text) && startsLower(l.Text) && l.Y > last.Y
	case l.Size > 1.2*last.Size || l.Size < last.Size/1.2:
		return false
	case len(w.open) > 1 && !isItem(first.Text) && l.X > w.open[1].X+0.8*l.Size && !unfinished(last.Text):
		return false // a first line that is indented
	}
	return near
}

// flush lays what is open, and notes where pages begin.
func (w *pdfWalk) flush() {
	if len(w.open) == 0 {
		return
	}
	laid := len(w.blocks)
	offsets := w.lay()
	start := w.body.Len()
	if len(w.blocks) > laid {
		start = w.blocks[laid].Start
	}
	var later []int
	for _, b := range w.breaks {
		if b < len(offsets) {
			w.pages = append(w.pages, start+offsets[b])
		} else {
			later = append(later, 0)
		}
	}
	w.open, w.breaks = w.open[:0], later
}

// lay lays what is open and returns where in it its lines begin.
func (w *pdfWalk) lay() []int {
	lines := w.open
	if strings.Contains(lines[0].Text, "\t") && w.level == 0 {
		for i, l := range lines {
			w.add(Lines, 0, strings.ReplaceAll(oneLineCells(l.Text), "\t", " | "), i > 0)
		}
		w.item = false
		return []int{0}
	}
	var text []byte
	var offsets []int
	for _, l := range lines {
		text = joinLine(text, oneLine(l.Text))
		offsets = append(offsets, max(0, len(text)-len(oneLine(l.Text))))
	}
	if w.level > 0 {
		w.add(Heading, w.level, string(text), false)
		w.item = false
		return offsets
	}
	item := isItem(lines[0].Text)
	w.add(Paragraph, 0, string(text), item && w.item)
	w.item = item
	return offsets
}

// oneLineCells collapses the white space within cells.
func oneLineCells(s string) string {
	cells := strings.Split(s, "\t")
	for i, c := range cells {
		cells[i] = oneLine(c)
	}
	return strings.Join(cells, "\t")
}

// joinLine puts a line behind others; a word that was divided becomes one.
func joinLine(said []byte, line string) []byte {
	stem, divided := bytes.CutSuffix(said, []byte("-"))
	switch {
	case len(said) == 0:
	case divided && endsLower(stem) && startsLower(line):
		said = stem
	default:
		said = append(said, ' ')
	}
	return append(said, line...)
}

func startsLower(s string) bool {
	for _, r := range s {
		return unicode.IsLower(r)
	}
	return false
}

func endsLower(s []byte) bool {
	r, _ := utf8.DecodeLastRune(s)
	return unicode.IsLower(r)
}

// unfinished reports whether a line ends within a sentence.
func unfinished(s string) bool {
	return !strings.ContainsAny(s[len(s)-1:], ".!?:;") && !strings.HasSuffix(s, "”")
}

// isItem reports whether a line begins a list's item.
func isItem(s string) bool {
	mark, rest, ok := strings.Cut(s, " ")
	if !ok || rest == "" {
		return false
	}
	switch mark {
	case "•", "-", "–", "—", "*", "◦", "▪", "■", "·", "o", "‣", "●", "○":
		return true
	}
	number := strings.TrimRight(strings.TrimLeft(mark, "("), ".)")
	return len(number) < len(mark) && len(number) > 0 && len(number) <= 3 && strings.Trim(number, "0123456789") == ""
}
