package beir

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/measure"
)

// Hybrid is what was measured with embeddings.
type Hybrid struct {
	// DenseNDCG10 is by meaning alone: a document is as near as its nearest chunk.
	DenseNDCG10 float64 `json:"dense_ndcg10"`
	// HybridNDCG10 is of words and meaning fused by HybridWeight, which is tuned on the
	// same questions, as "weal vault tune" does on an owner's. With too few questions
	// it is untuned.
	HybridNDCG10 float64 `json:"hybrid_ndcg10"`
	HybridWeight float64 `json:"hybrid_weight"`
	// HybridHeldOutNDCG10 is of each fifth of the questions by the weight that is tuned
	// on the other four fifths: what new questions may expect.
	HybridHeldOutNDCG10 float64 `json:"hybrid_held_out_ndcg10"`
	// HybridUntunedNDCG10 is by the weight of a vault that was never tuned.
	HybridUntunedNDCG10 float64 `json:"hybrid_untuned_ndcg10"`
	EmbeddingModel      string  `json:"embedding_model"`
	EmbeddingDims       int     `json:"embedding_dims"`
	EmbedSeconds        float64 `json:"embed_seconds"`
	HybridP50Millis     float64 `json:"hybrid_query_p50_ms"` // the endpoint's time included
}

const hybridMethod = "; dense: documents by their nearest chunk, exact cosine; hybrid: scores of the best 100 of each list brought to 0..1 (min-max) " +
	"and summed by a weight that is tuned on the same questions; held out: each fifth of the questions by a weight tuned on the other four fifths; " +
	"untuned: the weight of a vault that was never tuned; " +
	"hybrid query times with the endpoint's"

// hybrid measures with embeddings.
func hybrid(ctx context.Context, cfg Config, lib *library.Library, g *library.Generation, questions []record, judged judgements) (*Hybrid, error) {
	began := time.Now()
	if err := lib.Embed(ctx, g, func(done, all int) { cfg.Progress("embed", done, all) }); err != nil {
		return nil, err
	}
	h := &Hybrid{EmbeddingModel: cfg.Embeddings.Name(), EmbeddingDims: cfg.Embeddings.Dims(), EmbedSeconds: time.Since(began).Seconds()}
	places := map[string]uint32{}
	for i := range g.Documents {
		places[g.SourceOf(i)] = uint32(i)
	}
	var all []fuse.Question
	var times []time.Duration
	for i, q := range questions {
		cfg.Progress("ask", i, len(questions))
		began := time.Now()
		lists, err := g.ByDocument(ctx, q.Text, depth, filter.Filter{})
		if err != nil {
			return nil, err
		}
		fuse.Fuse(lists.Words, lists.Meaning, lib.Weight())
		times = append(times, time.Since(began))
		if lists.Missing != nil {
			return nil, fmt.Errorf("question %s: %w", q.ID, lists.Missing)
		}
		right := map[uint32]int{}
		for id, score := range judged[q.ID] {
			place, ok := places[id]
			if !ok { // judged, and without text: nobody can find it
				place = uint32(g.Documents + len(right))
			}
			right[place] = score
		}
		all = append(all, fuse.Question{Words: lists.Words, Meaning: lists.Meaning, Right: right})
	}
	slices.Sort(times)
	h.HybridP50Millis = quantile(times, 50)
	h.measure(all)
	return h, nil
}

func (h *Hybrid) measure(all []fuse.Question) {
	var dense, untuned measure.Scores
	for _, q := range all {
		measure.Add(&dense, ids(q.Meaning), q.Right)
		measure.Add(&untuned, ids(fuse.Fuse(q.Words, q.Meaning, fuse.DefaultWeight)), q.Right)
	}
	h.DenseNDCG10, h.HybridUntunedNDCG10 = dense.Mean().NDCG10, untuned.Mean().NDCG10
	h.HybridNDCG10, h.HybridHeldOutNDCG10, h.HybridWeight = h.HybridUntunedNDCG10, h.HybridUntunedNDCG10, fuse.DefaultWeight
	if tuned, err := fuse.Tune(all, fuse.DefaultWeight); err == nil { // else there are too few
		h.HybridNDCG10, h.HybridHeldOutNDCG10, h.HybridWeight = tuned.After, tuned.HeldOut, tuned.Weight
	}
}

func ids(hits []fuse.Hit) (ids []uint32) {
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids
}
