package fuse

import (
	"cmp"
	"errors"
	"slices"
)

// Depth is how many of each list are fused.
const Depth = 100

// DefaultWeight is what meaning counts for until a vault is tuned.
const DefaultWeight = 0.3

// ErrWeight is returned for what is no weight.
var ErrWeight = errors.New("want a weight from 0 (by words alone) to 1 (by meaning alone)")

// Hit is a passage or document that was found.
type Hit struct {
	ID    uint32
	Score float64
}

// Fuse returns the union of two lists, the best first, by weight, which is what
// meaning counts for: 0 to 1. The lists have their best first, each id once.
func Fuse(words, meaning []Hit, weight float64) []Hit {
	switch {
	case weight <= 0:
		return slices.Clone(words)
	case weight >= 1:
		return slices.Clone(meaning)
	}
	fused := make([]Hit, 0, len(words)+len(meaning))
	at := make(map[uint32]int, len(words))
	low, high := bounds(words)
	for _, h := range words {
		at[h.ID] = len(fused)
		fused = append(fused, Hit{h.ID, (1 - weight) * within(h.Score, low, high)})
	}
	low, high = bounds(meaning)
	for _, h := range meaning {
		score := weight * within(h.Score, low, high)
		if i, ok := at[h.ID]; ok {
			fused[i].Score += score
		} else {
			fused = append(fused, Hit{h.ID, score})
		}
	}
	slices.SortFunc(fused, order)
	return fused
}

func order(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) }

// bounds returns the least and the greatest score.
func bounds(hits []Hit) (low, high float64) {
	for i, h := range hits {
		if i == 0 || h.Score < low {
			low = h.Score
		}
		if i == 0 || h.Score > high {
			high = h.Score
		}
	}
	return low, high
}

// within returns where score lies from low to high, 1 if those are the same.
func within(score, low, high float64) float64 {
	if high <= low {
		return 1
	}
	return (score - low) / (high - low)
}
