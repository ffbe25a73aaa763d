package vectors

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	parts := map[string]bool{}
	f, err := Run(t.Context(), Config{Chunks: 3000, Dims: 64, Questions: 30, Progress: func(part string, _, _ int) { parts[part] = true }})
	require.NoError(t, err)
	require.Equal(t, 3000, f.Chunks)
	require.Equal(t, 64, f.Dims)
	require.GreaterOrEqual(t, f.Recall10, 0.99)
	require.GreaterOrEqual(t, f.ChanceRecall10, 0.99)
	require.GreaterOrEqual(t, f.ChromemRecall10, 0.99, "chromem-go is asked the same of the same vectors")
	require.Positive(t, f.MemoryMB)
	require.Positive(t, f.HybridP50Millis)
	require.Greater(t, f.MemoryMB, f.VectorsMemoryMB)
	require.NotEmpty(t, parts)
}

func TestWrongConfig(t *testing.T) {
	for _, c := range []Config{{Chunks: 3}, {Dims: 7}, {Questions: -1}, {Chunks: -5}} {
		_, err := Run(t.Context(), c)
		require.Error(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Run(ctx, Config{Chunks: 2000, Dims: 8})
	require.ErrorIs(t, err, context.Canceled)
}

func TestDataIsTheSameEachTime(t *testing.T) {
	require.Equal(t, likeTexts(50, 5, 16, 1), likeTexts(50, 5, 16, 1))
	require.NotEqual(t, likeTexts(50, 5, 16, 1), likeTexts(50, 5, 16, 2))
	near, far := likeTexts(2000, 10, 32, 1), byChance(2000, 10, 32, 1)
	mean := func(d data) (sum float64) {
		for i := range 1000 {
			sum += dot(d.vectors[i], d.vectors[i+1000]) / 1000
		}
		return sum
	}
	require.Greater(t, mean(near), 0.3, "embeddings of texts share a direction")
	require.InDelta(t, 0, mean(far), 0.05)
}
