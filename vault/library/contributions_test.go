package library_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/postgres"
	"github.com/weal-network/weal/vault/library"
)

// addTo adds what belongs to a contribution.
func addTo(t *testing.T, l *library.Library, id uint64, paths ...string) {
	t.Helper()
	_, err := l.AddTo(t.Context(), paths, &id, nil)
	require.NoError(t, err)
}

// belongs asserts which contribution documents belong to.
func belongs(t *testing.T, l *library.Library, want map[string]uint64) {
	t.Helper()
	for source, id := range want {
		got, err := l.ContributionOf(t.Context(), source)
		require.NoError(t, err)
		require.Equal(t, id, got, source)
	}
}

func TestContributions(t *testing.T) {
	both(t, func(t *testing.T) {
		l := open(t, t.TempDir())
		mine, hers := folder(t.TempDir()), folder(t.TempDir())
		mine.write(t, "a.md", "# One\n\nApples.\n\n# Two\n\nPears.")
		hers.write(t, "b.md", "Plums.")
		hers.write(t, "c.md", "Cherries.")
		add(t, l, string(mine))
		addTo(t, l, 7, string(hers))
		belongs(t, l, map[string]uint64{"a.md": 0, "b.md": 7, "c.md": 7, "no.md": 0})
		all, err := l.Contributions(t.Context())
		require.NoError(t, err)
		require.Equal(t, []library.Contribution{{ID: 0, Documents: 1, Chunks: 2}, {ID: 7, Documents: 2, Chunks: 2}}, all)

		hers.write(t, "b.md", "Plums, and more of them.")
		add(t, l, string(hers)) // nothing is said: it stays
		belongs(t, l, map[string]uint64{"b.md": 7, "c.md": 7})
		addTo(t, l, 9, string(hers)+"/c.md") // it is unchanged, and becomes another's
		addTo(t, l, 8, string(mine))
		belongs(t, l, map[string]uint64{"a.md": 8, "b.md": 7, "c.md": 9})
		addTo(t, l, 0, string(mine))
		belongs(t, l, map[string]uint64{"a.md": 0})

		remove(t, l, string(hers), "b.md")
		belongs(t, l, map[string]uint64{"b.md": 0, "c.md": 9})
		hers.remove(t, "b.md")
		hers.remove(t, "c.md")
		add(t, l, string(hers)) // retires c.md
		all, err = l.Contributions(t.Context())
		require.NoError(t, err)
		require.Equal(t, []library.Contribution{{ID: 0, Documents: 1, Chunks: 2}}, all)
		other := folder(t.TempDir())
		other.write(t, "c.md", "Another document of that name.")
		add(t, l, string(other))
		belongs(t, l, map[string]uint64{"c.md": 0})
	})
}

// TestContributionsAreSealedAndOutlive opens a library again and looks for names.
func TestContributionsAreSealedAndOutlive(t *testing.T) {
	dir := t.TempDir()
	docs := folder(t.TempDir())
	docs.write(t, "unmistakable-name.md", "Apples.")
	l, err := library.Open(t.Context(), config(t, dir))
	require.NoError(t, err)
	addTo(t, l, 7, string(docs))
	require.NoError(t, l.Close())
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		require.False(t, bytes.Contains(b, []byte("unmistakable-name")), f)
	}
	belongs(t, open(t, dir), map[string]uint64{"unmistakable-name.md": 7})
}

// TestCopyKeepsContributions copies a library to PostgreSQL and back.
func TestCopyKeepsContributions(t *testing.T) {
	here := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	there := library.Config{DB: postgres.URL(t), Owner: owner(t, 1)}
	back := library.Config{Dir: t.TempDir(), Owner: owner(t, 1)}
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "Apples.")
	docs.write(t, "b.md", "Pears.")
	l, err := library.Open(t.Context(), here)
	require.NoError(t, err)
	addTo(t, l, 7, string(docs)+"/a.md")
	addTo(t, l, 8, string(docs)+"/b.md")
	require.NoError(t, l.Close())
	for _, c := range [][2]library.Config{{here, there}, {there, back}} {
		_, err := library.Copy(t.Context(), c[0], c[1], func(int, int) {})
		require.NoError(t, err)
		l, err := library.Open(t.Context(), c[1])
		require.NoError(t, err)
		belongs(t, l, map[string]uint64{"a.md": 7, "b.md": 8})
		require.NoError(t, l.Close())
	}
}
