package keep_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
)

// counters opens a database with n counters at zero.
func counters(t *testing.T, n int) *sql.DB {
	t.Helper()
	db := open(t, filepath.Join(t.TempDir(), "role.db"))
	_, err := db.Exec(`CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER NOT NULL CHECK (n < 1000))`)
	require.NoError(t, err)
	for id := range n {
		_, err := db.Exec(`INSERT INTO counters (id, n) VALUES (?, 0)`, id)
		require.NoError(t, err)
	}
	return db
}

func count(t *testing.T, db *sql.DB, id int) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow(`SELECT n FROM counters WHERE id = ?`, id).Scan(&n))
	return n
}

func raise(ctx context.Context, tx *sql.Tx, id, by int) error {
	_, err := tx.ExecContext(ctx, `UPDATE counters SET n = n + ? WHERE id = ?`, by, id)
	return err
}

// TestWritesOfMany: each write is kept once, whoever fails beside it.
func TestWritesOfMany(t *testing.T) {
	const writers, rounds = 32, 50
	db := counters(t, writers)
	refused := errors.New("refused")
	var wg sync.WaitGroup
	for id := range writers {
		wg.Go(func() {
			for round := range rounds {
				bad := (id+round)%7 == 0
				err := keep.Write(t.Context(), db, func(tx *sql.Tx) error {
					if err := raise(t.Context(), tx, id, 1); err != nil {
						return err
					}
					if bad {
						return refused
					}
					return nil
				})
				if bad {
					require.ErrorIs(t, err, refused)
				} else {
					require.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	for id := range writers {
		want := 0
		for round := range rounds {
			if (id+round)%7 != 0 {
				want++
			}
		}
		require.Equal(t, want, count(t, db, id))
	}
}

// TestWriteFailsAlone: a statement that fails takes nothing of others with it.
func TestWriteFailsAlone(t *testing.T) {
	db := counters(t, 2)
	held, hold := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // until it is let go, the two below wait for one transaction
		require.NoError(t, keep.Write(t.Context(), db, func(*sql.Tx) error {
			close(held)
			<-hold
			return nil
		}))
	})
	<-held
	wg.Go(func() {
		require.NoError(t, keep.Write(t.Context(), db, func(tx *sql.Tx) error { return raise(t.Context(), tx, 0, 1) }))
	})
	wg.Go(func() {
		require.ErrorContains(t, keep.Write(t.Context(), db, func(tx *sql.Tx) error { return raise(t.Context(), tx, 1, 5000) }), "CHECK")
	})
	close(hold)
	wg.Wait()
	require.Equal(t, 1, count(t, db, 0))
	require.Zero(t, count(t, db, 1))
}

// TestWriteGoesOnAfterAPanic: who panics takes only those along that shared its
// transaction, and they are told.
func TestWriteGoesOnAfterAPanic(t *testing.T) {
	db := counters(t, 1)
	require.Panics(t, func() {
		_ = keep.Write(t.Context(), db, func(tx *sql.Tx) error {
			if err := raise(t.Context(), tx, 0, 1); err != nil {
				return err
			}
			panic("bug")
		})
	})
	require.NoError(t, keep.Write(t.Context(), db, func(tx *sql.Tx) error { return raise(t.Context(), tx, 0, 1) }))
	require.Equal(t, 1, count(t, db, 0))
}

func TestWriteRefuses(t *testing.T) {
	db := counters(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, keep.Write(ctx, db, func(*sql.Tx) error { return errors.New("it was run") }), context.Canceled)
	other, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "other.db"))
	require.NoError(t, err)
	defer other.Close()
	require.ErrorIs(t, keep.Write(t.Context(), other, func(*sql.Tx) error { return nil }), keep.ErrNotKept)
}

// TestStatementsComeAgain: a text that was prepared before is run anew, with
// other values, within transactions and out of them, while rows of the same text
// are open, and after the table has changed.
func TestStatementsComeAgain(t *testing.T) {
	db := counters(t, 3)
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	rows := func() *sql.Rows {
		r, err := conn.QueryContext(t.Context(), `SELECT id FROM counters ORDER BY id`) //nolint:sqlclosecheck // both callers do
		require.NoError(t, err)
		return r
	}
	outer := rows()
	defer outer.Close()
	require.True(t, outer.Next())
	inner := rows()
	defer inner.Close()
	for want := range 3 {
		var id int
		require.True(t, inner.Next())
		require.NoError(t, inner.Scan(&id))
		require.Equal(t, want, id)
	}
	require.False(t, inner.Next())
	require.NoError(t, inner.Err())
	require.True(t, outer.Next(), "the outer rows are where they were")
	require.NoError(t, outer.Err())
	require.NoError(t, outer.Close())
	require.NoError(t, conn.Close())

	_, err = db.Exec(`INSERT INTO counters (id, n) VALUES (?, 5000)`, 7)
	require.ErrorContains(t, err, "CHECK")
	_, err = db.Exec(`INSERT INTO counters (id, n) VALUES (?, 0)`, 7)
	require.NoError(t, err)
	_, err = db.Exec(`ALTER TABLE counters ADD COLUMN name TEXT`)
	require.NoError(t, err)
	require.Zero(t, count(t, db, 7))
	_, err = db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	require.ErrorContains(t, err, "leave the options out")
}
