package beir

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
)

// bySpelling makes a folder whose questions spell words otherwise than its documents
// do, in part.
func bySpelling(t *testing.T) string {
	rng := rand.New(rand.NewPCG(5, 5))
	word := func(topic int) string {
		if rng.IntN(3) == 0 {
			return fmt.Sprintf("topic%dbuzzard%c", topic*7919, 'a'+rune(rng.IntN(6)))
		}
		return fmt.Sprintf("filler%d", rng.IntN(300))
	}
	text := func(topic, n int) string {
		var words []string
		for range n {
			words = append(words, word(topic))
		}
		return strings.Join(words, " ")
	}
	var docs, queries []record
	qrels := strings.Builder{}
	qrels.WriteString("query-id\tcorpus-id\tscore\n")
	for i := range 120 {
		docs = append(docs, record{ID: fmt.Sprint("d", i), Text: text(i%15, 60)})
	}
	for q := range 40 {
		queries = append(queries, record{ID: fmt.Sprint("q", q), Text: text(q%15, 4)})
		for d := range 120 {
			if d%15 == q%15 {
				fmt.Fprintf(&qrels, "q%d\td%d\t1\n", q, d)
			}
		}
	}
	return folder(t, docs, queries, qrels.String())
}

func byChance(text string) []float32 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	rng := rand.New(rand.NewPCG(h.Sum64(), 1))
	v := make([]float32, 64)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

func TestHybridIsNoWorseThanItsParts(t *testing.T) {
	dir := bySpelling(t)
	for name, vector := range map[string]func(string) []float32{"spelling": nil, "chance": byChance} {
		base, stop, err := embedtest.New(vector).Start()
		require.NoError(t, err)
		t.Cleanup(func() { _ = stop() })
		c, err := embed.New(embed.Config{URL: base, Model: embedtest.Model})
		require.NoError(t, err)
		r, err := Run(t.Context(), Config{Dir: dir, Embeddings: c})
		require.NoError(t, err)
		require.Equal(t, r.BaselineNDCG10, r.NDCG10)
		require.GreaterOrEqual(t, r.HybridNDCG10, max(r.NDCG10, r.DenseNDCG10)-0.005, name)
		if vector == nil {
			require.Greater(t, r.DenseNDCG10, 0.3)
			require.Greater(t, r.HybridNDCG10, max(r.NDCG10, r.DenseNDCG10)-1e-9, "together they find more")
			require.GreaterOrEqual(t, r.HybridUntunedNDCG10, max(r.NDCG10, r.DenseNDCG10)-0.005)
		} else {
			require.Less(t, r.DenseNDCG10, 0.2)
			require.Less(t, r.HybridWeight, 0.3)
		}
		require.Equal(t, embedtest.Model, r.EmbeddingModel)
		require.Positive(t, r.EmbeddingDims)
		require.Contains(t, r.Method, "dense")
	}
	_, err := Run(t.Context(), Config{Dir: dir, Embeddings: gone(t)})
	require.ErrorIs(t, err, embed.ErrEndpoint)
}

// gone is a client of an endpoint that is not there any more.
func gone(t *testing.T) *embed.Client {
	base, stop, err := embedtest.New(nil).Start()
	require.NoError(t, err)
	require.NoError(t, stop())
	c, err := embed.New(embed.Config{URL: base, Model: embedtest.Model, Attempts: 1})
	require.NoError(t, err)
	return c
}
