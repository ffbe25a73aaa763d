package library_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/vault/library"
)

// TestWhoForgetsTheDatabaseIsTold: a folder whose documents are in PostgreSQL does
// not open as an empty one, nor an empty database for a folder that has documents.
func TestWhoForgetsTheDatabaseIsTold(t *testing.T) {
	dir, url := t.TempDir(), postgres.URL(t)
	here := library.Config{Dir: dir, Owner: owner(t, 1)}
	there := library.Config{Dir: dir, DB: url, Owner: owner(t, 1)}
	l, err := library.Open(t.Context(), here)
	require.NoError(t, err)
	furnish(t, l)
	require.NoError(t, l.Close())
	_, err = library.Open(t.Context(), there)
	require.ErrorIs(t, err, library.ErrElsewhere)
	require.ErrorContains(t, err, "vault copy --to")

	url = postgres.URL(t)
	_, err = library.Copy(t.Context(), here, library.Config{DB: url, Owner: owner(t, 1)}, func(int, int) {})
	require.NoError(t, err)
	there.DB = url
	l, err = library.Open(t.Context(), there)
	require.NoError(t, err)
	require.NotEmpty(t, sources(t, l, "apples"))
	require.NoError(t, l.Close())
	_, err = library.Open(t.Context(), here)
	require.ErrorIs(t, err, library.ErrElsewhere)
	require.ErrorContains(t, err, "--db")

	require.NoError(t, os.Remove(filepath.Join(dir, library.FileName)))
	_, err = library.Copy(t.Context(), library.Config{DB: url, Owner: owner(t, 1)}, here, func(int, int) {})
	require.NoError(t, err)
	l, err = library.Open(t.Context(), here)
	require.NoError(t, err)
	require.NotEmpty(t, sources(t, l, "apples"))
	require.NoError(t, l.Close())

	_, err = library.Open(t.Context(), library.Config{Dir: dir, DB: "mysql://x", Owner: owner(t, 1)})
	require.ErrorContains(t, err, "want postgres://")
}

func TestTheNoteOfTheDatabaseHasNoPassword(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://weal:secret@db:5432/x":         "postgres://weal:xxxxx@db:5432/x",
		"postgres://weal@/x?host=/tmp&password=ab": "postgres://weal@/x?host=%2Ftmp",
		"postgres://%": "PostgreSQL",
	} {
		require.True(t, keep.IsPostgres(url))
		require.Equal(t, want, library.WithoutPassword(url))
	}
}
