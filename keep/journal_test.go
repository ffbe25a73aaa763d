package keep_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/keep"
)

const (
	createPairs = `CREATE TABLE IF NOT EXISTS pairs (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c BLOB)`
	wholePair   = `INSERT INTO pairs (id, a, b, c) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b, c = excluded.c`
	partOfPair = `UPDATE pairs SET a = ?, c = ? WHERE id = ?`
)

func whole(id, a int, b string, c []byte) keep.Change {
	return keep.Change{Slot: fmt.Sprint("w", id), Text: wholePair, Args: []any{id, a, b, c}}
}

func part(id, a int, c []byte) keep.Change {
	return keep.Change{Slot: fmt.Sprint("p", id), Text: partOfPair, Args: []any{a, c, id}}
}

type pair struct {
	A int
	B string
	C []byte
}

func pairs(t require.TestingT, db *sql.DB) map[int]pair {
	rows, err := db.Query(`SELECT id, a, b, c FROM pairs`)
	require.NoError(t, err)
	defer rows.Close()
	all := map[int]pair{}
	for rows.Next() {
		var id int
		var p pair
		require.NoError(t, rows.Scan(&id, &p.A, &p.B, &p.C))
		all[id] = p
	}
	require.NoError(t, rows.Err())
	return all
}

func openPairs(t *testing.T, path string) *sql.DB {
	t.Helper()
	db := open(t, path)
	require.NoError(t, keep.Schema(t.Context(), db, "pairs", 1, createPairs))
	return db
}

// TestPutIsSeen: whatever runs after Put sees it, in and out of transactions.
func TestPutIsSeen(t *testing.T) {
	db := openPairs(t, filepath.Join(t.TempDir(), "role.db"))
	require.NoError(t, keep.Put(db, whole(1, 10, "x", []byte{1}), whole(2, 20, "y", nil)))
	require.Equal(t, map[int]pair{1: {10, "x", []byte{1}}, 2: {20, "y", nil}}, pairs(t, db))

	require.NoError(t, keep.Put(db, part(1, 11, []byte{2})))
	require.NoError(t, keep.Write(t.Context(), db, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE pairs SET a = a + 1`)
		return err
	}))
	require.NoError(t, keep.Put(db, part(2, 5, nil)))
	require.Equal(t, map[int]pair{1: {12, "x", []byte{2}}, 2: {5, "y", nil}}, pairs(t, db))
	require.NoError(t, keep.Sync(db))
}

// TestTablesOnly reads what was put only where it is in the tables, and leaves it where
// it is.
func TestTablesOnly(t *testing.T) {
	db := openPairs(t, filepath.Join(t.TempDir(), "keep.db"))
	require.NoError(t, keep.Put(db, whole(1, 1, "one", nil))) // begins the journal
	pairs(t, db)
	// While it is taken nothing is brought into the tables in the background.
	c, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer c.Close()
	read := func(ctx context.Context) (a int) {
		require.NoError(t, c.QueryRowContext(ctx, `SELECT a FROM pairs WHERE id = 1`).Scan(&a))
		return a
	}
	require.NoError(t, keep.Put(db, part(1, 2, nil)))
	require.Equal(t, 1, read(keep.TablesOnly(t.Context())))
	require.Equal(t, 1, read(keep.TablesOnly(t.Context())), "reading has changed nothing")
	require.Equal(t, 2, read(t.Context()))
	require.Equal(t, 2, read(keep.TablesOnly(t.Context())))
	require.NoError(t, keep.Put(db, part(1, 3, nil)))
	_, err = c.ExecContext(keep.TablesOnly(t.Context()), `UPDATE pairs SET b = 'two' WHERE id = 1`)
	require.NoError(t, err)
	require.Equal(t, 3, read(keep.TablesOnly(t.Context())), "who writes writes after what was put")
}

// TestPutAsStatements compares random changes with the same statements run one by
// one: leaving out all but the last of a slot changes nothing.
func TestPutAsStatements(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(rt, err)
		put, plain := openPairs(t, filepath.Join(dir, "put.db")), openPairs(t, filepath.Join(dir, "plain.db"))
		for range rapid.IntRange(1, 40).Draw(rt, "puts") {
			var changes []keep.Change
			for range rapid.IntRange(1, 3).Draw(rt, "changes") {
				id, a := rapid.IntRange(1, 3).Draw(rt, "id"), rapid.Int().Draw(rt, "a")
				if rapid.Bool().Draw(rt, "whole") {
					changes = append(changes, whole(id, a, rapid.String().Draw(rt, "b"), rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(rt, "c")))
				} else {
					changes = append(changes, part(id, a, []byte("c")))
				}
			}
			require.NoError(rt, keep.Put(put, changes...))
			for _, c := range changes {
				_, err := plain.Exec(c.Text, c.Args...)
				require.NoError(rt, err)
			}
			if rapid.IntRange(0, 5).Draw(rt, "look") == 0 {
				require.Equal(rt, pairs(rt, plain), pairs(rt, put))
			}
			if rapid.IntRange(0, 9).Draw(rt, "reopen") == 0 {
				require.NoError(rt, put.Close())
				put = openPairs(t, filepath.Join(dir, "put.db"))
			}
		}
		require.Equal(rt, pairs(rt, plain), pairs(rt, put))
		require.NoError(rt, errors.Join(put.Close(), plain.Close()))
	})
}

// TestJournalOfTheDead copies database and journal as they lie while a process
// works, which is what a kill leaves behind: nothing that was put is missing. A
// record that was not written whole, or that was written over, ends the journal.
func TestJournalOfTheDead(t *testing.T) {
	live := filepath.Join(t.TempDir(), "role.db")
	db := openPairs(t, live)
	tables := map[string][]byte{}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(live + suffix)
		require.NoError(t, err)
		tables[suffix] = b
	}
	require.NoError(t, keep.Put(db, whole(1, 1, "first", nil)))
	require.NoError(t, keep.Put(db, whole(2, 2, "second", nil), part(1, 7, []byte("seven"))))
	name := live + "-log-1"
	log, err := os.ReadFile(name)
	require.NoError(t, err)
	full := map[int]pair{1: {7, "first", []byte("seven")}, 2: {2, "second", nil}}
	for cut := 0; cut <= len(log); cut++ {
		dead := filepath.Join(t.TempDir(), "dead.db")
		for suffix, b := range tables {
			require.NoError(t, os.WriteFile(dead+suffix, b, 0o600))
		}
		torn := append([]byte{}, log[:cut]...)
		torn = append(torn, strings.Repeat("\x07", 40)...)
		require.NoError(t, os.WriteFile(dead+"-log-1", torn, 0o600))
		again := open(t, dead)
		got := pairs(t, again)
		switch {
		case cut == len(log):
			require.Equal(t, full, got)
		case len(got) > 0:
			require.Equal(t, map[int]pair{1: {1, "first", nil}}, got, "a put of two changes is not halved")
		}
		require.NoFileExists(t, dead+"-log-1")
		require.NoError(t, keep.Put(again, whole(9, 9, "", nil)), "work goes on")
		require.NoError(t, again.Close())
		again = open(t, dead)
		require.Contains(t, pairs(t, again), 9)
		require.NoError(t, again.Close())
	}
}

// TestPutOfOne: a second process cannot put, and reads what is in the tables.
func TestPutOfOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "role.db")
	db := openPairs(t, path)
	require.NoError(t, keep.Put(db, whole(1, 1, "", nil)))
	other := openPairs(t, path)
	require.ErrorIs(t, keep.Put(other, whole(2, 2, "", nil)), keep.ErrJournalTaken)
	require.FileExists(t, path+"-log-1", "it does not take the journal away")
	require.NoError(t, db.Close())
	require.NoFileExists(t, path+"-log-1")
	require.NoError(t, keep.Put(other, whole(2, 2, "", nil)), "the next can, then")
	require.Len(t, pairs(t, other), 2)
	require.ErrorIs(t, keep.Put(db, whole(3, 3, "", nil)), sql.ErrConnDone)
}

// TestPutWhatFails: what the tables refuse stays in the journal, and is said.
func TestPutWhatFails(t *testing.T) {
	db := openPairs(t, filepath.Join(t.TempDir(), "role.db"))
	require.ErrorContains(t, keep.Put(db, keep.Change{Text: wholePair, Args: []any{struct{}{}}}), "argument 1")
	require.NoError(t, keep.Put(db, keep.Change{Slot: "x", Text: `UPDATE missing SET n = ?`, Args: []any{1}}))
	_, err := db.Exec(`SELECT 1`)
	require.ErrorContains(t, err, "kept in the journal")
	require.Error(t, db.Close())
}

// TestJournalFiles: files are dropped once what they have is in the tables.
func TestJournalFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "role.db")
	db := openPairs(t, path)
	blob := make([]byte, 1<<20)
	for n := range 20 {
		require.NoError(t, keep.Put(db, whole(n%3, n, "", blob)))
	}
	require.Eventually(t, func() bool {
		names, err := filepath.Glob(path + "-log-*")
		require.NoError(t, err)
		return len(names) == 1 && names[0] == path+"-log-3"
	}, 10*time.Second, 10*time.Millisecond)
	require.Len(t, pairs(t, db), 3)
}

// putForEver puts numbers, and reports each after it was put.
func putForEver(path string) error {
	db, err := keep.Open(path)
	if err != nil {
		return err
	}
	if _, err := db.Exec(createPairs); err != nil {
		return err
	}
	var n int
	if err := db.QueryRow(`SELECT coalesce(max(a), 0) FROM pairs`).Scan(&n); err != nil {
		return err
	}
	for {
		n++
		if err := keep.Put(db, whole(n%10, n, strings.Repeat("text", 5000), nil)); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// TestKillPutter kills a process that puts, over and over: nothing that it has
// reported is lost, through changes of the journal's file too.
func TestKillPutter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "role.db")
	for round := range 5 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), putterEnv+"="+path)
		reported := killChild(t, child, 50+400*round)
		db := open(t, path)
		var highest int
		require.NoError(t, db.QueryRow(`SELECT max(a) FROM pairs`).Scan(&highest))
		require.GreaterOrEqual(t, highest, reported, "round %d", round)
		var check string
		require.NoError(t, db.QueryRow(`PRAGMA integrity_check`).Scan(&check))
		require.Equal(t, "ok", check)
		require.NoError(t, db.Close())
	}
}
