package library_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/library"
)

// all is everything that a library tells of itself.
func all(t *testing.T, l *library.Library, questions ...string) (out []string) {
	t.Helper()
	latest, err := l.Latest(t.Context())
	require.NoError(t, err)
	for id := int64(1); id <= latest.ID; id++ {
		g, err := l.ByID(t.Context(), id)
		require.NoError(t, err)
		unpublished, err := l.Unpublished(t.Context(), g)
		require.NoError(t, err)
		out = append(out, fmt.Sprint(g.ID, g.Root, g.Documents, unpublished))
		for n := range g.Len() {
			c, _, err := g.Passage(t.Context(), n)
			proof, proofErr := g.Proof(n)
			require.NoError(t, proofErr)
			require.NoError(t, proof.Verify(g.Hash(n), g.Root))
			out = append(out, fmt.Sprint(n, g.Hash(n), c, err))
		}
		for _, q := range questions {
			lists, err := g.Passages(t.Context(), q, 10, filter.Filter{})
			require.NoError(t, err)
			require.NotEmpty(t, lists.Words)
			out = append(out, fmt.Sprint(q, lists.Words))
		}
		status, err := l.Status(t.Context(), id)
		require.NoError(t, err)
		for _, s := range status {
			b, err := l.Original(t.Context(), s.SHA)
			out = append(out, fmt.Sprint(s, string(b), err != nil))
		}
	}
	for _, text := range []string{"one", "two"} {
		v, err := l.Vectors(t.Context(), "minilm", []types.Hash{library.EmbeddedHash("", text)})
		require.NoError(t, err)
		setting, err := l.Setting(t.Context(), text)
		require.NoError(t, err)
		out = append(out, fmt.Sprintf("%x %x", v, setting))
	}
	return out
}

// furnish gives a library some of everything.
func furnish(t *testing.T, l *library.Library) {
	t.Helper()
	docs := folder(t.TempDir())
	for i := range 40 {
		docs.write(t, fmt.Sprintf("%02d.md", i), fmt.Sprintf("# Note %d\n\nApples of the year %d.\n\n# More\n\nPears as well.", i, i%7))
	}
	docs.write(t, "bad.txt", "a\x00b")
	add(t, l, string(docs))
	docs.write(t, "03.md", "Plums, and apples and pears, instead.")
	docs.remove(t, "04.md")
	add(t, l, string(docs))
	remove(t, l, string(docs), "05.md")
	hashes := []types.Hash{library.EmbeddedHash("", "one"), library.EmbeddedHash("", "two")}
	require.NoError(t, l.PutVectors(t.Context(), "minilm", hashes, [][]byte{{1, 2}, {3, 4}}))
	require.NoError(t, l.SetSetting(t.Context(), "one", []byte("first")))
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Published(t.Context(), g))
}

// TestCopyLosesNothing copies a library from SQLite to PostgreSQL and back.
func TestCopyLosesNothing(t *testing.T) {
	here := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	there := library.Config{DB: postgres.URL(t), Owner: owner(t, 1)}
	back := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	read := func(c library.Config) []string {
		l, err := library.Open(t.Context(), c)
		require.NoError(t, err)
		defer l.Close()
		return all(t, l, "apples", "pears year 3", "note 7")
	}
	l, err := library.Open(t.Context(), here)
	require.NoError(t, err)
	furnish(t, l)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	want := read(here)

	var last [2]int
	c, err := library.Copy(t.Context(), here, there, func(done, all int) { last = [2]int{done, all} })
	require.NoError(t, err)
	require.Equal(t, library.Copied{
		Documents: 41, Removed: 1, Chunks: g.Len(), Originals: 40, Vectors: 2, Generations: 3, Root: g.Root,
	}, c)
	require.Equal(t, [2]int{41, 41}, last)
	require.Equal(t, want, read(there))

	_, err = library.Copy(t.Context(), here, there, func(int, int) {})
	require.ErrorIs(t, err, library.ErrCopied)
	_, err = library.Copy(t.Context(), there, here, func(int, int) {})
	require.ErrorIs(t, err, library.ErrCopied)

	again, err := library.Copy(t.Context(), there, back, func(int, int) {})
	require.NoError(t, err)
	require.Equal(t, c, again)
	require.Equal(t, want, read(back))
}

// TestHalfACopyDoesNotOpen: it is gone on with.
func TestHalfACopyDoesNotOpen(t *testing.T) {
	here := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	l, err := library.Open(t.Context(), here)
	require.NoError(t, err)
	docs := folder(t.TempDir())
	for i := range 600 {
		docs.write(t, fmt.Sprintf("%03d.txt", i), fmt.Sprintf("Apples of the year %d.", i))
	}
	add(t, l, string(docs))
	require.NoError(t, l.Close())
	to := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = library.Copy(ctx, here, to, func(int, int) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	_, err = library.Open(t.Context(), to)
	require.ErrorIs(t, err, library.ErrHalfCopied)

	other := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	l, err = library.Open(t.Context(), other)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	_, err = library.Copy(t.Context(), other, to, func(int, int) {})
	require.ErrorIs(t, err, library.ErrNotEmpty, "it is half of another")

	var first int
	_, err = library.Copy(t.Context(), here, to, func(done, all int) {
		if first == 0 {
			first = done
		}
		require.Equal(t, 600, all)
	})
	require.NoError(t, err)
	require.Greater(t, first, 256, "it goes on from where it was")
	l, err = library.Open(t.Context(), to)
	require.NoError(t, err)
	defer l.Close()
	require.Equal(t, []string{"017.txt"}, sources(t, l, "17"))
}
