package beir

import (
	"math"
	"slices"
)

// depth is how many documents are ranked for a question.
const depth = 100

// scores sums measures over questions.
type scores struct {
	n                           int
	ndcg10, recall10, recall100 float64
}

// add measures one ranking, best document first, against the judgements of its
// question. A question without a relevant document is left out.
func (s *scores) add(ranking []string, judged map[string]int) {
	ideal := gains(judged)
	if len(ideal) == 0 {
		return
	}
	s.n++
	var got []int
	for _, id := range ranking {
		got = append(got, max(judged[id], 0))
	}
	s.ndcg10 += dcg(got, 10) / dcg(ideal, 10)
	s.recall10 += recall(got, 10, len(ideal))
	s.recall100 += recall(got, 100, len(ideal))
}

// mean returns the means over the questions that count.
func (s *scores) mean() (ndcg10, recall10, recall100 float64) {
	if s.n == 0 {
		return 0, 0, 0
	}
	n := float64(s.n)
	return s.ndcg10 / n, s.recall10 / n, s.recall100 / n
}

// gains returns the scores above zero, the greatest first.
func gains(judged map[string]int) []int {
	var g []int
	for _, score := range judged {
		if score > 0 {
			g = append(g, score)
		}
	}
	slices.SortFunc(g, func(a, b int) int { return b - a })
	return g
}

// dcg is the discounted cumulated gain of the first n: gain / log2(rank + 1).
func dcg(gains []int, n int) (sum float64) {
	for i, g := range gains[:min(n, len(gains))] {
		sum += float64(g) / math.Log2(float64(i+2))
	}
	return sum
}

// recall is the share of the relevant documents that is among the first n.
func recall(gains []int, n, relevant int) float64 {
	found := 0
	for _, g := range gains[:min(n, len(gains))] {
		if g > 0 {
			found++
		}
	}
	return float64(found) / float64(relevant)
}
