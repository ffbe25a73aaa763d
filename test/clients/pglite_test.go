//go:build clients

package clients

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// TestVectorsInPostgres runs the part of a vault on PostgreSQL that needs its vector
// extension: documents are found by meaning there, as they are in memory.
func TestVectorsInPostgres(t *testing.T) {
	install(t)
	docs := t.TempDir()
	for i := range 60 {
		write(t, docs, i, fmt.Sprintf("Apples of the year %d, and much else of %d.", i, i%7))
	}
	_, here := openHybrid(t, library.Config{Dir: t.TempDir()}, docs)
	there, g := openHybrid(t, library.Config{DB: pglite(t)}, docs)
	require.Equal(t, library.Sealing{Engine: "PostgreSQL", By: seal.KindRole, Index: false}, there.Sealing())
	require.Equal(t, here.Root, g.Root)
	for _, q := range []string{"apples of the year 7", "much of 3", "else"} {
		want, err := here.Passages(t.Context(), q, 5, filter.Filter{})
		require.NoError(t, err)
		require.NoError(t, want.Missing)
		got, err := g.Passages(t.Context(), q, 5, filter.Filter{})
		require.NoError(t, err)
		require.NoError(t, got.Missing)
		require.Equal(t, want.Words, got.Words, "scores of words are the same")
		require.Len(t, got.Meaning, 5)
		for i, h := range got.Meaning {
			require.Equal(t, want.Meaning[i].ID, h.ID, q)
			require.InDelta(t, want.Meaning[i].Score, h.Score, 2e-3, "half precision")
		}
	}

	gone := g.SourceOf(0)
	_, err := there.Remove(t.Context(), docs, []string{gone})
	require.NoError(t, err)
	write(t, docs, 61, "Apples of the year 61, and one more.")
	_, err = there.Add(t.Context(), []string{filepath.Join(docs, "61.txt")}, nil)
	require.NoError(t, err)
	g, err = there.Latest(t.Context())
	require.NoError(t, err)
	require.NoError(t, there.Embed(t.Context(), g, nil))
	lists, err := g.Passages(t.Context(), "apples", 100, filter.Filter{})
	require.NoError(t, err)
	require.NoError(t, lists.Missing)
	require.Len(t, lists.Meaning, 60)
	for _, h := range lists.Meaning {
		require.NotEqual(t, gone, g.Source(int(h.ID)), "what was removed is not found")
	}
}

// TestManyVectorsInPostgresAreIndexed finds nearly all of the nearest by the index.
func TestManyVectorsInPostgresAreIndexed(t *testing.T) {
	install(t)
	docs := t.TempDir()
	const documents, paragraphs = 13, 400
	for i := range documents {
		var b strings.Builder
		for p := range paragraphs {
			fmt.Fprintf(&b, "# Part %d of %d\n\nNumber %d.\n\n", p, i, p*documents+i)
		}
		write(t, docs, i, b.String())
	}
	_, here := openHybrid(t, library.Config{Dir: t.TempDir()}, docs)
	_, g := openHybrid(t, library.Config{DB: pglite(t)}, docs)
	require.GreaterOrEqual(t, g.Len(), 5000)
	found := 0
	const questions = 40
	for q := range questions {
		text := fmt.Sprintf("question %d", q)
		want, err := here.Passages(t.Context(), text, 10, filter.Filter{})
		require.NoError(t, err)
		got, err := g.Passages(t.Context(), text, 10, filter.Filter{})
		require.NoError(t, err)
		require.NoError(t, got.Missing)
		require.Len(t, got.Meaning, 10)
		right := map[uint32]bool{}
		for _, h := range want.Meaning {
			right[h.ID] = true
		}
		for _, h := range got.Meaning {
			if right[h.ID] {
				found++
			}
		}
	}
	require.GreaterOrEqual(t, float64(found)/(10*questions), 0.95, "recall of the index")
}

func write(t *testing.T, dir string, i int, text string) {
	t.Helper()
	name := fmt.Sprintf("%d.txt", i)
	if strings.HasPrefix(text, "#") {
		name = fmt.Sprintf("%d.md", i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

// direction is a vector of few dimensions that a text has by chance.
func direction(text string) []float32 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	v := make([]float32, 24)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// openHybrid opens a library, adds docs to it and makes their vectors.
func openHybrid(t *testing.T, cfg library.Config, docs string) (*library.Library, *library.Generation) {
	t.Helper()
	base, stop, err := embedtest.New(direction).Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = stop() })
	cfg.Embeddings, err = embed.New(embed.Config{URL: base, Model: embedtest.Model})
	require.NoError(t, err)
	cfg.Owner = seal.Fresh()
	l, err := library.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	_, err = l.Add(t.Context(), []string{docs}, nil)
	require.NoError(t, err)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Embed(t.Context(), g, nil))
	return l, g
}

// pglite starts PGlite and returns its URL. All connections share one session, so
// statements must not be prepared by name.
func pglite(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "weal-pgl-") // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := exec.Command("node", "pglite.mjs", dir)
	ready := &watched{word: "ready", seen: make(chan struct{})}
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = ready, &stderr
	require.NoError(t, c.Start())
	ended := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second): // it may wait for its clients
			_ = c.Process.Kill()
			<-ended
		}
	})
	select {
	case <-ready.seen:
	case <-ended:
		require.Fail(t, "PGlite ended", "%s", stderr.String())
	case <-time.After(patience):
		require.Fail(t, "PGlite is not ready")
	}
	return "postgres://postgres@/postgres?sslmode=disable&default_query_exec_mode=exec&host=" + dir
}
