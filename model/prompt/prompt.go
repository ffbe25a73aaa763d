package prompt

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/weal-network/weal/wire"
)

const (
	first = "=== passages ==="
	last  = "=== end of passages ==="
	// arrow stands between a document's name and the headings above a passage.
	arrow = " › "
)

// MaxHead is the most bytes of the line with a passage's number, source and
// heading, without its newline. A gateway quotes a prompt before it has seen a
// source's name, so the line has to have a bound.
const MaxHead = 120

// Passage is one numbered passage. Its text has no trailing newlines.
type Passage struct {
	N       int
	Source  string
	Heading string
	Text    string
}

// Format writes passages as one block of text.
func Format(passages []Passage) string {
	var b strings.Builder
	b.WriteString(first + "\n")
	for i, p := range passages {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.head() + "\n")
		for line := range strings.SplitSeq(strings.TrimRight(p.Text, "\n"), "\n") {
			if special(line) {
				b.WriteByte(' ')
			}
			b.WriteString(line + "\n")
		}
	}
	b.WriteString(last)
	return b.String()
}

// Bound returns the most bytes that Format writes for texts of these sizes, in
// bytes, if none of their lines reads as a marker or a head.
func Bound(sizes []int) int {
	n := len(first) + 1 + len(last)
	for _, size := range sizes {
		n += MaxHead + 1 + size + 2
	}
	return n
}

// Fit is Format within room bytes: what is too much is cut from the end of the
// last passages, and a passage without room for its head is left out.
func Fit(passages []Passage, room int) string {
	text := Format(passages)
	for len(text) > room && len(passages) > 0 {
		passages = append([]Passage(nil), passages...)
		end := &passages[len(passages)-1]
		if keep := len(end.Text) - (len(text) - room); keep > 0 {
			end.Text = clip(end.Text, keep)
		} else {
			passages = passages[:len(passages)-1]
		}
		text = Format(passages)
	}
	return text
}

// head returns the line that opens p, cut to MaxHead.
func (p Passage) head() string {
	title := p.Source
	if p.Heading != "" {
		title += arrow + p.Heading
	}
	title = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, title)
	return clip("["+strconv.Itoa(p.N)+"] "+title, MaxHead)
}

// special reports whether line, without the spaces ahead of it, reads as a
// marker or as a head.
func special(line string) bool {
	line = strings.TrimLeft(line, " ")
	if strings.HasPrefix(line, "===") {
		return true
	}
	_, _, ok := cutNumber(line)
	return ok
}

// cutNumber reads "[n]" off the start of a line.
func cutNumber(line string) (n int, rest string, ok bool) {
	digits, found := strings.CutPrefix(line, "[")
	if !found {
		return 0, "", false
	}
	digits, rest, found = strings.Cut(digits, "]")
	if !found || len(digits) == 0 || len(digits) > 6 || strings.Trim(digits, "0123456789") != "" {
		return 0, "", false
	}
	n, err := strconv.Atoi(digits)
	return n, rest, err == nil
}

// clip cuts s to at most n bytes, between code points.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Size returns the bytes of a request that a model charges its prompt by: the text of
// its messages, and the tools and the format that it is told of, as wire writes them.
func Size(req wire.ChatRequest) (int, error) {
	n, err := Bytes(req.Messages)
	if err != nil {
		return 0, err
	}
	for _, raw := range []json.RawMessage{req.Tools, req.ResponseFormat} {
		if len(raw) == 0 {
			continue
		}
		written, err := wire.Marshal(raw)
		if err != nil {
			return 0, fmt.Errorf("measure prompt: %w", err)
		}
		n += len(written)
	}
	return n, nil
}

// Bytes returns the bytes of what messages say: text, and calls of tools.
func Bytes(messages []wire.ChatMessage) (int, error) {
	n := 0
	for _, m := range messages {
		text, err := m.Given()
		if err != nil {
			return 0, err
		}
		n += len(text)
	}
	return n, nil
}
