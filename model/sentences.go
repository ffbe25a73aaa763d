package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the most bytes of a sentence that is quoted whole; tables and lists
// without a full stop are left to real models.
const longest = 700

const (
	// fewWords is the least words of a sentence that says something by itself.
	fewWords = 5
	// titleWords is the most words of a line without an end that reads as a title.
	titleWords = 8
)

// closers may follow a sentence's final mark.
const closers = `.!?"')]”’»*_」』）`

// grade is how well a piece of text stands by itself.
type grade uint8

const (
	isHeading grade = iota // it is the passage's own heading
	isPoor                 // a title, a cell, a few words: quoted if there is nothing else
	isGood
)

// sentences returns the sentences of a text, each on one line. Code and what has
// no words is left out; what is quoted is never changed otherwise.
func sentences(text string) []string {
	var out []string
	for _, block := range blocks(text) {
		for len(block) > 0 {
			n := sentenceEnd(block)
			if s := strings.TrimSpace(block[:n]); length(s) > 0 {
				out = append(out, s)
			}
			block = block[n:]
		}
	}
	return out
}

// gradeOf tells how well s, of a passage under headings, stands by itself.
func gradeOf(s string, headings []string) grade {
	n := length(s)
	switch {
	case slices.ContainsFunc(headings, func(h string) bool { return names(h, s) }):
		return isHeading
	case n < fewWords || len(s) > longest || strings.HasSuffix(s, ":"):
		return isPoor
	case n <= titleWords && !ended(s) && !isRow(s):
		return isPoor
	}
	return isGood
}

// names reports whether s is the heading h. A long heading may have been cut, and
// what it is cut to is long enough to tell it from the beginning of a sentence.
func names(h, s string) bool {
	if cut := strings.TrimSuffix(h, "…"); len(cut) >= 40 && len(s) >= len(cut) && !ended(s) {
		s, h = s[:len(cut)], cut
	}
	return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(h))
}

// segments returns the headings of a breadcrumb.
func segments(heading string) []string {
	return strings.Split(fold(heading), " › ")
}

// ended reports whether s ends with the final mark of a sentence.
func ended(s string) bool {
	s = strings.TrimRight(s, `"')]”’»*_」』）`)
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!?…。！？｡؟।", r)
}

// isRow reports whether s is a row of a table.
func isRow(s string) bool { return strings.Contains(s, " | ") }

// blocks returns the paragraphs, list items and table rows of a text in one line
// each. Blank lines and the marks of Markdown separate them.
func blocks(text string) []string {
	var out, lines []string
	flush := func() {
		if len(lines) > 0 {
			out = append(out, fold(strings.Join(lines, " ")))
		}
		lines = nil
	}
	code := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		fence := strings.HasPrefix(line, "```")
		switch {
		case fence:
			code = !code
			flush()
		case code:
		case line == "" || strings.HasPrefix(line, "#"):
			flush()
		default:
			if isRow(line) {
				flush()
			}
			if item, ok := listItem(line); ok {
				flush()
				line = item
			}
			lines = append(lines, line)
			if isRow(line) {
				flush()
			}
		}
	}
	flush()
	return out
}

// listItem takes the mark off a list item, a quotation or a table row.
func listItem(line string) (string, bool) {
	for _, mark := range []string{"- ", "* ", "+ ", "> ", "|"} {
		if rest, ok := strings.CutPrefix(line, mark); ok {
			return strings.TrimSpace(rest), true
		}
	}
	digits := strings.TrimLeft(line, "0123456789")
	if rest, ok := strings.CutPrefix(digits, ". "); ok && len(digits) < len(line) {
		return rest, true
	}
	return line, false
}

// sentenceEnd returns where the first sentence of s ends: after its final mark,
// closing quotes and brackets, or at the end of s.
func sentenceEnd(s string) int {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch r {
		case '。', '！', '？', '｡', '؟', '।':
			return i + len(s[i:]) - len(strings.TrimLeft(s[i:], closers))
		case '.', '!', '?':
			end := i + len(s[i:]) - len(strings.TrimLeft(s[i:], closers))
			if endsHere(s[:i], s[end:]) {
				return end
			}
		}
	}
	return len(s)
}

// endsHere reports whether the mark that ends before ends a sentence, given what
// follows: a space and no small letter, and no abbreviation before it.
func endsHere(before, after string) bool {
	if after == "" {
		return true
	}
	if after[0] != ' ' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, " "))
	if unicode.IsLower(next) {
		return false
	}
	if before[len(before)-1] != '.' {
		return true
	}
	word := before[strings.LastIndexAny(before, " (")+1 : len(before)-1]
	return !abbreviations[strings.ToLower(word)] && !initial(word)
}

// initial reports whether word is one capital letter, as in "J. Smith".
func initial(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	return size > 0 && size == len(word) && unicode.IsUpper(r)
}

var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "cf": true, "etc": true, "vs": true, "fig": true, "figs": true, "eq": true, "no": true,
	"dr": true, "mr": true, "mrs": true, "ms": true, "prof": true, "st": true, "al": true, "approx": true, "ca": true,
	"vol": true, "pp": true, "sec": true, "ch": true, "z.b": true, "bzw": true, "u.a": true,
}
