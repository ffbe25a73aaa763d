package library_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
)

func remove(t *testing.T, l *library.Library, dir string, names ...string) library.Report {
	t.Helper()
	r, err := l.Remove(t.Context(), dir, names)
	require.NoError(t, err)
	return r
}

// proofs reads all passages of the latest generation with their proofs.
func proofs(t *testing.T, l *library.Library) (root types.Hash, chunks []pay.Chunk, all []pay.Proof) {
	t.Helper()
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	for n := range g.Len() {
		c, p, err := g.Passage(t.Context(), n)
		require.NoError(t, err)
		chunks, all = append(chunks, c), append(all, p)
	}
	return g.Root, chunks, all
}

func TestRemovedDocumentIsGoneAndStaysProvable(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	docs.write(t, "a.md", "Apples were green.")
	docs.write(t, "b.md", "Bananas are bent, and apples are not.")
	l := open(t, dir)
	add(t, l, string(docs))
	docs.write(t, "a.md", "Apples are red.")
	add(t, l, string(docs))
	root, chunks, old := proofs(t, l)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	before, err := g.Search(t.Context(), "red apples", 5)
	require.NoError(t, err)
	require.Len(t, before, 2)

	// What was on the disk of both versions of a.md.
	var sealed [][]byte
	for _, query := range []string{
		`SELECT data FROM texts WHERE document = ?`, `SELECT data FROM postings WHERE document = ?`,
		`SELECT data FROM originals WHERE name = (SELECT original FROM documents WHERE id = ?)`,
		`SELECT about FROM documents WHERE id = ?`,
	} {
		for id := 1; id <= 3; id++ {
			if source(t, l, id) == "a.md" {
				sealed = append(sealed, row(t, dir, query, id))
			}
		}
	}
	require.NotEmpty(t, sealed)
	for _, b := range sealed {
		require.True(t, holds(t, dir, b))
	}

	r := remove(t, l, string(docs), "a.md")
	require.Equal(t, []string{"a.md removed"}, states(r))
	require.Equal(t, 1, r.Erased)
	require.True(t, r.New)
	require.Equal(t, 1, r.Documents)
	for _, b := range sealed {
		require.False(t, holds(t, dir, b), "it is off the disk")
	}

	check := func(l *library.Library) {
		require.Equal(t, []string{"b.md"}, sources(t, l, "apples"))
		g, err := l.ByRoot(t.Context(), root)
		require.NoError(t, err)
		require.Equal(t, root, g.Root, "the root before is made from the hashes still")
		found, err := g.Sources(t.Context(), "red apples", 5)
		require.NoError(t, err)
		require.Equal(t, []string{"b.md"}, found, "what is removed is not offered on the root before either")
		for n, c := range chunks {
			require.Equal(t, c.Hash(), g.Hash(n))
			got, proof, err := g.Passage(t.Context(), n)
			if c.Source != "a.md" {
				require.NoError(t, err)
				require.Equal(t, c, got)
				require.Equal(t, old[n], proof)
				continue
			}
			require.ErrorIs(t, err, library.ErrRemoved)
			proof, err = g.Proof(n)
			require.NoError(t, err)
			require.Equal(t, old[n], proof)
			require.NoError(t, proof.Verify(c.Hash(), root), "what was sold before is provable by its hash")
		}
	}
	check(l)
	_, _, err = g.Passage(t.Context(), before[0].Number)
	require.ErrorIs(t, err, library.ErrRemoved, "also to who has the generation in hand")
	require.NoError(t, l.Close())
	l = open(t, dir)
	check(l)

	status, err := l.Status(t.Context(), 2)
	require.NoError(t, err)
	require.Len(t, status, 2)
	require.Equal(t, library.Removed, status[0].State)
	require.Empty(t, status[0].Path)

	require.Equal(t, []string{"a.md added"}, states(add(t, l, string(docs))), "the file is still there")
	require.Equal(t, root, proofsRoot(t, l))
}

func proofsRoot(t *testing.T, l *library.Library) types.Hash {
	t.Helper()
	root, _, _ := proofs(t, l)
	return root
}

// source returns the source of a document by its id.
func source(t *testing.T, l *library.Library, id int) string {
	t.Helper()
	name, err := library.SourceOf(t.Context(), l, int64(id))
	require.NoError(t, err)
	return name
}

func TestRemoveByFolderAndBySource(t *testing.T) { both(t, testRemoveByFolderAndBySource) }

func testRemoveByFolderAndBySource(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	for _, name := range []string{"a.txt", "sub/b.txt", "sub/c.txt", "subway.txt"} {
		docs.write(t, name, "Text of "+name)
	}
	docs.write(t, "twin.txt", "Text of a.txt")
	l := open(t, dir)
	add(t, l, string(docs))
	_, err := l.Remove(t.Context(), string(docs), []string{"nothing", "nowhere.txt"})
	require.ErrorIs(t, err, library.ErrUnknown)
	require.ErrorContains(t, err, "nothing, nowhere.txt")

	r := remove(t, l, "/", filepath.Join(string(docs), "sub"), "nowhere.txt", "sub")
	require.Equal(t, []string{"sub/b.txt removed", "sub/c.txt removed"}, states(r))
	require.Equal(t, []string{"nowhere.txt", "sub"}, r.Unknown, "what is unknown stops nothing")
	require.Equal(t, []string{"a.txt removed"}, states(remove(t, l, "/elsewhere", "a.txt")), "by its source")
	_, err = l.Remove(t.Context(), string(docs), []string{"a.txt"})
	require.ErrorIs(t, err, library.ErrUnknown, "it is gone")
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, g.Documents)
	status, err := l.Status(t.Context(), g.ID)
	require.NoError(t, err)
	b, err := l.Original(t.Context(), status[1].SHA)
	require.NoError(t, err, "the same original of another document stays")
	require.Equal(t, "Text of a.txt", string(b))
}

// TestRetiredDocumentsCanBeRemoved: what is in no generation any more is held for
// the generations before, until it is removed.
func TestRetiredDocumentsCanBeRemoved(t *testing.T) { both(t, testRetiredDocumentsCanBeRemoved) }

func testRetiredDocumentsCanBeRemoved(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	docs.write(t, "a.txt", "Apples.")
	docs.write(t, "b.txt", "Bananas.")
	l := open(t, dir)
	first := add(t, l, string(docs))
	docs.remove(t, "a.txt")
	second := add(t, l, string(docs))
	r := remove(t, l, string(docs), "a.txt")
	require.Equal(t, []string{"a.txt removed"}, states(r))
	require.Equal(t, "it was retired before", r.Files[0].Reason)
	require.False(t, r.New, "the newest generation lacked it already")
	require.Equal(t, second.Root, r.Root)
	g, err := l.ByRoot(t.Context(), first.Root)
	require.NoError(t, err)
	_, _, err = g.Passage(t.Context(), 0)
	require.ErrorIs(t, err, library.ErrRemoved)
}

func TestVectorsOfWhatIsRemovedGo(t *testing.T) { both(t, testVectorsOfWhatIsRemovedGo) }

func testVectorsOfWhatIsRemovedGo(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	docs.write(t, "a.md", "# Apples\n\nApples are red.")
	docs.write(t, "b.md", "# Pears\n\nPears are green.")
	l := open(t, dir)
	add(t, l, string(docs))
	_, chunks, _ := proofs(t, l)
	var hashes []types.Hash
	var data [][]byte
	for i, c := range chunks {
		hashes = append(hashes, library.EmbeddedHash(c.Heading, c.Text))
		data = append(data, []byte{byte(i), 1, 2, 3})
	}
	require.NoError(t, l.PutVectors(t.Context(), "minilm", hashes, data))
	got, err := l.Vectors(t.Context(), "minilm", append(hashes, types.Hash{}))
	require.NoError(t, err)
	require.Equal(t, append(data, nil), got)
	got, err = l.Vectors(t.Context(), "another", hashes)
	require.NoError(t, err)
	require.Equal(t, make([][]byte, 2), got)
	many := append(make([]types.Hash, 1000), hashes...)
	got, err = l.Vectors(t.Context(), "minilm", many)
	require.NoError(t, err)
	require.Equal(t, data, got[1000:])

	remove(t, l, string(docs), "a.md")
	got, err = l.Vectors(t.Context(), "minilm", hashes)
	require.NoError(t, err)
	require.Equal(t, [][]byte{nil, data[1]}, got)
}

func TestSettings(t *testing.T) { both(t, testSettings) }

func testSettings(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	b, err := l.Setting(t.Context(), "embed")
	require.NoError(t, err)
	require.Nil(t, b)
	for _, v := range []string{"one", "Quagmiring"} {
		require.NoError(t, l.SetSetting(t.Context(), "embed", []byte(v)))
	}
	b, err = l.Setting(t.Context(), "embed")
	require.NoError(t, err)
	require.Equal(t, "Quagmiring", string(b))
	if config(t, dir).DB == "" {
		require.Empty(t, found(t, dir))
	}
}

// TestRefusedFilesCanBeRemoved: what is said of a file that could not be read goes, by
// itself or with a document that was made of it before.
func TestRefusedFilesCanBeRemoved(t *testing.T) { both(t, testRefusedFilesCanBeRemoved) }

func testRefusedFilesCanBeRemoved(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.txt", "Apples.")
	docs.write(t, "sub/empty.txt", "")
	docs.write(t, "sub/b.bin", "\x00\x01\x02")
	docs.write(t, "b.txt", "Pears.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	docs.write(t, "a.txt", "\x00\x01\x02\x00")
	refused := func() (paths []string) {
		status, err := l.Status(t.Context(), 1)
		require.NoError(t, err)
		for _, s := range status {
			if s.State == library.Refused {
				paths = append(paths, filepath.Base(s.Path))
			}
		}
		return paths
	}
	add(t, l, string(docs))
	before := refused()
	require.Contains(t, before, "b.bin")
	require.Contains(t, before, "a.txt")

	r := remove(t, l, string(docs), "sub")
	require.NotEmpty(t, r.Files)
	require.Equal(t, "it was refused", r.Files[0].Reason)
	require.False(t, r.New, "no document went")
	require.Equal(t, []string{"a.txt"}, refused())
	require.Equal(t, []string{"a.txt removed"}, states(remove(t, l, string(docs), "a.txt")))
	require.Empty(t, refused())
	_, err := l.Remove(t.Context(), string(docs), []string{"sub"})
	require.ErrorIs(t, err, library.ErrUnknown)
}

func TestRemoveBelowAnAddress(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "x.txt", "Kept.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	var pages []ingest.Input
	for _, at := range []string{"https://a.test/docs/one", "https://a.test/docs/deep/two", "https://a.test/docsmore", "https://b.test/docs/one"} {
		pages = append(pages, ingest.Input{Path: at, Source: at, Load: func() ([]byte, error) { return []byte("Page of " + at), nil }})
	}
	_, err := l.Put(t.Context(), slices.Values(pages), len(pages), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"https://a.test/docs/deep/two removed", "https://a.test/docs/one removed"}, states(remove(t, l, "/", "https://a.test/docs/")))
	require.Equal(t, []string{"https://b.test/docs/one removed"}, states(remove(t, l, "/", "https://b.test")))
	require.Equal(t, []string{"x.txt removed"}, states(remove(t, l, "/", "x.txt")))
}

// TestManyAreRemovedAtOnce removes more documents than one pass takes, by their names.
func TestManyAreRemovedAtOnce(t *testing.T) { both(t, testManyAreRemovedAtOnce) }

func testManyAreRemovedAtOnce(t *testing.T) {
	docs := folder(t.TempDir())
	var names []string
	for i := range 600 {
		name := fmt.Sprintf("d%d.txt", i)
		docs.write(t, name, fmt.Sprintf("Common words and number %d.", i))
		names = append(names, name)
	}
	docs.write(t, "kept.txt", "Common words as well.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	r := remove(t, l, string(docs), names...)
	require.Equal(t, 600, r.Erased)
	require.Equal(t, []string{"kept.txt"}, sources(t, l, "common words"))
	require.Empty(t, sources(t, l, "number"))
}

// TestRemovedAndAddedAgain: a removed document keeps its hashes, so that its root comes
// back when it is added again. The generation that is meant by the root is the one that
// has it.
func TestRemovedAndAddedAgain(t *testing.T) { both(t, testRemovedAndAddedAgain) }

func testRemovedAndAddedAgain(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "Apples are red.")
	docs.write(t, "b.md", "Bananas are bent.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	root := proofsRoot(t, l)
	remove(t, l, string(docs), "a.md")
	add(t, l, string(docs))
	require.Equal(t, root, proofsRoot(t, l))
	for range 4 {
		g, err := l.ByRoot(t.Context(), root)
		require.NoError(t, err)
		found, err := g.Search(t.Context(), "apples", 5)
		require.NoError(t, err)
		require.Len(t, found, 1)
	}
}
