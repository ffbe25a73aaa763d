package keep_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/test/postgres"
)

func TestPostgres(t *testing.T) {
	ctx, url := t.Context(), postgres.URL(t)
	db, err := keep.OpenPostgres(ctx, url, 3)
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, keep.Schema(ctx, db, "role", 1, `CREATE TABLE t (n BIGINT)`))
	require.NoError(t, keep.Schema(ctx, db, "role", 1, `no SQL at all`), "there is nothing to do")
	require.Error(t, keep.Schema(ctx, db, "role", 2, `CREATE TABLE u (n BIGINT)`, `no SQL at all`))
	_, err = db.Exec(`INSERT INTO u VALUES (1)`)
	require.Error(t, err, "an upgrade is done whole or not at all")
	require.NoError(t, keep.Schema(ctx, db, "role", 3, `CREATE TABLE u (n BIGINT)`))
	require.ErrorIs(t, keep.Schema(ctx, db, "role", 2), keep.ErrNewer)
	_, err = db.Exec(`INSERT INTO u VALUES ($1)`, 1)
	require.NoError(t, err)
	require.ErrorIs(t, keep.Sync(db), keep.ErrNotKept, "the server sees to that")
}

func TestPostgresAlone(t *testing.T) {
	ctx, url := t.Context(), postgres.URL(t)
	db, err := keep.OpenPostgresAlone(ctx, url, "role")
	require.NoError(t, err)
	_, err = keep.OpenPostgresAlone(ctx, url, "role")
	require.ErrorIs(t, err, keep.ErrInUse)
	other, err := keep.OpenPostgresAlone(ctx, url, "another role")
	require.NoError(t, err)
	require.NoError(t, other.Close())
	require.NoError(t, db.Close())
	db, err = keep.OpenPostgresAlone(ctx, url, "role")
	require.NoError(t, err, "it is free again")
	require.NoError(t, db.Close())
}

func TestPostgresThatIsNotThere(t *testing.T) {
	require.True(t, keep.IsPostgres("postgresql://x"))
	require.False(t, keep.IsPostgres("/var/lib/postgres://"))
	_, err := keep.OpenPostgres(t.Context(), "postgres://user:secret@/db?host="+t.TempDir(), 1)
	require.ErrorContains(t, err, "the server runs")
	require.NotContains(t, err.Error(), "secret")
	_, err = keep.OpenPostgres(t.Context(), "postgres://%", 1)
	require.ErrorContains(t, err, "postgres://USER")
	require.NotErrorIs(t, err, os.ErrNotExist)
}
