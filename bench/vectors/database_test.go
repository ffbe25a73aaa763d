package vectors

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/postgres"
)

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

func TestRunDatabase(t *testing.T) {
	url := postgres.URL(t)
	cfg := Config{Chunks: 300, Dims: 16, Questions: 5}
	f, err := RunDatabase(t.Context(), cfg, url)
	require.NoError(t, err)
	require.Equal(t, 300, f.Chunks)
	require.Contains(t, f.Engine, "PostgreSQL")
	require.Positive(t, f.QueryP50Millis)
	require.Positive(t, f.HybridP50Millis)
	require.GreaterOrEqual(t, f.Recall10, 0.95)
	_, err = RunDatabase(t.Context(), cfg, url)
	require.ErrorContains(t, err, "sealed under another key", "the database must be empty")
	_, err = RunDatabase(t.Context(), Config{Chunks: 1}, url)
	require.ErrorContains(t, err, "chunks")
}
