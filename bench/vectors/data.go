package vectors

import (
	"math"
	"math/rand/v2"
)

// data is vectors of length one, and questions.
type data struct {
	vectors, questions [][]float32
}

// documentSize and subjectSize are how many chunks a document, and documents a
// subject has, in the mean.
const (
	documentSize = 12
	subjectSize  = 40
)

// likeTexts makes n vectors and q questions that lie as embeddings of texts do.
func likeTexts(n, q, dims int, seed uint64) data {
	rng := rand.New(rand.NewPCG(seed, 1))
	spread := make([]float64, dims) // standard deviations fall as a power of the dimension's rank
	var total float64
	for i := range spread {
		spread[i] = math.Pow(float64(i+1), -0.35)
		total += spread[i] * spread[i]
	}
	rng.Shuffle(dims, func(i, j int) { spread[i], spread[j] = spread[j], spread[i] })
	// away returns a point at about the given distance from another.
	away := func(from []float64, distance float64) []float64 {
		to := make([]float64, dims)
		for i := range to {
			to[i] = from[i] + rng.NormFloat64()*spread[i]*distance/math.Sqrt(total)
		}
		return to
	}
	center := away(make([]float64, dims), 0.7)
	var d data
	var subject, document []float64
	for range n {
		if subject == nil || rng.IntN(documentSize*subjectSize) == 0 {
			subject, document = away(center, 0.6), nil
		}
		if document == nil || rng.IntN(documentSize) == 0 {
			document = away(subject, 0.45)
		}
		d.vectors = append(d.vectors, unit(away(document, 0.35)))
	}
	for range q {
		near := d.vectors[rng.IntN(n)]
		from := make([]float64, dims)
		for i, x := range near {
			from[i] = float64(x)
		}
		d.questions = append(d.questions, unit(away(from, 0.7)))
	}
	return d
}

// byChance makes vectors and questions of any direction.
func byChance(n, q, dims int, seed uint64) (d data) {
	rng := rand.New(rand.NewPCG(seed, 2))
	draw := func() []float32 {
		v := make([]float64, dims)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return unit(v)
	}
	for range n {
		d.vectors = append(d.vectors, draw())
	}
	for range q {
		d.questions = append(d.questions, draw())
	}
	return d
}

func unit(v []float64) []float32 {
	var sum float64
	for _, x := range v {
		sum += x * x
	}
	u := make([]float32, len(v))
	for i, x := range v {
		u[i] = float32(x / math.Sqrt(sum))
	}
	return u
}
