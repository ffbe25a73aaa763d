package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	// maxCells is the most cells of a row.
	maxCells = 1 << 20
	// maxColumn is the most bytes that a column's name puts before each value.
	maxColumn = 80
	// delimiterSample is how much of a table tells what is between its cells.
	delimiterSample = 64 << 10
)

// extractCSV makes each row a block: "column: value" lines if the first row names
// the columns, else the values in one line.
func extractCSV(limit *budget, data []byte) (Text, error) {
	w := &builder{limit: limit}
	comma := delimiter(data)
	for line := range bytes.Lines(data) { // a row is read as a whole
		if n := bytes.Count(line, []byte(string(comma))); n > maxCells {
			return Text{}, fmt.Errorf("%w: a row has more than %d cells", ErrParse, maxCells)
		}
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = comma, true, -1, true
	var columns []string
	for n := 0; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Text{}, fmt.Errorf("%w: %w", ErrParse, err)
		}
		if n == 0 && isHeader(row) {
			for _, name := range row {
				columns = append(columns, clip(oneLine(name), maxColumn))
			}
			w.meta.set("columns", strings.Join(columns, ", "))
			continue
		}
		w.add(Lines, 0, tableRow(columns, row), false)
		if w.err == nil && n%256 == 0 {
			w.err = limit.Over()
		}
		if w.err != nil {
			return Text{}, w.err
		}
	}
	if columns != nil && len(w.blocks) == 0 { // a table of nothing but names
		w.add(Lines, 0, strings.Join(columns, " | "), false)
	}
	return w.text()
}

// tableRow writes one row. Cells without a value are left out.
func tableRow(columns, row []string) string {
	var s strings.Builder
	for i, cell := range row {
		if cell = strings.TrimSpace(newlines(cell)); cell == "" {
			continue
		}
		switch {
		case columns == nil && s.Len() > 0:
			s.WriteString(" | ")
		case s.Len() > 0:
			s.WriteByte('\n')
		}
		if i < len(columns) && columns[i] != "" {
			s.WriteString(columns[i])
			s.WriteString(": ")
		}
		s.WriteString(cell)
	}
	return s.String()
}

// isHeader reports whether a table's first row names its columns: no cell is a
// number or a whole text, no name comes twice, and at most one has none.
func isHeader(row []string) bool {
	seen := map[string]bool{}
	nameless := 0
	for _, cell := range row {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			nameless++
			continue
		}
		if _, err := strconv.ParseFloat(strings.ReplaceAll(cell, ",", "."), 64); err == nil || seen[cell] || len(cell) > 2*maxColumn {
			return false
		}
		seen[cell] = true
	}
	return nameless <= 1 && len(seen) > 0
}

// delimiter returns which of the usual ones cuts the first lines into the same
// number of cells most often; a comma if none does.
func delimiter(data []byte) rune {
	sample := data[:min(len(data), delimiterSample)]
	best, bestLines := ',', 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		counts := map[int]int{}
		for _, n := range cellCounts(sample, d) {
			counts[n]++
		}
		for n, lines := range counts {
			if n > 0 && lines > bestLines {
				best, bestLines = rune(d), lines
			}
		}
	}
	return best
}

// cellCounts counts d in each line, outside of quotes.
func cellCounts(sample []byte, d byte) (counts []int) {
	n, quoted, any := 0, false, false
	for _, c := range sample {
		switch {
		case c == '"':
			quoted, any = !quoted, true
		case quoted:
		case c == d:
			n++
		case c == '\n':
			if any || n > 0 {
				counts = append(counts, n)
			}
			n, any = 0, false
		case c > ' ':
			any = true
		}
	}
	if any || n > 0 {
		counts = append(counts, n)
	}
	return counts
}
