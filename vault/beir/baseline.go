package beir

import (
	"math"
	"slices"

	"github.com/weal-network/weal/vault/index"
)

// textbook is BM25 as it stands in the textbooks: whole documents, k1 1.2, b 0.75,
// exact lengths. It is written for plainness and shares no code with the index but
// the words.
type textbook struct {
	ids     []string
	lengths []float64
	in      map[string][]times // of a word
	total   float64
}

// times is how often a word stands in a document.
type times struct {
	doc int
	tf  float64
}

func newTextbook() *textbook { return &textbook{in: map[string][]times{}} }

// add takes in a document. One without text is none, as it is none to a vault.
func (t *textbook) add(id, text string) {
	if text == "" {
		return
	}
	doc := len(t.ids)
	words := index.Terms(text)
	t.ids = append(t.ids, id)
	t.lengths = append(t.lengths, float64(len(words)))
	t.total += float64(len(words))
	counts := map[string]float64{}
	for _, w := range words {
		counts[w]++
	}
	for w, n := range counts {
		t.in[w] = append(t.in[w], times{doc, n})
	}
}

// rank returns the best documents for a question, at most n. Equal scores are
// ordered by id.
func (t *textbook) rank(question string, n int) []string {
	const k1, b = 1.2, 0.75
	all := float64(len(t.ids))
	average := t.total / all
	scores := make([]float64, len(t.ids))
	asked := map[string]float64{}
	var words []string
	for _, w := range index.Terms(question) {
		if asked[w]++; asked[w] == 1 {
			words = append(words, w)
		}
	}
	for _, w := range words {
		found := float64(len(t.in[w]))
		idf := math.Log(1 + (all-found+0.5)/(found+0.5))
		for _, n := range t.in[w] {
			scores[n.doc] += asked[w] * idf * (n.tf * (k1 + 1) / (n.tf + k1*(1-b+b*t.lengths[n.doc]/average)))
		}
	}
	var docs []int
	for doc, score := range scores {
		if score > 0 {
			docs = append(docs, doc)
		}
	}
	slices.SortFunc(docs, func(x, y int) int {
		switch {
		case scores[x] > scores[y]:
			return -1
		case scores[x] < scores[y]:
			return 1
		case t.ids[x] < t.ids[y]:
			return -1
		}
		return 1
	})
	var ranking []string
	for _, doc := range docs[:min(n, len(docs))] {
		ranking = append(ranking, t.ids[doc])
	}
	return ranking
}
