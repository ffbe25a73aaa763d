package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxJSONDepth is the deepest nesting that is read.
const maxJSONDepth = 100

// Fields that hold a record's title and its text.
var (
	titleFields = map[string]bool{"title": true, "headline": true, "subject": true, "question": true}
	textFields  = map[string]bool{"text": true, "body": true, "content": true, "contents": true, "article": true, "answer": true}
)

// extractJSON reads a document, or several one after the other. The objects of a
// list at the top, or right below it, are records.
func extractJSON(limit *budget, data []byte) (Text, error) {
	w := &jsonWalk{builder: builder{limit: limit}, lists: 2}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		if err := w.value(d, "", 0, false); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return Text{}, jsonError(err, d.InputOffset())
		}
		w.record()
	}
	return w.text()
}

// extractJSONLines reads a record a line.
func extractJSONLines(limit *budget, data []byte) (Text, error) {
	w := &jsonWalk{builder: builder{limit: limit}}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		end := d.InputOffset()
		blank := data[end:]
		blank = blank[:len(blank)-len(bytes.TrimLeft(blank, " \t\r\n"))]
		err := w.value(d, "", 0, false)
		if errors.Is(err, io.EOF) {
			return w.text()
		}
		if err == nil && end > 0 && bytes.IndexByte(blank, '\n') < 0 {
			err = errors.New("there is more than one value")
		}
		if err != nil {
			line := 1 + bytes.Count(data[:min(int64(len(data)), end+int64(len(blank)))], []byte("\n"))
			return Text{}, fmt.Errorf("line %d: %w", line, jsonError(err, d.InputOffset()))
		}
		w.record()
	}
}

func jsonError(err error, at int64) error {
	if Gone(err) || errors.Is(err, ErrSlow) {
		return err
	}
	return fmt.Errorf("%w: after byte %d: %w", ErrParse, at, err)
}

// early tells the end of a file from an end that comes too early.
func early(err error, depth int) error {
	if depth > 0 && errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// jsonWalk writes the records of a file. It keeps only the one that is open.
type jsonWalk struct {
	builder
	lists        int    // the objects of lists less deep than this are records
	base         string // the path of the open record
	title, prose string
	lines        strings.Builder
	values       int
}

// record ends a record: its title, its text, and its other fields, a line each.
func (w *jsonWalk) record() {
	title, prose := w.title, w.prose
	w.title, w.prose = "", ""
	switch {
	case prose != "":
		w.add(Heading, 1, oneLine(title), false)
	case title != "":
		w.add(Lines, 0, "title: "+title, false)
	}
	text := extractPlain(prose)
	for _, b := range text.Blocks {
		w.add(Paragraph, 0, text.Body[b.Start:b.End], false)
	}
	w.add(Lines, 0, w.lines.String(), title != "" && prose == "")
	w.lines.Reset()
}

// value reads one value. path is where in its record it stands; if it is an
// element and an object, it is a record.
func (w *jsonWalk) value(d *json.Decoder, path string, depth int, element bool) error {
	t, err := d.Token()
	if err != nil {
		return early(err, depth)
	}
	if depth > maxJSONDepth {
		return fmt.Errorf("it is nested more than %d deep", maxJSONDepth)
	}
	if w.values++; w.values%1024 == 0 {
		if err := w.limit.Over(); err != nil {
			return err
		}
	}
	switch t := t.(type) {
	case json.Delim:
		outer := w.base
		if element && t == '{' {
			w.record()
			w.base = path
		}
		for err == nil && d.More() {
			if t == '{' {
				err = w.member(d, path, depth)
			} else {
				err = w.value(d, path, depth+1, depth < w.lists)
			}
		}
		if err != nil {
			return err
		}
		if element && t == '{' {
			w.record()
			w.base = outer
		}
		if _, err = d.Token(); err != nil { // the closing one
			return early(err, depth+1)
		}
	case string:
		w.words(path, newlines(t))
	case nil:
	default:
		w.field(path, fmt.Sprint(t))
	}
	return w.err
}

// member reads a name and its value.
func (w *jsonWalk) member(d *json.Decoder, path string, depth int) error {
	key, err := d.Token()
	if err != nil {
		return early(err, depth+1)
	}
	name := clip(oneLine(fmt.Sprint(key)), maxColumn)
	if path != "" {
		name = path + "." + name
	}
	return w.value(d, name, depth+1, false)
}

// words takes a string: as the record's title or text if it is that, else as a field.
func (w *jsonWalk) words(path, s string) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(path, w.base), "."))
	switch {
	case titleFields[name] && w.title == "":
		w.title = strings.TrimSpace(s)
	case textFields[name] && w.prose == "":
		w.prose = s
	default:
		w.field(path, s)
	}
}

func (w *jsonWalk) field(path, value string) {
	value = strings.TrimSpace(value)
	if value == "" || w.err != nil {
		return
	}
	if w.err = w.limit.Write(len(path)); w.err != nil {
		return
	}
	if w.lines.Len() > 0 {
		w.lines.WriteByte('\n')
	}
	if path != "" {
		w.lines.WriteString(path)
		w.lines.WriteString(": ")
	}
	w.lines.WriteString(value)
}
