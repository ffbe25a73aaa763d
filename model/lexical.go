package model

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
)

// sentence is one sentence of a passage.
type sentence struct {
	passage int // index of its passage
	text    string
	words   []string // its terms
	context []string // terms of the headings above it
	key     string   // what two sentences that say the same have in common
}

// words returns the terms of s: stems of its words in lower case. Scripts that
// put no spaces between words give one term per character.
func words(s string) []string {
	var out []string
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out = append(out, english.Stem(strings.ToLower(s[start:end]), true))
		}
		start = -1
	}
	for i, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			flush(i)
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(s))
	return out
}

// terms returns the terms of a question that can tell sentences apart: without
// stop words, unless there is nothing else.
func terms(question string) map[string]bool {
	all, some := map[string]bool{}, map[string]bool{}
	for _, field := range strings.FieldsFunc(strings.ToLower(question), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
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
	"tell": true, "explain": true, "describe": true, "please": true, "mean": true, "means": true,
}

// pick returns at most n sentences that speak most of the question. Each is
// scored by the question's terms in it that no better one had, a term weighing
// more the fewer sentences have it; a term of the heading above counts a third.
// The best sentence's passage comes first, and each passage's keep their order.
func pick(all []sentence, question string, n int) []sentence {
	asked := terms(question)
	rarity := rarities(all, asked)
	said := map[string]int{} // how often a chosen sentence had the term
	taken := map[string]bool{}
	var chosen []int
	for best := 0.0; len(chosen) < n; {
		at, score := -1, 0.0
		for i, s := range all {
			if taken[s.key] {
				continue
			}
			if v := s.score(asked, rarity, said); v > score {
				at, score = i, v
			}
		}
		best = max(best, score)
		if at < 0 || score < best/4 {
			break
		}
		taken[all[at].key] = true
		for _, w := range all[at].matches(asked) {
			said[w]++
		}
		chosen = append(chosen, at)
	}
	return inOrder(all, chosen)
}

// score weighs what s adds on the question to what was said.
func (s sentence) score(asked map[string]bool, rarity map[string]float64, said map[string]int) float64 {
	v := 0.0
	for _, w := range s.matches(asked) {
		v += rarity[w] / float64(1+said[w])
	}
	if v == 0 {
		return 0
	}
	for _, w := range s.context {
		if asked[w] {
			v += rarity[w] / float64(3*(1+said[w]))
		}
	}
	// A row of a table says little outside of it.
	if strings.Contains(s.text, " | ") {
		v *= 0.4
	}
	// Of two sentences that say the same, the shorter one.
	return v / (1 + math.Log1p(float64(len(s.words))/25))
}

// matches returns the question's terms that s has, each once.
func (s sentence) matches(asked map[string]bool) []string {
	var out []string
	for _, w := range s.words {
		if asked[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// rarities weighs each term by how few of the sentences have it.
func rarities(all []sentence, asked map[string]bool) map[string]float64 {
	count := map[string]int{}
	for _, s := range all {
		for _, w := range s.matches(asked) {
			count[w]++
		}
	}
	out := make(map[string]float64, len(count))
	for w, n := range count {
		out[w] = math.Log1p(float64(len(all)) / float64(n))
	}
	return out
}

// inOrder groups the chosen sentences by passage, in the order in which the
// passages were first chosen, and by their place in it.
func inOrder(all []sentence, chosen []int) []sentence {
	rank := map[int]int{}
	for _, i := range chosen {
		if _, ok := rank[all[i].passage]; !ok {
			rank[all[i].passage] = len(rank)
		}
	}
	slices.SortFunc(chosen, func(a, b int) int {
		if d := rank[all[a].passage] - rank[all[b].passage]; d != 0 {
			return d
		}
		return a - b
	})
	out := make([]sentence, len(chosen))
	for i, c := range chosen {
		out[i] = all[c]
	}
	return out
}
