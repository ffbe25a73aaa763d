package ingest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

func TestEncodings(t *testing.T) {
	german := "Die Größe der Übung hängt vom Maß ab – „so“ heißt es."
	utf16 := func(e unicode.Endianness) string {
		s, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().String(german)
		require.NoError(t, err)
		return s
	}
	western, err := charmap.Windows1252.NewEncoder().String(german)
	require.NoError(t, err)
	japan, err := japanese.ShiftJIS.NewEncoder().String("検索のための文書")
	require.NoError(t, err)
	russian, err := charmap.Windows1251.NewEncoder().String("Привет, мир")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		in   ingest.Input
		want string
	}{
		"UTF-8 with a mark":        {of("\xEF\xBB\xBF" + german), german},
		"UTF-16 little-endian":     {of(utf16(unicode.LittleEndian)), german},
		"UTF-16 big-endian":        {of(utf16(unicode.BigEndian)), german},
		"Windows-1252":             {of(western), german},
		"HTML that says Shift-JIS": {ingest.Input{Format: ingest.HTML, Load: of(`<meta charset="shift_jis"><p>` + japan).Load}, "検索のための文書"},
		"a server that says":       {ingest.Input{Charset: "windows-1251", Load: of(russian).Load}, "Привет, мир"},
		"a server that is wrong":   {ingest.Input{Charset: "windows-1251", Load: of(german).Load}, german},
	} {
		d := ingest.Read(c.in, types.Hash{}, ingest.Options{})
		require.NoError(t, d.Err, name)
		require.Equal(t, c.want, d.Text, name)
	}
	for name, in := range map[string]string{
		"Cyrillic": russian, "Shift-JIS": japan, "UTF-8 with a bad byte": german + "\xff",
		"binary": "abc\x01\xe9def", "nothing but accents": "\xe9\xe8\xe9",
	} {
		d := ingest.Read(of(in), types.Hash{}, ingest.Options{})
		require.ErrorIs(t, d.Err, ingest.ErrEncoding, name)
		require.Contains(t, d.Err.Error(), "UTF-8", name)
	}
	odd := ingest.Read(of("\xFF\xFE"+strings.Repeat("a\x00", 3)+"\x00\xd8"), types.Hash{}, ingest.Options{})
	require.NoError(t, odd.Err)
	require.Equal(t, "aaa\uFFFD", odd.Text)
}

func TestMetaIsReadAndBounded(t *testing.T) {
	d := as("a.md", "---\ntitle: \"Leave\"\nlang: en\ntags:\n  - a\n  - b\nkeywords: [x, 'y']\nnested:\n  deep: 1\n---\ntext\n")
	require.Equal(t, ingest.Meta{
		"title": "Leave", "language": "en", "tags": "a, b", "keywords": "x, y", "format": "markdown", "extension": "md",
	}, d.Meta)
	require.Equal(t, "Leave\n\ntext", d.Text)
	d = as("a.md", "+++\ntitle = \"Leave\"\ndate = 2024-05-01\n+++\ntext\n")
	require.Equal(t, "2024-05-01", d.Meta["date"])
	d = as("a.html", `<html lang="en-GB"><head><title>T</title><meta name="Author" content="Ada"><meta property="article:published_time" content="2024">
		<link rel="canonical" href="https://x.y/z"><meta name="viewport" content="no"></head><p>x`)
	require.Equal(t, ingest.Meta{
		"title": "T", "language": "en-GB", "author": "Ada", "date": "2024", "canonical": "https://x.y/z", "format": "html", "extension": "html",
	}, d.Meta)

	var b strings.Builder
	for i := range 500 {
		b.WriteString("k" + strings.Repeat("y", i%80) + strings.Repeat("z", i/80) + ": " + strings.Repeat("v", 5000) + "\n")
	}
	d = as("a.md", "---\n"+b.String()[:60_000]+"\n---\ntext\n")
	require.NoError(t, d.Err)
	require.LessOrEqual(t, len(d.Meta), 32)
	for k, v := range d.Meta {
		require.LessOrEqual(t, len(k), 64)
		require.LessOrEqual(t, len(v), 1100)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	require.NoError(t, ingest.Options{}.Check())
	require.NoError(t, ingest.Options{Size: 16, Off: []ingest.Format{ingest.PDF}}.Check())
	for want, o := range map[string]ingest.Options{
		"from 16 to 8192": {Size: 3}, "9000 tokens": {Size: 9000}, "positive numbers": {MaxFile: -1},
		"positive time": {MaxTime: -1}, "number 99": {Off: []ingest.Format{99}},
	} {
		require.ErrorContains(t, o.Check(), want)
	}
	d := ingest.Read(ingest.Input{Format: ingest.CSV, Load: of("a,b").Load}, types.Hash{}, ingest.Options{Off: []ingest.Format{ingest.CSV}})
	require.ErrorIs(t, d.Err, ingest.ErrOff)
	require.True(t, ingest.Gone(d.Err))
}

func TestPreviewShowsWithoutKeeping(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.md", "# A\n\ntext")
	write(t, dir, "b.bin", "\x00")
	var seen []string
	err := ingest.Preview(t.Context(), []string{dir, dir + "/nowhere"}, ingest.Options{}, func(d ingest.Document) error {
		state := "ok"
		if d.Err != nil {
			state = "failed"
		}
		seen = append(seen, d.Source+" "+state)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"a.md ok", "b.bin failed", dir + "/nowhere failed"}, seen)
	require.Error(t, ingest.Preview(t.Context(), nil, ingest.Options{Size: 1}, nil))
}
