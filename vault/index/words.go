package index

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

const (
	// maxWord is the most bytes of a word: what is longer is data, not language.
	maxWord = 64
	// maxStems bounds one worker's memory of stems.
	maxStems = 1 << 16
)

// Terms returns the words of text as they are indexed, in order: letters and
// digits, in lower case and NFKC, without English stop words, each reduced to its
// Porter2 stem. The letters of an acronym with full stops are one word ("U.S.").
// Scripts that write without blanks give overlapping pairs of characters.
func Terms(text string) []string {
	s := takeStemmer()
	defer s.giveBack()
	var terms []string
	text = strings.ToLower(norm.NFKC.String(text))
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		switch {
		case isPaired(r):
			n = run(text[at:], isPaired)
			terms = appendPairs(terms, text[at:at+n])
		case isWord(r):
			var word string
			word, n = firstWord(text[at:])
			if term := s.term(word); term != "" {
				terms = append(terms, term)
			}
		}
		at += n
	}
	return terms
}

// isWord reports whether r is part of a word that blanks and marks set apart.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !isPaired(r)
}

// isPaired reports whether r is of a script that puts no blanks between words.
func isPaired(r rune) bool {
	return r >= 0xE00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}

// run returns how many bytes at the beginning of s are of one class.
func run(s string, is func(rune) bool) int {
	for i, r := range s {
		if !is(r) {
			return i
		}
	}
	return len(s)
}

// firstWord returns the word that s begins with and how many bytes of s it takes.
// Single letters with full stops between them are one word.
func firstWord(s string) (word string, n int) {
	n = run(s, isWord)
	word = s[:n]
	for isLetter(s[:n]) || len(word) < n {
		if n == len(s) || s[n] != '.' {
			break
		}
		next := run(s[n+1:], isWord)
		if !isLetter(s[n+1 : n+1+next]) {
			break
		}
		word += s[n+1 : n+1+next]
		n += 1 + next
	}
	return word, n
}

// isLetter reports whether s is one letter.
func isLetter(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && n == len(s) && unicode.IsLetter(r)
}

// appendPairs appends the overlapping pairs of s's characters, or the only one.
func appendPairs(terms []string, s string) []string {
	before := -1
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if before >= 0 {
			terms = append(terms, s[before:end])
		} else if end == len(s) {
			terms = append(terms, s)
		}
		before = i
	}
	return terms
}

// stemmers are those that nobody uses. They are kept: what they remember costs more
// to find out than to hold.
var stemmers = make(chan *stemmer, 8)

func takeStemmer() *stemmer {
	select {
	case s := <-stemmers:
		return s
	default:
		return &stemmer{stems: map[string]string{}}
	}
}

func (s *stemmer) giveBack() {
	select {
	case stemmers <- s:
	default:
	}
}

// stemmer remembers the stems of words. It is for one goroutine at a time.
type stemmer struct{ stems map[string]string }

// term returns the stem of a word, and "" for a stop word.
func (s *stemmer) term(word string) string {
	if len(word) > maxWord {
		word = strings.ToValidUTF8(word[:maxWord], "")
	}
	stem, ok := s.stems[word]
	if ok {
		return stem
	}
	if !isStop(word) {
		stem = english.Stem(word, true)
	}
	if len(s.stems) >= maxStems {
		clear(s.stems)
	}
	s.stems[strings.Clone(word)] = stem
	return stem
}

// isStop reports whether word is too common to tell documents apart.
func isStop(word string) bool { return english.IsStopWord(word) || moreStops[word] }

// moreStops are what the stemmer's list lacks, and what is left of contractions
// when their apostrophe parts them.
var moreStops = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`would could ought cannot let ll ve aren couldn didn doesn hadn hasn haven isn
		mustn shan shouldn wasn weren wouldn`) {
		m[w] = true
	}
	return m
}()
