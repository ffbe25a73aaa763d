package vault_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/vault"
)

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

// TestVaultOnPostgres sells a passage from there, also after a restart, and no
// more once it is removed.
func TestVaultOnPostgres(t *testing.T) {
	url := postgres.URL(t)
	w := newWorld(t)
	require.NoError(t, w.vault.Close())
	w.dir = t.TempDir()
	there := func(c *vault.Config) { c.DB = url }
	w.open(there)
	w.add()
	o := w.offer(lane(0), 1, "apples")
	require.NoError(t, w.vault.Close())
	w.open(there)
	req := w.buy(lane(0), 1, o, 0)
	r, refusal := w.release(req)
	require.Nil(t, refusal)
	w.verify(req, r)

	o = w.offer(lane(1), 1, "plums")
	_, err := w.vault.Remove(t.Context(), w.docs, []string{"plums.txt"})
	require.NoError(t, err)
	_, refusal = w.release(w.buy(lane(1), 1, o, 0))
	require.NotNil(t, refusal)
	require.Equal(t, vault.CodeRemoved, refusal.Code)
	s, err := w.vault.Status(t.Context())
	require.NoError(t, err)
	require.Contains(t, s.Sealing.String(), "PostgreSQL")
	require.Contains(t, s.Sealing.String(), "is plain")
}
