package connect

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Units is the length of text as chat platforms count it: in UTF-16 code units, which
// are never fewer than its characters.
func Units(text string) (n int) {
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// Split cuts text into pieces of at most limit units: at the last empty line that fits,
// else at the last end of a line, sentence or word, else between characters. Blanks at a
// cut are dropped, nothing else is.
func Split(text string, limit int) []string {
	limit = max(limit, 2) // of what one character can take
	var out []string
	for {
		text = strings.TrimSpace(text)
		if text == "" {
			return out
		}
		head := fitting(text, limit)
		if head == len(text) {
			return append(out, text)
		}
		at := cut(text[:head], text[head:])
		out = append(out, strings.TrimSpace(text[:at]))
		text = text[at:]
	}
}

// fitting is how many bytes of text have at most limit units.
func fitting(text string, limit int) int {
	n := 0
	for i, r := range text {
		if n += max(utf16.RuneLen(r), 1); n > limit {
			return i
		}
	}
	return len(text)
}

// cut is where head, behind which comes rest, is cut best. A cut leaves something.
func cut(head, rest string) int {
	if rest[0] == ' ' || rest[0] == '\n' {
		return len(head)
	}
	least := len(head) / 3 // a cut before that wastes a message
	for _, end := range []string{"\n\n", "\n", ". ", " "} {
		if at := strings.LastIndex(head, end); at > least {
			return at + len(end)
		}
	}
	if at := strings.LastIndex(head, " "); at > 0 {
		return at
	}
	if len(head) == 0 {
		_, size := utf8.DecodeRuneInString(rest)
		return size
	}
	return len(head)
}
