package ingest

import (
	"fmt"
	"strconv"
	"strings"
)

// extractDOCX reads the text of a Word document: its paragraphs with their
// headings, lists and tables, then its notes. Headers, footers, comments, deleted
// text and the table of contents are not read.
func extractDOCX(limit *budget, data []byte) (Text, error) {
	a, err := openArchive(limit, data)
	if err != nil {
		return Text{}, err
	}
	if _, ok := a.members["word/document.xml"]; !ok {
		return Text{}, fmt.Errorf("%w: it is no Word document: word/document.xml is missing", ErrParse)
	}
	w := &docxWalk{builder: builder{limit: limit}}
	if w.styles, err = readStyles(a); err != nil {
		return Text{}, err
	}
	if w.lists, err = readNumbering(a); err != nil {
		return Text{}, err
	}
	if w.meta, err = readCore(a); err != nil {
		return Text{}, err
	}
	for _, name := range []string{"word/document.xml", "word/footnotes.xml", "word/endnotes.xml"} {
		if w.xml, err = a.readXML(name); err != nil {
			return Text{}, err
		}
		if err := w.walk(); err != nil {
			return Text{}, err
		}
	}
	return w.text()
}

// docxParagraph is a paragraph that is being read.
type docxParagraph struct {
	text    strings.Builder
	style   string
	outline int // its own level as a heading, 0 if it has none
	list    string
	depth   int
	listed  bool
}

// docxCell is what the paragraphs of a cell say.
type docxCell []string

// docxWalk goes through the document. Paragraphs can hold text boxes and cells
// tables, so both are stacks.
type docxWalk struct {
	builder
	xml        *xmlScanner
	styles     map[string]docxStyle
	lists      docxLists
	paragraphs []*docxParagraph
	rows       [][]docxCell // the cells of the rows that are open
	cells      int          // how many cells are open
	tight      bool         // the paragraph before was a list item
	row        bool         // the block before was a row
	elements   int
}

func (w *docxWalk) walk() error {
	for {
		if w.elements++; w.elements%4096 == 0 && w.err == nil {
			w.err = w.limit.Over()
		}
		kind, err := w.xml.next()
		switch {
		case err != nil:
			return err
		case w.err != nil:
			return w.err
		case kind == xmlDone:
			return nil
		case kind == xmlStart:
			err = w.begin()
		case kind == xmlEnd:
			w.finish()
		}
		if err != nil {
			return err
		}
	}
}

func (w *docxWalk) begin() error {
	switch w.xml.name {
	case "p":
		w.paragraphs = append(w.paragraphs, &docxParagraph{list: "0"})
		return nil
	case "tr":
		w.rows = append(w.rows, nil)
		return nil
	case "tc":
		w.cells++
		if n := len(w.rows); n > 0 {
			w.rows[n-1] = append(w.rows[n-1], nil)
		}
		return nil
	case "Fallback", "del", "moveFrom", "pPrChange", "rPrChange": // what stands elsewhere, or no more
		_, err := w.xml.inside()
		return err
	}
	if len(w.paragraphs) == 0 {
		return nil
	}
	return w.content(w.paragraphs[len(w.paragraphs)-1])
}

// content takes what stands in paragraph p.
func (w *docxWalk) content(p *docxParagraph) error {
	switch w.xml.name {
	case "t":
		s, err := w.xml.inside()
		p.text.WriteString(s)
		return err
	case "tab":
		p.text.WriteByte(' ')
	case "br", "cr":
		p.text.WriteByte('\n')
	case "noBreakHyphen":
		p.text.WriteByte('-')
	case "lastRenderedPageBreak":
		w.newPage()
	case "pStyle":
		p.style = w.xml.attr("val")
	case "outlineLvl":
		if n, err := strconv.Atoi(w.xml.attr("val")); err == nil && n >= 0 && n < 9 {
			p.outline = n + 1
		}
	case "ilvl":
		p.depth, _ = strconv.Atoi(w.xml.attr("val"))
	case "numId":
		p.list, p.listed = w.xml.attr("val"), true
	}
	return nil
}

// newPage counts the pages as they were when the document was last laid out.
func (w *docxWalk) newPage() {
	if len(w.pages) == 0 {
		w.pages = append(w.pages, 0)
	}
	w.page()
}

func (w *docxWalk) finish() {
	switch w.xml.name {
	case "p":
		if n := len(w.paragraphs); n > 0 {
			p := w.paragraphs[n-1]
			w.paragraphs = w.paragraphs[:n-1]
			w.paragraph(p)
		}
	case "tc":
		w.cells--
	case "tr":
		if n := len(w.rows); n > 0 {
			cells := w.rows[n-1]
			w.rows = w.rows[:n-1]
			w.tableRow(cells)
		}
	case "tbl":
		w.row = false
	}
}

// paragraph lays a paragraph, or puts it into the cell it stands in.
func (w *docxWalk) paragraph(p *docxParagraph) {
	text := strings.TrimSpace(p.text.String())
	style := w.styles[p.style]
	if text == "" || strings.HasPrefix(style.name, "toc ") {
		return
	}
	if w.put(oneLine(text)) {
		return
	}
	w.row = false
	level, isHeading := style.level, style.heading
	if p.outline > 0 {
		level, isHeading = p.outline, true
	}
	if isHeading {
		w.add(Heading, min(level, 6), oneLine(text), false)
		w.tight = false
		return
	}
	if !p.listed && style.list != "" {
		p.list, p.depth, p.listed = style.list, style.depth, true
	}
	mark := ""
	if p.listed {
		mark = w.lists.mark(p.list, p.depth)
	}
	w.add(Paragraph, 0, mark+text, mark != "" && w.tight)
	w.tight = mark != ""
}

// put puts text into the cell that is open, if one is.
func (w *docxWalk) put(text string) bool {
	n := len(w.rows)
	if n == 0 || w.cells == 0 || len(w.rows[n-1]) == 0 {
		return false
	}
	cell := &w.rows[n-1][len(w.rows[n-1])-1]
	*cell = append(*cell, text)
	return true
}

// tableRow lays a row as one line, or puts it into the cell that its table stands
// in. A row of one cell is a frame: what it holds are paragraphs.
func (w *docxWalk) tableRow(cells []docxCell) {
	var texts []string
	for _, c := range cells {
		texts = append(texts, strings.Join(c, " "))
	}
	line := strings.Join(texts, " | ")
	switch {
	case strings.Trim(line, " |") == "", w.put(line):
	case len(cells) == 1:
		for _, text := range cells[0] {
			w.add(Paragraph, 0, text, false)
		}
		w.row = false
	default:
		w.add(Lines, 0, line, w.row)
		w.row, w.tight = true, false
	}
}
