package library_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
)

// kept is a closed library with documents, of which one was changed and one removed.
func kept(t *testing.T) (dir string) {
	t.Helper()
	docs, dir := folder(t.TempDir()), t.TempDir()
	for _, name := range []string{"a.md", "b.md", "c.md", "d.md"} {
		docs.write(t, name, "# Of "+name+"\n\nText of "+name+".\n")
	}
	l := open(t, dir)
	add(t, l, string(docs))
	docs.write(t, "b.md", "# Of b\n\nNew text.\n")
	add(t, l, string(docs))
	remove(t, l, string(docs), "c.md")
	require.NoError(t, l.Close())
	return dir
}

func check(t *testing.T, dir string) library.Checked {
	t.Helper()
	c, err := library.Check(t.Context(), config(t, dir), nil)
	require.NoError(t, err)
	require.Equal(t, c.Sound, len(c.Faults) == 0)
	return c
}

func TestCheckOfASoundLibrary(t *testing.T) { both(t, testCheckOfASoundLibrary) }

func testCheckOfASoundLibrary(t *testing.T) {
	dir := kept(t)
	c := check(t, dir)
	require.Empty(t, c.Faults)
	l := open(t, dir)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, library.Checked{
		Documents: 5, Removed: 1, Chunks: 4, Originals: 4, Generations: 3, Root: g.Root, Sound: true, Faults: []string{},
	}, c)
}

// TestCheckNamesWhatIsWrong damages one thing after the other, as a disk might.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, query, fault string }{
		{"a text", `UPDATE texts SET data = zeroblob(length(data)) WHERE document = (SELECT MIN(document) FROM texts)`, ".md: its bytes on the disk are not what was sealed there"},
		{"a text that is gone", `DELETE FROM texts WHERE document = (SELECT MAX(document) FROM texts)`, "b.md: its bytes on the disk"},
		{"an original", `UPDATE originals SET data = zeroblob(length(data)) WHERE name = (SELECT MIN(name) FROM originals)`, ".md: read original"},
		{"a root", `UPDATE generations SET root = zeroblob(32) WHERE id = 1`, "generation 1 has 4 documents"},
		{"what is in a generation", `UPDATE documents SET died = 0 WHERE removed <> 0`, "generation 3 has 3 documents in 3 chunks"},
		{"hashes of an old version", `UPDATE documents SET chunks = zeroblob(length(chunks)) WHERE removed = 0 AND died <> 0`, "b.md: its hashes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := kept(t)
			db, err := keep.Open(filepath.Join(dir, library.FileName))
			require.NoError(t, err)
			res, err := db.Exec(c.query)
			require.NoError(t, err)
			n, err := res.RowsAffected()
			require.NoError(t, err)
			require.NotZero(t, n)
			require.NoError(t, db.Close())
			found := check(t, dir)
			require.False(t, found.Sound)
			require.Contains(t, found.Faults[0], c.fault)
		})
	}
}

// TestDamagedFile: a file that SQLite cannot read is named, with what to do, and Check
// says so rather than fail.
func TestDamagedFile(t *testing.T) {
	for name, harm := range map[string]func(b []byte){
		"no database": func(b []byte) { copy(b, "this is none at all, whatever its name") },
		"torn pages": func(b []byte) {
			for i := 4096; i < len(b); i++ {
				b[i] = byte(i)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := kept(t)
			path := filepath.Join(dir, library.FileName)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			harm(b)
			require.NoError(t, os.WriteFile(path, b, 0o600))
			_, err = library.Open(t.Context(), config(t, dir))
			require.ErrorIs(t, err, library.ErrDamaged)
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, "weal vault check")
			c := check(t, dir)
			require.False(t, c.Sound)
			require.Equal(t, types.Hash{}, c.Root)
		})
	}
	_, err := library.Check(t.Context(), config(t, t.TempDir()), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestFaultsAreBounded(t *testing.T) {
	c := library.Checked{Sound: true}
	for range 1000 {
		c.Fault("one")
	}
	require.Len(t, c.Faults, 101)
	require.Contains(t, c.Faults[100], "and more")
}
