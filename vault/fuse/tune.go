package fuse

import (
	"errors"
	"math"

	"github.com/weal-network/weal/vault/measure"
)

// Question is one question to tune on: what was found for it, and what is right.
type Question struct {
	Words, Meaning []Hit
	// Right is how good an answer an id is; what is not in it is none.
	Right map[uint32]int
}

// Tuned is what Tune found. The figures are means of nDCG at 10 over the questions
// that have a right answer.
type Tuned struct {
	Questions int     `json:"questions"`
	Weight    float64 `json:"weight"`
	Words     float64 `json:"words_ndcg10"`
	Meaning   float64 `json:"meaning_ndcg10"`
	// Before is by the weight that there was.
	WeightBefore float64 `json:"weight_before"`
	Before       float64 `json:"before_ndcg10"`
	// HeldOut is of questions by weights that were chosen on others, as new questions
	// would have it; After of the questions that Weight was chosen on.
	HeldOut float64 `json:"held_out_ndcg10"`
	After   float64 `json:"after_ndcg10"`
}

// ErrTooFew is returned for questions that say nothing about a weight.
var ErrTooFew = errors.New("too few questions with a right answer to tune on; want at least 10")

const (
	// MinQuestions is how few questions can be tuned on.
	MinQuestions = 10
	// Tolerance is how far below the better list a tuned weight may be, in nDCG.
	Tolerance = 0.0025
	// steps is how many weights are tried, beside 0.
	steps = 20
	// folds is how many parts the questions are held out in.
	folds = 5
)

// Tune returns a weight by which the questions are answered well: of those that are
// no more than Tolerance below the better list alone, and that the best is not better
// than by more than a standard error, the nearest to what there is. So a few
// questions do not move it far.
func Tune(questions []Question, before float64) (Tuned, error) {
	t := Tuned{WeightBefore: before}
	var gains [][steps + 1]float64 // by question and weight
	for _, q := range questions {
		if len(measure.Gains(q.Right)) == 0 {
			continue
		}
		var row [steps + 1]float64
		for s := range row {
			row[s] = q.gain(weightOf(s))
		}
		gains = append(gains, row)
		t.Before += q.gain(before)
	}
	if t.Questions = len(gains); t.Questions < MinQuestions {
		return t, ErrTooFew
	}
	best := choose(gains, before, func(int) bool { return true })
	t.Weight = weightOf(best)
	for _, row := range gains {
		t.Words += row[0]
		t.Meaning += row[steps]
		t.After += row[best]
	}
	for fold := range folds {
		chosen := choose(gains, before, func(i int) bool { return i%folds != fold })
		for i := fold; i < len(gains); i += folds {
			t.HeldOut += gains[i][chosen]
		}
	}
	for _, sum := range []*float64{&t.Before, &t.Words, &t.Meaning, &t.After, &t.HeldOut} {
		*sum /= float64(t.Questions)
	}
	return t, nil
}

func weightOf(step int) float64 { return float64(step) / steps }

func (q Question) gain(weight float64) float64 {
	var ids []uint32
	for _, h := range Fuse(q.Words, q.Meaning, weight) {
		ids = append(ids, h.ID)
	}
	return measure.NDCG10(ids, q.Right)
}

// choose returns the step that Tune takes on the questions that count.
func choose(gains [][steps + 1]float64, near float64, counts func(i int) bool) int {
	var sums, apart, squares [steps + 1]float64
	best, n := 0, 0.0
	for i, row := range gains {
		if counts(i) {
			n++
			for s, g := range row {
				sums[s] += g
			}
		}
	}
	for s := range sums {
		if sums[s] > sums[best] {
			best = s
		}
	}
	for i, row := range gains {
		if counts(i) {
			for s, g := range row {
				d := row[best] - g
				apart[s] += d
				squares[s] += d * d
			}
		}
	}
	const same = 1e-9
	least, chosen := max(sums[0], sums[steps])-n*Tolerance, best
	for s := range sums {
		mean := apart[s] / n
		deviation := math.Sqrt(max(0, squares[s]/n-mean*mean) / n)
		if sums[s] >= least && mean <= deviation+same && distance(s, near) < distance(chosen, near) {
			chosen = s
		}
	}
	return chosen
}

func distance(step int, weight float64) float64 { return math.Abs(weightOf(step) - weight) }
