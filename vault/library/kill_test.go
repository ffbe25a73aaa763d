package library_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// Variables that make the test binary add a folder to a library until killed.
const (
	childDir  = "WEAL_LIBRARY_TEST_DIR"
	childDB   = "WEAL_LIBRARY_TEST_DB"
	childDocs = "WEAL_LIBRARY_TEST_DOCS"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := addSlowly(dir, os.Getenv(childDocs)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(postgres.Main(m))
}

// addSlowly tells of every file, and goes on when it is told to: who reads decides
// where it is killed.
func addSlowly(dir, docs string) error {
	secret, err := seal.Secret(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		return err
	}
	l, err := library.Open(context.Background(), library.Config{Dir: dir, DB: os.Getenv(childDB), Owner: secret})
	if err != nil {
		return err
	}
	_, err = l.Add(context.Background(), []string{docs}, func(p library.Progress) { fmt.Println(p.Files) })
	return err
}

// killAt runs a child that adds docs to the library at dir, and kills it with
// SIGKILL after n files.
func killAt(t *testing.T, dir, docs string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childDB+"="+config(t, dir).DB, childDocs+"="+docs)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	for range n {
		require.True(t, lines.Scan(), "the child ended early")
	}
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait(), "it was killed")
}

// TestThousandsOfFilesAndAKill adds ten thousand files, changes a third, and
// kills the process that adds them again in the middle: what it had committed is
// not worked on again, and the root is that of a run that nobody interrupted.
func TestThousandsOfFilesAndAKill(t *testing.T) { both(t, testThousandsOfFilesAndAKill) }

func testThousandsOfFilesAndAKill(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	files := 10_000
	if config(t, dir).DB != "" {
		files = 6_600 // three batches there
	}
	third := files / 3
	name := func(i int) string { return fmt.Sprintf("%02d/%05d.md", i%100, i) }
	for i := range files {
		docs.write(t, name(i), fmt.Sprintf("# Note %d\n\nNumber %d of many, about the matter of %d.", i, i, i%97))
	}
	killAt(t, dir, string(docs), files/3)
	l := open(t, dir)
	_, err := l.Latest(t.Context())
	require.ErrorIs(t, err, library.ErrNoGeneration, "what was killed is not seen")
	r := add(t, l, string(docs))
	require.Equal(t, files, r.Documents)
	require.GreaterOrEqual(t, r.Unchanged, files/3-2048, "what was committed before the kill is kept")
	require.Equal(t, files, r.Unchanged+r.Added)
	require.NoError(t, l.Close())

	for i := range third {
		docs.write(t, name(3*i), fmt.Sprintf("# Note %d\n\nChanged: the matter of %d.", i, i%89))
	}
	killAt(t, dir, string(docs), files/2)
	l = open(t, dir)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, r.Root, g.Root, "the generation before is served until the change is whole")
	again := add(t, l, string(docs))
	require.Equal(t, files, again.Unchanged+again.Changed)
	require.Less(t, again.Changed, third, "some were committed before the kill")
	require.Greater(t, again.Changed, third/3)
	require.Equal(t, r.Generation+1, again.Generation)

	fresh := open(t, t.TempDir())
	whole := add(t, fresh, string(docs))
	require.Equal(t, whole.Root, again.Root)
	require.Equal(t, sources(t, fresh, "changed matter of 88"), sources(t, l, "changed matter of 88"))

	once := add(t, l, string(docs))
	require.Equal(t, files, once.Unchanged)
	require.Empty(t, once.Files)
	require.False(t, once.New)
}

// TestOnlyWhatChangedIsWorkedOn counts what is written for it.
func TestOnlyWhatChangedIsWorkedOn(t *testing.T) { both(t, testOnlyWhatChangedIsWorkedOn) }

func testOnlyWhatChangedIsWorkedOn(t *testing.T) {
	const files = 900
	docs, l := folder(t.TempDir()), open(t, t.TempDir())
	for i := range files {
		docs.write(t, fmt.Sprintf("%d.txt", i), fmt.Sprintf("Number %d.", i))
	}
	add(t, l, string(docs))
	rows, err := library.Rows(t.Context(), l)
	require.NoError(t, err)
	for i := range files / 3 {
		docs.write(t, fmt.Sprintf("%d.txt", 3*i), fmt.Sprintf("Another %d.", i))
	}
	r := add(t, l, string(docs))
	require.Equal(t, files/3, r.Changed)
	require.Equal(t, 2*files/3, r.Unchanged)
	after, err := library.Rows(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, rows+files/3, after)
}
