// Package measure has the measures of rankings: nDCG and recall by trec_eval's
// definitions.
package measure

import (
	"math"
	"slices"
)

// Scores sums measures over questions.
type Scores struct {
	N                           int // questions that count
	NDCG10, Recall10, Recall100 float64
}

// Add measures one ranking, best document first, against the judgements of its
// question. A question without a relevant document is left out.
func Add[ID comparable](s *Scores, ranking []ID, judged map[ID]int) {
	ideal := Gains(judged)
	if len(ideal) == 0 {
		return
	}
	s.N++
	var got []int
	for _, id := range ranking {
		got = append(got, max(judged[id], 0))
	}
	s.NDCG10 += dcg(got, 10) / dcg(ideal, 10)
	s.Recall10 += recall(got, 10, len(ideal))
	s.Recall100 += recall(got, 100, len(ideal))
}

// NDCG10 is nDCG at 10 of one ranking, 0 if nothing is relevant.
func NDCG10[ID comparable](ranking []ID, judged map[ID]int) float64 {
	var s Scores
	Add(&s, ranking, judged)
	return s.NDCG10
}

// Mean returns the means over the questions that count.
func (s Scores) Mean() Scores {
	if n := float64(s.N); s.N > 0 {
		s.NDCG10, s.Recall10, s.Recall100 = s.NDCG10/n, s.Recall10/n, s.Recall100/n
	}
	return s
}

// Gains returns the judgements above zero, the greatest first.
func Gains[ID comparable](judged map[ID]int) []int {
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
