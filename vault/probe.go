package vault

import (
	"hash/fnv"
	"hash/maphash"
	"slices"

	"github.com/weal-network/weal/vault/index"
)

const (
	// probesBought is how many probes an order that was bought gives room for.
	probesBought = 4
	// askedKept is how many questions of a payer are remembered.
	askedKept = 256
	// sketchSize is how many words of a question count, those of the least hashes.
	sketchSize = 64
)

// questions are the last ones that a payer asked in its hour, to tell which are
// nearly the same.
type questions struct {
	kept []question // a ring
	next int
}

// question is one as it is remembered: the whole of it, and its words.
type question struct {
	exact uint64
	words sketch
}

var questionSeed = maphash.MakeSeed()

// exactly stands for a question to the letter.
func exactly(text, filter string) uint64 {
	var h maphash.Hash
	h.SetSeed(questionSeed)
	_, _ = h.WriteString(filter) // no write ever fails
	_ = h.WriteByte(0)
	_, _ = h.WriteString(text)
	return h.Sum64()
}

// wordsOf returns the words of a question that count.
func wordsOf(text string) sketch { return sketchOf(index.Terms(text)) }

// known reports whether a question is one of them, to the letter.
func (q *questions) known(one question) bool {
	return slices.ContainsFunc(q.kept, func(k question) bool { return k.exact == one.exact })
}

// near reports whether a question is nearly the same as one of them.
func (q *questions) near(one question) bool {
	return slices.ContainsFunc(q.kept, func(k question) bool { return k.words.near(one.words) })
}

// add remembers a question, in the place of the oldest if there are too many.
func (q *questions) add(one question) {
	if len(q.kept) < askedKept {
		q.kept = append(q.kept, one)
		return
	}
	q.kept[q.next] = one
	q.next = (q.next + 1) % askedKept
}

// sketch is the least hashes of a set of words, ascending: all of a set that has no
// more than sketchSize.
type sketch []uint32

func sketchOf(words []string) sketch {
	s := make(sketch, len(words))
	for i, w := range words {
		h := fnv.New32a()
		_, _ = h.Write([]byte(w)) // never fails
		s[i] = h.Sum32()
	}
	slices.Sort(s)
	s = slices.Compact(s)
	return slices.Clip(s[:min(len(s), sketchSize)])
}

// near reports whether at least half of the words of both are words of each. It looks
// at the least sketchSize of them, from which the share in large sets is estimated.
func (a sketch) near(b sketch) bool {
	if 2*min(len(a), len(b)) < max(len(a), len(b)) {
		return false
	}
	all, both := 0, 0
	for i, k := 0, 0; all < sketchSize && (i < len(a) || k < len(b)); all++ {
		switch {
		case k == len(b) || (i < len(a) && a[i] < b[k]):
			i++
		case i == len(a) || b[k] < a[i]:
			k++
		default:
			i, k, both = i+1, k+1, both+1
		}
	}
	return 2*both >= all
}
