package library_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
)

// both runs a test on every engine. What it opens by a folder is, on PostgreSQL, a
// database of that folder's own.
func both(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Run("SQLite", test)
	t.Run("PostgreSQL", func(t *testing.T) {
		postgres.URL(t) // is there one?
		test(t)
	})
}

// databases are those of the folders of a test.
var databases sync.Map

// config is that of a library in a folder, or in the folder's database.
func config(t *testing.T, dir string) library.Config {
	t.Helper()
	c := library.Config{Dir: dir, Owner: owner(t, 1), Ingest: ingest.Options{MaxFile: 10_000}}
	if strings.Contains(t.Name()+"/", "/PostgreSQL/") {
		url, ok := databases.Load(dir)
		if !ok {
			url = postgres.URL(t)
			databases.Store(dir, url)
			t.Cleanup(func() { databases.Delete(dir) })
		}
		c.DB = url.(string)
	}
	return c
}

func open(t *testing.T, dir string) *library.Library {
	t.Helper()
	l, err := library.Open(t.Context(), config(t, dir))
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}
