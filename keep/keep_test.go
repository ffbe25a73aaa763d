package keep_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/test/postgres"
)

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := keep.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestOpen(t *testing.T) {
	// A name with what a URI would misread.
	path := filepath.Join(t.TempDir(), "a b?c=%41#d", "role.db")
	require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
	db := open(t, path)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "1", "busy_timeout": "5000", "foreign_keys": "1",
	} {
		var got string
		require.NoError(t, db.QueryRow("PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
	_, err := db.Exec(`CREATE TABLE t (n INTEGER)`)
	require.NoError(t, err)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		require.NoError(t, err, "the file has the name that was given")
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), suffix)
	}
}

func TestOpenWhereNothingCanBe(t *testing.T) {
	_, err := keep.Open(filepath.Join(t.TempDir(), "no", "such", "folder", "role.db"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "check the folder")

	path := filepath.Join(t.TempDir(), "role.db")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600))
	_, err = keep.Open(path)
	require.ErrorContains(t, err, path)
}

func TestWritersDoNotFail(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "role.db"))
	_, err := db.Exec(`CREATE TABLE t (n INTEGER PRIMARY KEY)`)
	require.NoError(t, err)
	var wg sync.WaitGroup
	errs := make(chan error, 200)
	for n := range 200 {
		wg.Go(func() {
			_, err := db.Exec(`INSERT INTO t VALUES (?)`, n)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	var count int
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM t`).Scan(&count))
	require.Equal(t, 200, count)
}

func TestSync(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "role.db"))
	require.NoError(t, keep.Sync(db))
	_, err := db.Exec(`CREATE TABLE t (n INTEGER)`)
	require.NoError(t, err)
	require.NoError(t, keep.Sync(db))

	plain, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "plain.db"))
	require.NoError(t, err)
	defer plain.Close()
	require.ErrorIs(t, keep.Sync(plain), keep.ErrNotKept)
}

func TestSchema(t *testing.T) {
	ctx := t.Context()
	db := open(t, filepath.Join(t.TempDir(), "role.db"))
	const first, second = `CREATE TABLE IF NOT EXISTS t (n INTEGER)`, `CREATE TABLE IF NOT EXISTS u (n INTEGER)`
	require.NoError(t, keep.Schema(ctx, db, "role", 1, first))
	require.NoError(t, keep.Schema(ctx, db, "role", 1, `no SQL at all`), "there is nothing to do")
	require.NoError(t, keep.Schema(ctx, db, "other", 1, `CREATE TABLE o (n INTEGER)`), "each name has its own version")

	err := keep.Schema(ctx, db, "role", 2, second, `no SQL at all`)
	require.Error(t, err)
	_, err = db.Exec(`INSERT INTO u VALUES (1)`)
	require.Error(t, err, "an upgrade is done whole or not at all")

	require.NoError(t, keep.Schema(ctx, db, "role", 2, first, second))
	_, err = db.Exec(`INSERT INTO u VALUES (1)`)
	require.NoError(t, err)
	err = keep.Schema(ctx, db, "role", 1, first)
	require.ErrorIs(t, err, keep.ErrNewer)
	require.ErrorContains(t, err, "it has version 2, this program knows 1")

	gone, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, keep.Schema(gone, db, "role", 3), context.Canceled)
}

// childEnv makes the test binary commit to the database it names until killed,
// putterEnv put.
const (
	childEnv  = "WEAL_KEEP_TEST_CHILD"
	putterEnv = "WEAL_KEEP_TEST_PUTTER"
)

func TestMain(m *testing.M) {
	for env, work := range map[string]func(string) error{childEnv: commitForEver, putterEnv: putForEver} {
		if path := os.Getenv(env); path != "" {
			if err := work(path); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	os.Exit(postgres.Main(m))
}

// commitForEver reports every number after it was committed.
func commitForEver(path string) error {
	db, err := keep.Open(path)
	if err != nil {
		return err
	}
	if err := keep.Schema(context.Background(), db, "child", 1, `CREATE TABLE kept (n INTEGER PRIMARY KEY)`); err != nil {
		return err
	}
	var n int
	if err := db.QueryRow(`SELECT coalesce(max(n), 0) FROM kept`).Scan(&n); err != nil {
		return err
	}
	for {
		n++
		if _, err := db.Exec(`INSERT INTO kept VALUES (?)`, n); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// TestKill kills a process that commits, over and over, with SIGKILL: nothing
// that it has reported may be lost, and the database must be whole.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "role.db")
	for round := range 5 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childEnv+"="+path)
		reported := killChild(t, child, 50+200*round)
		db, err := keep.Open(path)
		require.NoError(t, err)
		var count, highest int
		require.NoError(t, db.QueryRow(`SELECT count(*), max(n) FROM kept`).Scan(&count, &highest))
		require.GreaterOrEqual(t, highest, reported, "round %d", round)
		require.Equal(t, highest, count, "no gaps")
		var check string
		require.NoError(t, db.QueryRow(`PRAGMA integrity_check`).Scan(&check))
		require.Equal(t, "ok", check)
		require.NoError(t, db.Close())
	}
}

// killChild runs a child until it has reported n numbers, kills it, and returns the
// last number it has reported.
func killChild(t *testing.T, child *exec.Cmd, n int) (last int) {
	t.Helper()
	stuck := time.AfterFunc(30*time.Second, func() { _ = child.Process.Kill() })
	defer stuck.Stop()
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	for range n {
		require.True(t, lines.Scan(), "the child ended early")
	}
	require.NoError(t, child.Process.Kill())
	for {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() || lines.Text() == "" { // the last line may be cut off
			break
		}
	}
	_ = child.Wait()
	return last
}
