package beir

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
)

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

// TestInADatabase: the figures are those of a file, and nothing is left behind.
func TestInADatabase(t *testing.T) {
	address := postgres.URL(t)
	base, stop, err := embedtest.New(nil).Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = stop() })
	c, err := embed.New(embed.Config{URL: base, Model: embedtest.Model})
	require.NoError(t, err)
	dir := bySpelling(t)
	file, err := Run(t.Context(), Config{Dir: dir, Embeddings: c})
	require.NoError(t, err)
	db, err := Run(t.Context(), Config{Dir: dir, DB: address, Embeddings: c})
	require.NoError(t, err)
	require.Equal(t, file.NDCG10, db.NDCG10)
	require.Equal(t, db.BaselineNDCG10, db.NDCG10)
	require.GreaterOrEqual(t, db.HybridNDCG10, max(db.NDCG10, db.DenseNDCG10)-0.005)
	pool, err := keep.OpenPostgres(t.Context(), address, 1)
	require.NoError(t, err)
	defer pool.Close()
	var n int
	require.NoError(t, pool.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'weal_bench_%'`).Scan(&n))
	require.Zero(t, n)
	_, err = Run(t.Context(), Config{Dir: dir, DB: "mysql://user:secret@host/x"})
	require.ErrorContains(t, err, "postgres://")
	require.NotContains(t, err.Error(), "secret")
}
