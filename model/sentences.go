package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the most bytes of a sentence that is quoted; tables and lists
// without a full stop are left to real models.
const longest = 700

// sentences returns the sentences of a text, each on one line. Headings, code
// and what has no letters is left out; what is quoted is never changed otherwise.
func sentences(text string) []string {
	var out []string
	for _, block := range blocks(text) {
		for len(block) > 0 {
			n := sentenceEnd(block)
			if s := strings.TrimSpace(block[:n]); quotable(s) {
				out = append(out, s)
			}
			block = block[n:]
		}
	}
	return out
}

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
			if item, ok := listItem(line); ok {
				flush()
				line = item
			}
			lines = append(lines, line)
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
		case '。', '！', '？':
			return i
		case '.', '!', '?':
			end := i + len(s[i:]) - len(strings.TrimLeft(s[i:], `.!?"')]”’»*_`))
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

// quotable reports whether s is worth quoting: short enough, with a few words.
func quotable(s string) bool {
	return len(s) <= longest && len(words(s)) >= 3
}
