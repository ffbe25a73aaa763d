package library_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// markers are words that stand in the documents, one in each kind of place.
var markers = map[string]string{
	"text": "Quagmiring", "heading": "Xylophones", "name": "Zephyrous", "folder": "Juxtaposed", "title": "Kingfishers",
	"html": "Obfuscated", "refused": "Wintergreens", "old text": "Yesteryears", "retired": "Vagabonding",
}

// marked writes documents with all markers and adds them.
func marked(t *testing.T, l *library.Library) {
	t.Helper()
	docs := folder(t.TempDir())
	docs.write(t, "Juxtaposed/Zephyrous.md", "---\ntitle: Kingfishers\n---\n# Xylophones\n\nThe Yesteryears here.\n\n# More\n\nMore.")
	docs.write(t, "b.html", "<p class='Obfuscated'>Seen.")
	docs.write(t, "c.txt", "Vagabonding for a while.")
	docs.write(t, "Wintergreens.txt", "a\x00b")
	add(t, l, string(docs))
	docs.write(t, "Juxtaposed/Zephyrous.md", "---\ntitle: Kingfishers\n---\n# Xylophones\n\nThe Quagmiring here.\n\n# More\n\nMore.")
	docs.remove(t, "c.txt")
	add(t, l, string(docs))
	require.Equal(t, []string{"Juxtaposed/Zephyrous.md"}, sources(t, l, "Quagmiring"))
}

// forms are the bytes that a word can be found by.
func forms(word string) map[string][]byte {
	lower := strings.ToLower(word)
	all := map[string][]byte{
		"as it is": []byte(word), "lower case": []byte(lower), "stem": []byte(index.Terms(word)[0]),
		"hex": []byte(hex.EncodeToString([]byte(lower))), "base64": []byte(base64.RawStdEncoding.EncodeToString([]byte(word))[:len(word)]),
	}
	for name, order := range map[string]binary.ByteOrder{"utf-16 le": binary.LittleEndian, "utf-16 be": binary.BigEndian} {
		var b []byte
		for _, u := range utf16.Encode([]rune(word)) {
			b = append(b, 0, 0)
			order.PutUint16(b[len(b)-2:], u)
		}
		all[name] = b
	}
	return all
}

// found searches all files below dir, by their names and bytes, for the markers.
func found(t *testing.T, dir string) (hits []string) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		b = append(b, filepath.Base(path)...)
		for place, word := range markers {
			for form, bits := range forms(word) {
				if bytes.Contains(b, bits) {
					hits = append(hits, fmt.Sprintf("%s of %s in %s", form, place, filepath.Base(path)))
				}
			}
		}
		return err
	}))
	require.NotZero(t, files)
	return hits
}

// TestNothingPlainIsOnTheDisk looks for words of the documents in all that a
// library has written, while it is open, when it is closed, and when it is opened
// again. That the search would find them is shown by a library that was not sealed.
func TestNothingPlainIsOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	marked(t, l)
	require.Empty(t, found(t, dir), "open")
	require.NoError(t, l.Close())
	require.Empty(t, found(t, dir), "closed")
	l = open(t, dir)
	require.Equal(t, []string{"Juxtaposed/Zephyrous.md"}, sources(t, l, "Quagmiring"))
	require.Empty(t, found(t, dir), "open again")
}

// TestPlainLibraryIsSealed opens one as version 1 wrote it.
func TestPlainLibraryIsSealed(t *testing.T) {
	dir := t.TempDir()
	want := plain(t, dir)
	hits := found(t, dir)
	for place := range markers {
		require.Contains(t, strings.Join(hits, "\n"), " of "+place+" ", "the search finds it")
	}

	_, err := library.Open(t.Context(), library.Config{Dir: dir})
	require.ErrorContains(t, err, "owner's key is missing")
	l := open(t, dir)
	require.Empty(t, found(t, dir))
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, g.Root)
	require.EqualValues(t, 3, g.ID)
	unpublished, err := l.Unpublished(t.Context(), g)
	require.NoError(t, err)
	require.False(t, unpublished)
	for n := range g.Len() {
		c, proof, err := g.Passage(t.Context(), n)
		require.NoError(t, err)
		require.NoError(t, proof.Verify(c.Hash(), want))
	}
	require.Equal(t, []string{"Juxtaposed/Zephyrous.md"}, sources(t, l, "xylophones"))
	status, err := l.Status(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, status, 2)
	require.Equal(t, library.Refused, status[1].State)
	b, err := l.Original(t.Context(), status[0].SHA)
	require.NoError(t, err)
	require.Contains(t, string(b), "Obfuscated")
	require.NoError(t, l.Close())
	l = open(t, dir)
	g, err = l.Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, g.Root)
}

// plain writes a library of version 1 with all markers and returns its root.
func plain(t *testing.T, dir string) (root types.Hash) {
	t.Helper()
	db, err := keep.Open(filepath.Join(dir, library.FileName))
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, keep.Schema(t.Context(), db, "library", 1,
		`CREATE TABLE originals (sha BYTEA PRIMARY KEY, data BYTEA NOT NULL)`,
		`CREATE TABLE documents (id BIGINT PRIMARY KEY, path TEXT NOT NULL, source TEXT NOT NULL, sha BYTEA NOT NULL,
			size BIGINT NOT NULL, added BIGINT NOT NULL, born BIGINT NOT NULL, died BIGINT NOT NULL DEFAULT 0)`,
		`CREATE TABLE contents (document BIGINT PRIMARY KEY, text BYTEA NOT NULL, postings BYTEA NOT NULL)`,
		`CREATE TABLE chunks (document BIGINT NOT NULL, place BIGINT NOT NULL, heading TEXT NOT NULL, first BIGINT NOT NULL,
			size BIGINT NOT NULL, hash BYTEA NOT NULL, PRIMARY KEY (document, place))`,
		`CREATE TABLE generations (id BIGINT PRIMARY KEY, root BYTEA NOT NULL, documents BIGINT NOT NULL,
			chunks BIGINT NOT NULL, made BIGINT NOT NULL, published BIGINT NOT NULL DEFAULT 0)`,
		`CREATE TABLE problems (path TEXT PRIMARY KEY, source TEXT NOT NULL, reason TEXT NOT NULL, seen BIGINT NOT NULL)`))
	exec := func(query string, args ...any) {
		_, err := db.Exec(query, args...)
		require.NoError(t, err)
	}
	text := "# Xylophones of the Kingfishers\n\nThe Quagmiring Yesteryears were Vagabonding.\n\n# More\n\nObfuscated."
	in := ingest.Input{Path: "/Juxtaposed/Zephyrous.md", Source: "Juxtaposed/Zephyrous.md", Format: ingest.Markdown,
		Load: func() ([]byte, error) { return []byte(text), nil }}
	d := ingest.Read(in, types.Hash{}, ingest.Options{})
	require.NoError(t, d.Err)
	var sections []index.Section
	var hashes []types.Hash
	for i, c := range d.Chunks {
		sections = append(sections, index.Section{Heading: c.Heading, Text: c.Text})
		h := pay.Chunk{Source: d.Source, Heading: c.Heading, Start: uint64(c.Start), End: uint64(c.End), Text: c.Text}.Hash()
		hashes = append(hashes, h)
		exec(`INSERT INTO chunks VALUES (1, ?, ?, ?, ?, ?)`, i, c.Heading, c.Start, c.End-c.Start, h[:])
	}
	p, err := index.Analyse(sections).MarshalBinary()
	require.NoError(t, err)
	exec(`INSERT INTO originals VALUES (?, ?)`, d.SHA[:], d.Data)
	exec(`INSERT INTO documents VALUES (1, ?, ?, ?, ?, 7, 1, 0)`, d.Path, d.Source, d.SHA[:], d.Size)
	exec(`INSERT INTO contents VALUES (1, ?, ?)`, []byte(d.Text), p)
	exec(`INSERT INTO problems VALUES ('/Wintergreens.txt', 'Wintergreens.txt', 'binary', 7)`)
	root = pay.MerkleRoot(hashes)
	exec(`INSERT INTO generations VALUES (3, ?, 1, ?, 7, 8)`, root[:], len(hashes))
	return root
}

func TestWrongKeyIsToldAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	marked(t, l)
	require.Equal(t, seal.KindRole, l.SealedBy())
	require.NoError(t, l.Close())
	_, err := library.Open(t.Context(), library.Config{Dir: dir, Owner: owner(t, 2)})
	require.ErrorIs(t, err, seal.ErrWrongKey)
	require.ErrorContains(t, err, "keys folder")
	require.NotEmpty(t, sources(t, open(t, dir), "Quagmiring"))
}

func TestRekey(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	marked(t, l)
	file, err := seal.FileOrNew(filepath.Join(t.TempDir(), "vault.age"))
	require.NoError(t, err)
	wrapped := row(t, dir, `SELECT wrapped FROM library_key`)
	require.ErrorIs(t, l.Rekey(t.Context(), owner(t, 2), file), seal.ErrWrongKey)
	require.NoError(t, l.Rekey(t.Context(), owner(t, 1), file))
	require.Equal(t, seal.KindFile, l.SealedBy())
	require.NotEmpty(t, sources(t, l, "Quagmiring"))
	require.False(t, holds(t, dir, wrapped), "what the old key opens is off the disk")
	require.NoError(t, l.Close())
	_, err = library.Open(t.Context(), library.Config{Dir: dir, Owner: owner(t, 1)})
	require.ErrorIs(t, err, seal.ErrWrongKey)
	l, err = library.Open(t.Context(), library.Config{Dir: dir, Owner: file})
	require.NoError(t, err)
	defer l.Close()
	require.NotEmpty(t, sources(t, l, "Quagmiring"))
}

// TestMovedRowsDoNotOpen swaps what is sealed between rows, as who can write to
// the disk could.
func TestMovedRowsDoNotOpen(t *testing.T) {
	for _, table := range []struct{ name, column, id string }{
		{"texts", "data", "document"}, {"documents", "about", "id"}, {"documents", "chunks", "id"}, {"postings", "data", "document"},
	} {
		dir, docs := t.TempDir(), folder(t.TempDir())
		docs.write(t, "a.txt", "Apples are red.")
		docs.write(t, "b.txt", "Apples are not.")
		l := open(t, dir)
		add(t, l, string(docs))
		require.NoError(t, l.Close())
		db, err := keep.Open(filepath.Join(dir, library.FileName))
		require.NoError(t, err)
		_, err = db.Exec(fmt.Sprintf(`UPDATE %[1]s SET %[2]s = (SELECT %[2]s FROM %[1]s WHERE %[3]s = 2) WHERE %[3]s = 1`, table.name, table.column, table.id))
		require.NoError(t, err)
		require.NoError(t, db.Close())
		l, err = library.Open(t.Context(), library.Config{Dir: dir, Owner: owner(t, 1)})
		if err == nil {
			var g *library.Generation
			g, err = l.Latest(t.Context())
			require.NoError(t, err)
			for n := range g.Len() {
				if _, _, broken := g.Passage(t.Context(), n); broken != nil {
					err = broken
				}
			}
			require.NoError(t, l.Close())
		}
		require.ErrorIs(t, err, seal.ErrChanged, "%s of %s", table.column, table.name)
		require.ErrorContains(t, err, "restore")
	}
}

func TestLostWrappedKeyIsNotMadeAnew(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	marked(t, l)
	require.NoError(t, l.Close())
	db, err := keep.Open(filepath.Join(dir, library.FileName))
	require.NoError(t, err)
	_, err = db.Exec(`DELETE FROM library_key`)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = library.Open(t.Context(), library.Config{Dir: dir, Owner: owner(t, 1)})
	require.ErrorContains(t, err, "wrapped key is gone")
}

// row reads one value beside an open library.
func row(t *testing.T, dir, query string, args ...any) []byte {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, library.FileName)+"?mode=ro")
	require.NoError(t, err)
	defer db.Close()
	var b []byte
	require.NoError(t, db.QueryRowContext(context.Background(), query, args...).Scan(&b))
	return b
}

// holds reports whether any file below dir has bytes.
func holds(t *testing.T, dir string, bits []byte) (has bool) {
	t.Helper()
	require.NotEmpty(t, bits)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		has = has || bytes.Contains(b, bits)
		return err
	}))
	return has
}
