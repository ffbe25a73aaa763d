package library_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// onPostgres opens a library there, and its database beside it.
func onPostgres(t *testing.T, test func(t *testing.T, l *library.Library, db *sql.DB)) {
	t.Helper()
	t.Run("PostgreSQL", func(t *testing.T) {
		dir := t.TempDir()
		l := open(t, dir)
		db, err := sql.Open("pgx", config(t, dir).DB)
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		test(t, l, db)
	})
}

// rowsWith returns "table: row" of all rows that hold a word, in the clear or in
// hex, which is how bytes are shown.
func rowsWith(t *testing.T, db *sql.DB, word string) (hits []string) {
	t.Helper()
	var tables []string
	rows, err := db.Query(`SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		tables = append(tables, name)
	}
	require.NoError(t, rows.Err())
	require.Greater(t, len(tables), 8)
	forms := []string{word, fmt.Sprintf("%x", word)}
	if lower := strings.ToLower(word); lower != word {
		forms = append(forms, lower, fmt.Sprintf("%x", lower))
	}
	for _, table := range tables {
		for _, form := range forms {
			var n int
			require.NoError(t, db.QueryRow(fmt.Sprintf(`SELECT COUNT(*) FROM %[1]s WHERE position($1 in %[1]s::text) > 0`, table), form).Scan(&n))
			if n > 0 {
				hits = append(hits, table+": "+form)
			}
		}
	}
	return hits
}

// TestPostgresHasWordsAndNoText: originals, text, headings and names are sealed;
// the words are plain, and the library says so.
func TestPostgresHasWordsAndNoText(t *testing.T) {
	onPostgres(t, func(t *testing.T, l *library.Library, db *sql.DB) {
		require.Equal(t, library.Sealing{Engine: l.Sealing().Engine, By: seal.KindRole, Index: false}, l.Sealing())
		require.Contains(t, l.Sealing().Engine, "PostgreSQL")
		require.Contains(t, l.Sealing().String(), "is plain")
		docs := folder(t.TempDir())
		docs.write(t, "Zephyrous/quagmire.md", "# Xylophones\n\nA gazebo for Vagabonds.")
		docs.write(t, "Wintergreens.txt", "a\x00b")
		add(t, l, string(docs))
		require.Equal(t, []string{"lists: gazebo"}, rowsWith(t, db, "gazebo"))
		require.Equal(t, []string{"lists: xylophon"}, rowsWith(t, db, "xylophon"), "the stem of a heading")
		for _, word := range []string{"Xylophones", "Vagabonds", "Zephyrous", "quagmire", "Wintergreens"} {
			require.Empty(t, rowsWith(t, db, word))
		}
		remove(t, l, string(docs), "Zephyrous")
		require.Empty(t, rowsWith(t, db, "gazebo"))
	})
}

// TestScoresAreTheSameOnBothEngines asks the same questions of both.
func TestScoresAreTheSameOnBothEngines(t *testing.T) {
	onPostgres(t, func(t *testing.T, there *library.Library, _ *sql.DB) {
		dir := t.TempDir()
		here, err := library.Open(t.Context(), library.Config{Dir: dir, Owner: owner(t, 1)})
		require.NoError(t, err)
		defer here.Close()
		r := rand.New(rand.NewPCG(3, 4))
		text := func(n int) string {
			var b strings.Builder
			for range n {
				fmt.Fprintf(&b, "w%d ", int(r.ExpFloat64()*20))
			}
			return b.String()
		}
		docs := folder(t.TempDir())
		for round := range 3 {
			for i := range 120 {
				if round == 0 || i%7 == round {
					docs.write(t, fmt.Sprintf("%d.md", i), "# "+text(2)+"\n\n"+text(30+r.IntN(900))+"\n\n## "+text(2)+"\n\n"+text(20))
				}
			}
			if round == 2 {
				docs.remove(t, "11.md")
			}
			require.Equal(t, add(t, here, string(docs)).Root, add(t, there, string(docs)).Root)
			if round == 1 {
				remove(t, here, string(docs), "5.md")
				remove(t, there, string(docs), "5.md")
				docs.remove(t, "5.md")
			}
		}
		for id := int64(1); id <= 4; id++ {
			a, err := here.ByID(t.Context(), id)
			require.NoError(t, err)
			b, err := there.ByID(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, a.Root, b.Root)
			for range 20 {
				q := text(1 + r.IntN(6))
				want, err := a.Passages(t.Context(), q, 20, filter.Filter{})
				require.NoError(t, err)
				got, err := b.Passages(t.Context(), q, 20, filter.Filter{})
				require.NoError(t, err)
				require.NotEmpty(t, want.Words)
				require.Equal(t, want, got, "%q", q)
			}
		}
	})
}

// TestListsOfManySmallAddsAreJoined: what is read for a word does not grow with
// the number of Adds.
func TestListsOfManySmallAddsAreJoined(t *testing.T) {
	onPostgres(t, func(t *testing.T, l *library.Library, db *sql.DB) {
		docs := folder(t.TempDir())
		for i := range 40 {
			docs.write(t, fmt.Sprintf("%02d.txt", i), fmt.Sprintf("A gazebo, number n%02d.", i))
			add(t, l, string(docs))
		}
		for table, where := range map[string]string{"lists": "WHERE word = 'gazebo'", "batches": ""} {
			var n int
			require.NoError(t, db.QueryRow(`SELECT COUNT(*) FROM `+table+` `+where).Scan(&n))
			require.Less(t, n, 20, table)
		}
		g, err := l.Latest(t.Context())
		require.NoError(t, err)
		found, err := g.Search(t.Context(), "gazebo", 100)
		require.NoError(t, err)
		require.Len(t, found, 40)
		require.Equal(t, []string{"07.txt"}, sources(t, l, "n07"))
		remove(t, l, string(docs), "07.txt")
		require.Empty(t, sources(t, l, "n07"))
	})
}

func TestPostgresThatGoesAwayIsTold(t *testing.T) {
	onPostgres(t, func(t *testing.T, l *library.Library, db *sql.DB) {
		docs := folder(t.TempDir())
		docs.write(t, "a.txt", "A gazebo.")
		add(t, l, string(docs))
		g, err := l.Latest(t.Context())
		require.NoError(t, err)
		_, err = db.Exec(`ALTER TABLE lists RENAME TO elsewhere`)
		require.NoError(t, err)
		_, err = g.Search(t.Context(), "gazebo", 5)
		require.ErrorContains(t, err, "lists")
		_, err = db.Exec(`ALTER TABLE elsewhere RENAME TO lists`)
		require.NoError(t, err)
		// The server ends all connections, as at its restart: they are made anew.
		_, err = db.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		require.NoError(t, err)
		found, err := g.Search(t.Context(), "gazebo", 5)
		require.NoError(t, err)
		require.Len(t, found, 1)
		docs.write(t, "b.txt", "Another gazebo.")
		require.Len(t, sources(t, l, "gazebo"), 1)
		add(t, l, string(docs))
		require.Len(t, sources(t, l, "gazebo"), 2)
	})
}
