package library

import (
	"context"

	"github.com/weal-network/weal/vault/vector"
)

// far is where vectors are searched if not in memory. An engine may have it.
type far interface {
	// known returns the documents that have vectors of a model. What keep was given
	// and was not settled is forgotten.
	known(ctx context.Context, model string) ([]int64, error)
	// keep keeps the vectors of a document's chunks, at the latest when settled.
	keep(ctx context.Context, model string, id int64, vectors [][]float32) error
	// settled keeps what keep was given, and has it found fast.
	settled(ctx context.Context, model string) error
	// nearest returns the chunks nearest to a vector, the best first, at most limit: of
	// the documents named, if any are, else of all, also of other generations.
	nearest(ctx context.Context, model string, v []float32, limit int, only []int64) ([]farHit, error)
}

// farHit is a chunk with its inner product.
type farHit struct {
	document int64
	place    int
	score    float64
}

// far returns where vectors are searched, or nil for memory.
func (l *Library) far() far {
	if p, ok := l.engine.(*postgres); ok && p.vectors != nil {
		return p.vectors
	}
	return nil
}

// fewDocuments is up to how many are searched by naming them: of more, most of the
// nearest are among them anyway.
const fewDocuments = 1000

// farMost bounds how many chunks are looked at to find those that count.
const farMost = 4000

// nearFar returns the passages of a generation that are nearest, by number.
func (g *Generation) nearFar(ctx context.Context, f far, model string, v []float32, limit int, lets func(place int) bool) ([]vector.Hit, error) {
	var only []int64
	if lets != nil {
		for _, i := range g.live {
			if lets(i) {
				only = append(only, g.docs[i].id)
			}
		}
		if len(only) == 0 {
			return nil, nil
		}
		if len(only) > fewDocuments {
			only = nil
		}
	}
	for ask := 2 * limit; ; ask *= 4 {
		found, err := f.nearest(ctx, model, v, ask, only)
		if err != nil {
			return nil, err
		}
		hits := make([]vector.Hit, 0, limit)
		for _, h := range found {
			i, ok := g.members()[h.document]
			if !ok || (lets != nil && !lets(i)) || h.place >= g.chunks(i) {
				continue
			}
			if hits = append(hits, vector.Hit{ID: uint32(g.docs[i].first + h.place), Score: float32(h.score)}); len(hits) == limit {
				return hits, nil
			}
		}
		if len(found) < ask || ask >= farMost {
			return hits, nil
		}
	}
}

// members says at which place each document is that counts.
func (g *Generation) members() map[int64]int {
	g.byID.Do(func() {
		g.places = make(map[int64]int, len(g.live))
		for _, i := range g.live {
			g.places[g.docs[i].id] = i
		}
	})
	return g.places
}

// remember notes which documents have vectors elsewhere.
func (m *meaning) remember(ids []int64, round int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return errForgotten
	}
	for _, id := range ids {
		m.first[id] = 0
	}
	return nil
}
