package library_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// owner is one who has a secret, another for each number.
func owner(t testing.TB, n byte) seal.Owner {
	t.Helper()
	o, err := seal.Secret(bytes.Repeat([]byte{n}, 32))
	require.NoError(t, err)
	return o
}

// folder is a folder of documents.
type folder string

func (f folder) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(string(f), filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func (f folder) remove(t *testing.T, name string) {
	t.Helper()
	require.NoError(t, os.RemoveAll(filepath.Join(string(f), filepath.FromSlash(name))))
}

func add(t *testing.T, l *library.Library, paths ...string) library.Report {
	t.Helper()
	r, err := l.Add(t.Context(), paths, nil)
	require.NoError(t, err)
	return r
}

// states writes "source state" of a report's files.
func states(r library.Report) (out []string) {
	for _, f := range r.Files {
		out = append(out, f.Source+" "+string(f.State))
	}
	slices.Sort(out)
	return out
}

func sources(t *testing.T, l *library.Library, question string) []string {
	t.Helper()
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	found, err := g.Sources(t.Context(), question, 10)
	require.NoError(t, err)
	return found
}

func TestAddAgain(t *testing.T) { both(t, testAddAgain) }

func testAddAgain(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "# Apples\n\nApples are red.")
	docs.write(t, "sub/b.txt", "Pears are green.")
	l := open(t, t.TempDir())

	first := add(t, l, string(docs))
	require.Equal(t, []string{"a.md added", "sub/b.txt added"}, states(first))
	require.True(t, first.New)
	require.EqualValues(t, 1, first.Generation)
	require.Equal(t, 2, first.Documents)

	again := add(t, l, string(docs), filepath.Join(string(docs), "a.md"))
	require.Equal(t, 2, again.Unchanged)
	require.False(t, again.New)
	require.Equal(t, first.Root, again.Root)
	require.Empty(t, again.Files)

	docs.write(t, "a.md", "# Apples\n\nApples are yellow.")
	docs.remove(t, "sub/b.txt")
	docs.write(t, "c.html", "<h1>Plums</h1><p>Plums are blue.")
	third := add(t, l, string(docs))
	require.Equal(t, []string{"a.md changed", "c.html added", "sub/b.txt retired"}, states(third))
	require.NotEqual(t, first.Root, third.Root)
	require.Equal(t, []string{"a.md"}, sources(t, l, "yellow"))
	require.Empty(t, sources(t, l, "red pears"))

	docs.write(t, "a.md", "# Apples\n\nApples are red.")
	docs.remove(t, "c.html")
	docs.write(t, "sub/b.txt", "Pears are green.")
	require.Equal(t, first.Root, add(t, l, string(docs)).Root, "the same documents have the same root, whatever was between")
}

func TestOldGenerationsStayReadable(t *testing.T) { both(t, testOldGenerationsStayReadable) }

func testOldGenerationsStayReadable(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	docs.write(t, "a.md", "Apples are red.")
	docs.write(t, "b.md", "Bananas are bent.")
	l := open(t, dir)
	var roots []types.Hash
	for i := range 6 {
		docs.write(t, "a.md", fmt.Sprintf("Apples are red %d times.", i))
		roots = append(roots, add(t, l, string(docs)).Root)
	}
	check := func(l *library.Library) {
		for i, root := range roots {
			g, err := l.ByRoot(t.Context(), root)
			require.NoError(t, err)
			found, err := g.Search(t.Context(), "red apples", 5)
			require.NoError(t, err)
			require.Len(t, found, 1)
			c, proof, err := g.Passage(t.Context(), found[0].Number)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("Apples are red %d times.", i), c.Text)
			require.NoError(t, proof.Verify(c.Hash(), root))
			byID, err := l.ByID(t.Context(), g.ID)
			require.NoError(t, err)
			require.Equal(t, root, byID.Root)
		}
	}
	check(l)
	require.NoError(t, l.Close())
	_, err := l.ByRoot(t.Context(), types.Hash{1})
	require.Error(t, err)
	l = open(t, dir)
	check(l)
	_, err = l.ByRoot(t.Context(), types.Hash{1})
	require.ErrorIs(t, err, library.ErrNoGeneration)
}

func TestRootIsOverChunksBySourceAndStart(t *testing.T) {
	both(t, testRootIsOverChunksBySourceAndStart)
}

func testRootIsOverChunksBySourceAndStart(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "b.md", "# One\n\nfirst\n\n# Two\n\nsecond")
	docs.write(t, "a b.txt", "only")
	docs.write(t, "Z.txt", "last by bytes comes first")
	l := open(t, t.TempDir())
	r := add(t, l, string(docs))
	want := []pay.Chunk{
		{Source: "Z.txt", Start: 0, End: 25, Text: "last by bytes comes first"},
		{Source: "a b.txt", Start: 0, End: 4, Text: "only"},
		{Source: "b.md", Heading: "One", Start: 0, End: 10, Text: "One\n\nfirst"},
		{Source: "b.md", Heading: "Two", Start: 12, End: 23, Text: "Two\n\nsecond"},
	}
	var hashes []types.Hash
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	for i, c := range want {
		hashes = append(hashes, c.Hash())
		got, _, err := g.Passage(t.Context(), i)
		require.NoError(t, err)
		require.Equal(t, c, got)
		require.Equal(t, c.Hash(), g.Hash(i))
	}
	require.Equal(t, pay.MerkleRoot(hashes), r.Root)
	_, _, err = g.Passage(t.Context(), 4)
	require.Error(t, err)
}

func TestBadFilesAreToldAndStopNothing(t *testing.T) { both(t, testBadFilesAreToldAndStopNothing) }

func testBadFilesAreToldAndStopNothing(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "good.md", "Good text.")
	docs.write(t, "empty.md", "")
	docs.write(t, "binary.txt", "a\x00b")
	docs.write(t, "large.txt", strings.Repeat("x ", 6000))
	require.NoError(t, os.Symlink("/etc/hosts", filepath.Join(string(docs), "link.txt")))
	l := open(t, t.TempDir())
	r, err := l.Add(t.Context(), []string{string(docs), filepath.Join(string(docs), "nowhere.md")}, nil)
	require.NoError(t, err)
	require.Equal(t, 1, r.Added)
	require.Equal(t, 5, r.Failed)
	for _, f := range r.Files {
		require.Equal(t, f.State == library.Failed, f.Reason != "", f.Source)
	}
	status, err := l.Status(t.Context(), r.Generation)
	require.NoError(t, err)
	require.Len(t, status, 6)
	docs.write(t, "empty.md", "Not empty any more.")
	docs.remove(t, "binary.txt")
	add(t, l, string(docs))
	status, err = l.Status(t.Context(), r.Generation)
	require.NoError(t, err)
	var lines []string
	for _, s := range status {
		lines = append(lines, s.Source+" "+string(s.State))
	}
	require.Equal(t, []string{"empty.md staged", "good.md served", "large.txt refused", "link.txt refused"}, lines)
}

func TestWhatCannotBeLookedAtIsNotRetired(t *testing.T) {
	both(t, testWhatCannotBeLookedAtIsNotRetired)
}

func testWhatCannotBeLookedAtIsNotRetired(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "sub/a.md", "Apples.")
	docs.write(t, "b.md", "Bananas.")
	l := open(t, t.TempDir())
	root := add(t, l, string(docs)).Root
	moved := string(docs) + "-away"
	require.NoError(t, os.Rename(string(docs), moved))
	r, err := l.Add(t.Context(), []string{string(docs)}, nil)
	require.NoError(t, err)
	require.Equal(t, 1, r.Failed)
	require.Equal(t, root, r.Root, "a folder that is not there, as on a disk that is not mounted, retires nothing")
	require.NoError(t, os.Rename(moved, string(docs)))

	docs.write(t, "b.md", "")
	r = add(t, l, string(docs))
	require.Equal(t, []string{"b.md retired"}, states(r), "what is no text any more goes")
	require.Equal(t, 1, r.Documents)
}

func TestSourcesAreUnique(t *testing.T) { both(t, testSourcesAreUnique) }

func testSourcesAreUnique(t *testing.T) {
	one, two := folder(t.TempDir()), folder(t.TempDir())
	one.write(t, "readme.md", "one")
	two.write(t, "readme.md", "two")
	l := open(t, t.TempDir())
	require.Equal(t, []string{"readme.md added"}, states(add(t, l, string(one))))
	require.Equal(t, []string{"readme (2).md added"}, states(add(t, l, string(two))))
	one.remove(t, "readme.md")
	require.Equal(t, []string{"readme.md retired"}, states(add(t, l, string(one))))
	two.write(t, "readme.md", "changed")
	require.Equal(t, []string{"readme (2).md changed"}, states(add(t, l, string(two))), "a document keeps its name")
}

func TestCancelledAddIsResumed(t *testing.T) { both(t, testCancelledAddIsResumed) }

func testCancelledAddIsResumed(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	for i := range 400 {
		docs.write(t, fmt.Sprintf("%03d.md", i), fmt.Sprintf("Number %d of many.", i))
	}
	l := open(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := l.Add(ctx, []string{string(docs)}, func(p library.Progress) {
		require.Equal(t, 400, p.FilesTotal)
		if p.Files == 300 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.Latest(t.Context())
	require.ErrorIs(t, err, library.ErrNoGeneration, "what was interrupted is not seen")
	require.NoError(t, l.Close())

	l = open(t, dir)
	r := add(t, l, string(docs))
	require.GreaterOrEqual(t, r.Unchanged, 299, "it goes on from where it was")
	require.Equal(t, 400, r.Documents)
	require.True(t, r.New)
	fresh := open(t, t.TempDir())
	require.Equal(t, add(t, fresh, string(docs)).Root, r.Root)
}

func TestOnlyOneAddAtATime(t *testing.T) { both(t, testOnlyOneAddAtATime) }

func testOnlyOneAddAtATime(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "text")
	l := open(t, t.TempDir())
	var inner error
	_, err := l.Add(t.Context(), []string{string(docs)}, func(library.Progress) {
		_, inner = l.Add(t.Context(), []string{string(docs)}, nil)
	})
	require.NoError(t, err)
	require.ErrorIs(t, inner, library.ErrBusy)
}

func TestEverythingCanGo(t *testing.T) { both(t, testEverythingCanGo) }

func testEverythingCanGo(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "text")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	docs.remove(t, "a.md")
	r := add(t, l, string(docs))
	require.True(t, r.New)
	require.Zero(t, r.Documents)
	require.Equal(t, pay.MerkleRoot(nil), r.Root)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	found, err := g.Search(t.Context(), "text", 5)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestOriginalsAreKept(t *testing.T) { both(t, testOriginalsAreKept) }

func testOriginalsAreKept(t *testing.T) {
	docs := folder(t.TempDir())
	const page = "<p>The <b>original</b> bytes."
	docs.write(t, "a.html", page)
	l := open(t, t.TempDir())
	r := add(t, l, string(docs))
	docs.write(t, "a.html", "<p>New.")
	add(t, l, string(docs))
	status, err := l.Status(t.Context(), r.Generation)
	require.NoError(t, err)
	i := slices.IndexFunc(status, func(s library.DocumentStatus) bool { return s.State == library.Leaving })
	require.Equal(t, types.Hash(sha256.Sum256([]byte(page))), status[i].SHA)
	b, err := l.Original(t.Context(), status[i].SHA)
	require.NoError(t, err)
	require.Equal(t, page, string(b))
	_, err = l.Original(t.Context(), types.Hash{})
	require.Error(t, err)
}

func TestMemoryIsGivenBack(t *testing.T) { both(t, testMemoryIsGivenBack) }

func testMemoryIsGivenBack(t *testing.T) {
	docs := folder(t.TempDir())
	l := open(t, t.TempDir())
	for i := range 8 {
		for j := range 300 {
			docs.write(t, fmt.Sprintf("%d.md", j), fmt.Sprintf("Text %d of round %d.", j, i))
		}
		r := add(t, l, string(docs))
		require.Equal(t, 300, r.Documents)
		require.Len(t, sources(t, l, fmt.Sprint("round ", i)), 10)
	}
}

func TestFailingDiskFailsTheAdd(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "text")
	l := open(t, t.TempDir())
	require.NoError(t, l.Close())
	_, err := l.Add(t.Context(), []string{string(docs)}, nil)
	require.Error(t, err)
	require.False(t, errors.Is(err, library.ErrBusy))
}
