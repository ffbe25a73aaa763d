package ingest

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"
)

// What parsing may take, by what a parser makes of each mark in a text. The
// parsers of Markdown and HTML build trees that are far larger than their text.
const (
	// maxCost is the most memory that one file's tree may need.
	maxCost = 768 << 20
	// maxMarks is the most inline marks in a run of lines: what they may mean takes
	// time that grows with their square.
	maxMarks = 20_000
	// smallText is so small that no marks in it do harm.
	smallText = 32 << 10

	markCost, lineCost, cellCost, itemCost = 300, 300, 200, 450
	tagCost, attributeCost                 = 350, 130
)

// parsing is the memory that the trees of all files that are being parsed may need
// together. One that is given up gives it back when it ends.
var parsing = semaphore.NewWeighted(maxCost + maxCost/2)

// reserve waits until there is memory for a file of this cost, and returns what
// gives it back.
func reserve(ctx context.Context, cost int64) (release func(), err error) {
	if err := parsing.Acquire(ctx, cost); err != nil {
		return nil, ErrSlow
	}
	return func() { parsing.Release(cost) }, nil
}

// costOf returns about how much memory a file's tree needs, and refuses files that
// would take too much.
func costOf(format Format, data []byte) (int64, error) {
	var cost int64
	var err error
	switch {
	case len(data) <= smallText:
		return int64(len(data)), nil
	case format == Markdown:
		cost, err = markdownCost(data)
	case format == HTML:
		cost = htmlCost(data)
	case format == Plain || format == Code:
		cost = int64(2 * len(data))
	default:
		cost = int64(8 * len(data))
	}
	if err == nil && cost > maxCost && (format == Markdown || format == HTML) {
		err = ErrMarks
	}
	return min(cost, maxCost), err
}

// inlineMarks are the bytes that can begin or end inline marks.
const inlineMarks = "*_[]!`<~\\&"

var inlineMark = func() (t [256]bool) {
	for _, c := range []byte(inlineMarks) {
		t[c] = true
	}
	return t
}()

func markdownCost(data []byte) (int64, error) {
	marks := 0
	for _, c := range []byte(inlineMarks) {
		marks += bytes.Count(data, []byte{c})
	}
	lines := bytes.Count(data, []byte("\n"))
	cost := int64(marks)*markCost + int64(lines)*lineCost + int64(bytes.Count(data, []byte("|")))*cellCost + int64(2*len(data))
	if most := cost + int64(lines)*itemCost; marks <= maxMarks && most <= maxCost {
		return most, nil
	}
	items, err := markdownItems(data)
	return cost + int64(items)*itemCost, err
}

// markdownItems counts what lines begin, and refuses too many marks in one run.
func markdownItems(data []byte) (items int, err error) {
	inBlock := 0
	f := fences{off: hidesFences(data)}
	for line := range bytes.Lines(data) {
		code := f.within(line)
		if code || startsBlock(line) {
			inBlock = 0
			items++
		}
		for _, c := range line {
			if inlineMark[c] {
				inBlock++
			}
		}
		if inBlock > maxMarks {
			return 0, fmt.Errorf("%w (a paragraph has more than %d)", ErrMarks, maxMarks)
		}
	}
	return items, nil
}

// fences follows the code blocks of a text that begin at the left margin below an
// empty line: nowhere else is it certain that a fence is one.
type fences struct {
	off   bool
	fence []byte // of the block that is open
	empty bool   // the line before is empty
	begun bool
}

// hidesFences reports whether a text has raw HTML in which a fence is no fence.
func hidesFences(data []byte) bool {
	low := bytes.ToLower(data)
	for _, mark := range []string{"<!", "<?", "<script", "<pre", "<style", "<textarea"} {
		if bytes.Contains(low, []byte(mark)) {
			return true
		}
	}
	return false
}

// within reports whether a line belongs to a code block.
func (f *fences) within(line []byte) bool {
	if f.off {
		return false
	}
	text := bytes.TrimRight(line, " \t\n")
	if f.fence != nil {
		if bytes.HasPrefix(text, f.fence) && len(bytes.Trim(text, string(f.fence[:1]))) == 0 {
			f.fence, f.empty = nil, false
		}
		return true
	}
	opens := f.empty || !f.begun
	f.begun, f.empty = true, len(text) == 0
	for _, c := range []string{"`", "~"} {
		if n := len(text) - len(bytes.TrimLeft(text, c)); opens && n >= 3 && !bytes.Contains(text[n:], []byte("`")) {
			f.fence = text[:n]
			return true
		}
	}
	return false
}

// startsBlock reports whether no paragraph goes on with this line: it is empty, or
// begins a list's item or a heading.
func startsBlock(line []byte) bool {
	text := bytes.TrimLeft(line, " ")
	if len(bytes.TrimSpace(text)) == 0 {
		return true
	}
	if len(line)-len(text) > 3 || len(text) < 2 {
		return false
	}
	switch text[0] {
	case '-', '*', '+':
		return text[1] == ' '
	case '#':
		return bytes.HasPrefix(bytes.TrimLeft(text, "#"), []byte(" ")) && !bytes.HasPrefix(text, []byte("#######"))
	}
	return false
}

// htmlCost counts tags and attributes.
func htmlCost(data []byte) int64 {
	tags := bytes.Count(data, []byte("<"))
	attributes := 0
	for rest := data; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i:]
		tag := rest
		if end := bytes.IndexByte(rest, '>'); end >= 0 {
			tag = rest[:end]
		}
		if len(tag) > 64 { // shorter ones are in the cost of a tag
			attributes += len(bytes.Fields(tag))
		}
		rest = rest[len(tag):]
	}
	return int64(tags)*tagCost + int64(attributes)*attributeCost + int64(2*len(data))
}
