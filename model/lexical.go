package model

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// sentence is one sentence of a passage.
type sentence struct {
	place   int // in all passages
	passage int // index of its passage
	text    string
	length  int      // in words
	words   []string // its terms
	context []string // terms of the headings above it
	key     string   // what two sentences that say the same have in common
	grade   grade
	opening bool // it is the first good one of its passage
}

// words returns the terms of s: stems of its words in lower case. Scripts that
// put no spaces between words give their characters and, as vaults index them,
// the pairs of characters.
func words(s string) []string {
	var out []string
	before := ""
	for _, token := range tokens(s) {
		r, _ := utf8.DecodeRuneInString(token.text)
		if !isPaired(r) {
			out = append(out, english.Stem(token.text, true))
			before = ""
			continue
		}
		if before != "" && token.joined {
			out = append(out, before+token.text)
		}
		out = append(out, token.text)
		before = token.text
	}
	return out
}

// length counts the words of s, and the characters where there are no words.
func length(s string) int { return len(tokens(s)) }

// token is a word, or one character of a script that puts no spaces between words.
type token struct {
	text   string
	joined bool // it follows the token before it with nothing in between
}

// tokens cuts s, in lower case and in the form in which vaults index it.
func tokens(s string) []token {
	var out []token
	s = strings.ToLower(norm.NFKC.String(s))
	start, last := -1, 0
	add := func(from, to int) {
		out = append(out, token{text: s[from:to], joined: from == last && from > 0})
		last = to
	}
	for i, r := range s {
		inWord := !isPaired(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
		if !inWord && start >= 0 {
			add(start, i)
			start = -1
		}
		switch {
		case isPaired(r) && r != utf8.RuneError:
			add(i, i+utf8.RuneLen(r))
		case inWord && start < 0:
			start = i
		}
	}
	if start >= 0 {
		add(start, len(s))
	}
	return out
}

// isPaired reports whether r is of a script that puts no spaces between words.
func isPaired(r rune) bool {
	return r >= 0xE00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}

// terms returns the terms of a question that can tell sentences apart: without
// stop words, unless there is nothing else.
func terms(question string) map[string]bool {
	all, some := map[string]bool{}, map[string]bool{}
	for _, field := range strings.FieldsFunc(strings.ToLower(norm.NFKC.String(question)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, w := range words(field) {
			all[w] = true
			if !english.IsStopWord(field) && !asking[field] {
				some[w] = true
			}
		}
	}
	if len(some) == 0 {
		return all
	}
	return some
}

// asking are words by which questions ask, rather than say of what.
var asking = map[string]bool{
	"what": true, "which": true, "who": true, "whom": true, "whose": true, "when": true, "where": true, "why": true,
	"how": true, "does": true, "do": true, "is": true, "are": true, "can": true, "much": true, "many": true,
	"work": true, "works": true, "tell": true, "explain": true, "describe": true, "please": true, "mean": true, "means": true,
}

// pick returns at most n sentences that speak most of the question, the best
// first. Each is scored by the question's terms in it, a term weighing more the
// fewer sentences have it, and less once a better sentence has said it.
func pick(all []sentence, question string, n int) []sentence {
	asked := terms(question)
	rarity := rarities(all, asked)
	said := map[string]int{} // how often a chosen sentence had the term
	taken := map[string]bool{}
	var chosen []sentence
	for best := 0.0; len(chosen) < n; {
		s, score := next(all, taken, func(s sentence) float64 {
			if len(chosen) > 0 && isRow(s.text) { // a row is quoted only if nothing is better
				return 0
			}
			return s.score(asked, rarity, said)
		})
		best = max(best, score)
		if score == 0 || score < best*enough {
			break
		}
		taken[s.key] = true
		for _, w := range s.matches(asked) {
			said[w]++
		}
		chosen = append(chosen, s)
	}
	if len(chosen) == 0 {
		return anyMatch(all, asked)
	}
	return chosen
}

// enough is the part of the best sentence's score that every other one needs.
const enough = 0.2

// next returns the good sentence that scores most and is not taken.
func next(all []sentence, taken map[string]bool, score func(sentence) float64) (found sentence, best float64) {
	for _, s := range all {
		if s.grade != isGood || taken[s.key] {
			continue
		}
		if v := score(s); v > best {
			found, best = s, v
		}
	}
	return found, best
}

// anyMatch returns the first piece of text with a term of the question, for when
// there is no good sentence: a short line, and a heading if there is only that.
func anyMatch(all []sentence, asked map[string]bool) []sentence {
	for _, g := range []grade{isPoor, isHeading} {
		for _, s := range all {
			if s.grade == g && len(s.matches(asked)) > 0 {
				return []sentence{s}
			}
		}
	}
	return nil
}

const (
	// saturation and byLength are BM25's k1 and b; usual is the usual length of a
	// sentence, and shorter ones than short are not favoured any more.
	saturation, byLength = 1.2, 0.5
	usual, short         = 18, 8
)

// score weighs what s adds on the question to what was said.
func (s sentence) score(asked map[string]bool, rarity map[string]float64, said map[string]int) float64 {
	own := s.matches(asked)
	if len(own) == 0 && !s.opening {
		return 0
	}
	v, covered, all := 0.0, 0.0, 0.0
	for _, w := range own {
		v += fresh(rarity[w], said[w])
		covered += rarity[w]
	}
	for _, w := range distinct(s.context, asked) {
		v += s.underHeading() * fresh(rarity[w], said[w])
		if !slices.Contains(own, w) {
			covered += rarity[w] / 2
		}
	}
	for w := range asked {
		all += rarity[w]
	}
	if all == 0 {
		return 0
	}
	if s.begins(asked) && !isRow(s.text) {
		v *= 1.5
	}
	return v * (0.5 + covered/all) * s.worth()
}

// fresh weighs a term less the more often it was said.
func fresh(weight float64, said int) float64 { return weight / (1 + float64(said)/4) }

// underHeading is the part of its weight that a term counts for in the headings
// above s. The first sentence under a heading speaks of it most.
func (s sentence) underHeading() float64 {
	if s.opening {
		return 0.5
	}
	return 1.0 / 3
}

// begins reports whether s begins with a term of the question, after an article
// at most: it is then likely to be what s is about.
func (s sentence) begins(asked map[string]bool) bool {
	return slices.ContainsFunc(s.words[:min(2, len(s.words))], func(w string) bool { return asked[w] })
}

// worth weighs what s is, whatever the question: its length, its passage's rank
// and whether it is a statement.
func (s sentence) worth() float64 {
	size := 1 - byLength + byLength*float64(max(s.length, short))/usual
	v := (1 + saturation) / (1 + saturation*size)
	v *= 1 + 0.3/float64(1+s.passage)
	if s.length < short {
		v *= 0.8
	}
	switch {
	case isRow(s.text): // a row of a table says little outside of it
		v *= 0.2
	case !ended(s.text):
		v *= 0.7
	case strings.HasSuffix(s.text, "?") || strings.HasSuffix(s.text, "？"): // it asks too
		v *= 0.5
	}
	return v
}

// matches returns the question's terms that s has, each once.
func (s sentence) matches(asked map[string]bool) []string { return distinct(s.words, asked) }

// distinct returns those of words that are asked for, each once.
func distinct(words []string, asked map[string]bool) []string {
	var out []string
	for _, w := range words {
		if asked[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// rarities weighs each term by how few of the sentences have it. A lone character
// of a script without spaces is seldom a word, so that it weighs less than a pair.
func rarities(all []sentence, asked map[string]bool) map[string]float64 {
	count := map[string]int{}
	for _, s := range all {
		for _, w := range s.matches(asked) {
			count[w]++
		}
	}
	out := make(map[string]float64, len(asked))
	for w := range asked {
		out[w] = math.Log1p(float64(len(all)) / float64(max(1, count[w])))
		if r, size := utf8.DecodeRuneInString(w); isPaired(r) && size == len(w) && len(asked) > 1 {
			out[w] /= 4
		}
	}
	return out
}

// inOrder groups the chosen sentences by passage, in the order in which the
// passages were first chosen, and by their place in it.
func inOrder(chosen []sentence) []sentence {
	rank := map[int]int{}
	for _, s := range chosen {
		if _, ok := rank[s.passage]; !ok {
			rank[s.passage] = len(rank)
		}
	}
	out := slices.Clone(chosen)
	slices.SortFunc(out, func(a, b sentence) int {
		return cmp.Or(cmp.Compare(rank[a.passage], rank[b.passage]), cmp.Compare(a.place, b.place))
	})
	return out
}
