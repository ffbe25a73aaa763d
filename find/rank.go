package find

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

const (
	// saturation and byLength are BM25's k1 and b; named is how much more a word in the
	// name says than one in the description.
	saturation, byLength = 1.2, 0.75
	named                = 3
	// maxTerms bounds how many words of one text are read, and often how many times one
	// of them counts: who repeats a word gains nothing.
	maxTerms = 512
	often    = 4
)

// Terms returns the words of text by which it is compared: letters and digits, in lower
// case and NFKC, as English stems and without stop words. Scripts that put no blanks
// between words give pairs of characters.
func Terms(text string) (terms []string) {
	var run []rune
	end := func() {
		if len(run) == 0 {
			return
		}
		word := string(run)
		switch {
		case paired(run[0]):
			for i := 0; i+1 < len(run); i++ {
				terms = append(terms, string(run[i:i+2]))
			}
			if len(run) == 1 {
				terms = append(terms, word)
			}
		case !english.IsStopWord(word):
			terms = append(terms, english.Stem(word, true))
		}
		run = run[:0]
	}
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		inWord := r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
		if len(run) > 0 && (!inWord || paired(r) != paired(run[0])) {
			end()
		}
		if len(terms) >= maxTerms {
			return terms[:maxTerms]
		}
		if inWord {
			run = append(run, r)
		}
	}
	end()
	return terms
}

// paired reports whether r is of a script that puts no blanks between words.
func paired(r rune) bool {
	return r >= 0xE00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}

// weights counts a manifest's words, those of the name named times, each at most often.
func weights(name, description string) map[string]float64 {
	w := map[string]float64{}
	for _, t := range Terms(name) {
		w[t] += named
	}
	for _, t := range Terms(description) {
		w[t]++
	}
	for t, n := range w {
		w[t] = min(n, often)
	}
	return w
}

// speaking returns those of all that speak of a topic, with their score: BM25 over the
// words of name and description.
func speaking(all []candidate, topic string) (some []candidate) {
	asked := Terms(topic)
	slices.Sort(asked)
	asked = slices.Compact(asked)
	having, length := map[string]float64{}, 0.0
	for _, c := range all {
		length += c.manifest.length / float64(len(all))
		for _, t := range asked {
			if c.manifest.words[t] > 0 {
				having[t]++
			}
		}
	}
	best := 0.0
	for i := range all {
		c := &all[i]
		for _, t := range asked {
			n := c.manifest.words[t]
			if n == 0 {
				continue
			}
			rarity := math.Log1p((float64(len(all)) - having[t] + 0.5) / (having[t] + 0.5))
			c.score += rarity * n * (saturation + 1) / (n + saturation*(1-byLength+byLength*c.manifest.length/length))
		}
		best = max(best, c.score)
	}
	for _, c := range all {
		if c.score > 0 && c.score >= best*weak {
			some = append(some, c)
		}
	}
	return some
}
