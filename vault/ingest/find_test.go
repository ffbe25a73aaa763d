package ingest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

func TestFindListsFilesOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b/c.md", "c")
	a := write(t, dir, "a.txt", "a")
	write(t, dir, ".git/config", "hidden")
	write(t, dir, "b/.secret", "hidden")
	outside := write(t, t.TempDir(), "outside.txt", "not ours")
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link.txt")))

	inputs, roots, err := ingest.Find(t.Context(), []string{dir, a, filepath.Join(dir, "nowhere")})
	require.NoError(t, err)
	require.Len(t, roots, 3)
	require.NoError(t, roots[0].Err)
	require.ErrorIs(t, roots[2].Err, os.ErrNotExist)
	var names []string
	for _, in := range inputs {
		names = append(names, in.Source)
		if in.Source == "link.txt" {
			require.ErrorIs(t, in.Err, ingest.ErrLink)
		}
	}
	require.Equal(t, []string{"a.txt", "b/c.md", "link.txt"}, names)

	inputs, _, err = ingest.Find(t.Context(), []string{filepath.Join(dir, "link.txt")})
	require.NoError(t, err)
	require.Len(t, inputs, 1)
	require.NoError(t, inputs[0].Err, "a link that is asked for by name is followed")
}

func TestReadSaysWhy(t *testing.T) {
	gone := errors.New("disk error")
	for _, c := range []struct {
		name string
		in   ingest.Input
		want error
		gone bool
	}{
		{"empty", of(""), ingest.ErrEmpty, true},
		{"blank", of(" \n\t"), ingest.ErrEmpty, true},
		{"markup only", ingest.Input{Format: ingest.HTML, Load: of("<p></p><script>x</script>").Load}, ingest.ErrEmpty, true},
		{"nul", of("a\x00b"), ingest.ErrBinary, true},
		{"pdf without pages", of("%PDF-1.4 text"), ingest.ErrParse, true},
		{"old office file", of("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 text"), ingest.ErrOffice, true},
		{"cyrillic of no known encoding", of("\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0"), ingest.ErrEncoding, true},
		{"damaged UTF-8", of("na\xc3\xafve caf\xc3\xa9 and caf\xc3"), ingest.ErrEncoding, true},
		{"too large by name", ingest.Input{Size: 101, Load: of("x").Load}, ingest.ErrTooLarge, true},
		{"too large in truth", of(strings.Repeat("x", 101)), ingest.ErrTooLarge, true},
		{"quotes of nothing", ingest.Input{Format: ingest.Markdown, Load: of(strings.Repeat(">", 99)).Load}, ingest.ErrEmpty, true},
		{"unreadable", ingest.Input{Load: func() ([]byte, error) { return nil, gone }}, gone, false},
		{"not found", ingest.Input{Err: gone}, gone, false},
	} {
		d := ingest.Read(c.in, types.Hash{}, ingest.Options{MaxFile: 100})
		require.ErrorIs(t, d.Err, c.want, c.name)
		require.Equal(t, c.gone, ingest.Gone(d.Err), c.name)
	}
}

func of(s string) ingest.Input {
	return ingest.Input{Load: func() ([]byte, error) { return []byte(s), nil }}
}

func TestDeepNestingIsRefusedBeforeItIsParsed(t *testing.T) {
	for _, s := range []string{strings.Repeat(">", 10_000), strings.Repeat("- ", 10_000), strings.Repeat("1. ", 10_000)} {
		d := ingest.Read(ingest.Input{Format: ingest.Markdown, Load: of(s + "x").Load}, types.Hash{}, ingest.Options{})
		require.ErrorIs(t, d.Err, ingest.ErrParse)
	}
	d := ingest.Read(ingest.Input{Format: ingest.HTML, Load: of(strings.Repeat("<div>", 10_000) + "x").Load}, types.Hash{}, ingest.Options{})
	require.ErrorIs(t, d.Err, ingest.ErrParse)
}

func TestReadSkipsWhatIsKnown(t *testing.T) {
	first := ingest.Read(of("same"), types.Hash{}, ingest.Options{})
	require.NoError(t, first.Err)
	require.False(t, first.Unchanged)
	again := ingest.Read(of("same"), first.SHA, ingest.Options{})
	require.True(t, again.Unchanged)
	require.Empty(t, again.Chunks)
}

func TestSlowFilesAreGivenUp(t *testing.T) {
	slow := ingest.Input{Format: ingest.Markdown, Load: of(strings.Repeat("[a](", 6_000)).Load}
	d := ingest.Read(slow, types.Hash{}, ingest.Options{MaxTime: time.Millisecond})
	require.ErrorIs(t, d.Err, ingest.ErrSlow)
}

func TestParallelStopsWithItsContextAndItsSink(t *testing.T) {
	endless := func(yield func(ingest.Input) bool) {
		for yield(of("x")) {
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := ingest.Parallel(ctx, endless, func(ingest.Input) int { return 1 }, func(int) error {
		if n++; n == 100 {
			cancel()
		}
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)

	full := errors.New("full")
	var worked atomic.Int64
	err = ingest.Parallel(t.Context(), endless, func(ingest.Input) int { worked.Add(1); return 1 }, func(int) error { return full })
	require.ErrorIs(t, err, full)
	require.Less(t, worked.Load(), int64(1000))
}

func TestParallelGivesEveryResult(t *testing.T) {
	var inputs []ingest.Input
	for range 1000 {
		inputs = append(inputs, of("x"))
	}
	n := 0
	require.NoError(t, ingest.Parallel(t.Context(), slices.Values(inputs), func(ingest.Input) int { return 1 }, func(i int) error { n += i; return nil }))
	require.Equal(t, 1000, n)
}

func TestReadingInParallelGivesWhatReadingAloneDoes(t *testing.T) {
	doc := ingest.Input{Format: ingest.Markdown, Load: of("---\ntitle: T\n---\n# A\n\n- *b* [c](d)\n\n|e|\n|-|\n|`f`|\n\n<p>g</p>\n").Load}
	want := ingest.Read(doc, types.Hash{}, ingest.Options{})
	require.NoError(t, want.Err)
	inputs := slices.Repeat([]ingest.Input{doc}, 500)
	read := func(in ingest.Input) ingest.Document { return ingest.Read(in, types.Hash{}, ingest.Options{}) }
	require.NoError(t, ingest.Parallel(t.Context(), slices.Values(inputs), read, func(d ingest.Document) error {
		require.Equal(t, want.Text, d.Text)
		require.Equal(t, want.Chunks, d.Chunks)
		return d.Err
	}))
}
