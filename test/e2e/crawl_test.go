package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCrawlKnowledge takes in a web site and asks about it; then the site changes.
func TestCrawlKnowledge(t *testing.T) {
	t.Parallel()
	var pages sync.Map
	pages.Store("/guide/", `<h1>Guide</h1><a href="lamp">lamp</a> <a href="sea">sea</a>`)
	pages.Store("/guide/lamp", `<p>The lamp of the Vardø lighthouse is amber.`)
	pages.Store("/guide/sea", `<p>The Saltstraumen eddies turn four times a day.`)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := pages.Load(r.URL.Path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, text)
	}))
	defer site.Close()
	start := site.URL + "/guide/"

	h := newHouse(t)
	h.start(t)
	before := h.vault(t)
	o := h.run(t, "vault", "crawl", start)
	require.Equal(t, 1, o.code)
	require.Contains(t, o.out, "private network", "this machine is not crawled unless that is allowed")

	crawl := func(args ...string) (r reportJSON) {
		t.Helper()
		h.read(t, &r, append([]string{"vault", "crawl", "--private", "--delay", "1ms"}, args...)...)
		return r
	}
	r := crawl(start)
	require.Equal(t, 3, r.Added)
	require.True(t, r.Published)
	a := h.answers(t, "Which colour has the lamp of the Vardø lighthouse?", before.Version+1)
	require.Contains(t, sources(a), start+"lamp")

	pages.Store("/guide/lamp", `<p>The lamp of the Vardø lighthouse is crimson.`)
	pages.Store("/guide/", `<h1>Guide</h1><a href="lamp">lamp</a>`)
	pages.Delete("/guide/sea")
	r = crawl(start, "--max-pages", "1")
	require.Contains(t, r.Missed, "more than 1 pages")
	require.Zero(t, r.Retired)
	r = crawl(start)
	require.Equal(t, 1, r.Changed)
	require.Equal(t, 1, r.Retired)
	require.Empty(t, r.Missed)
	list := write(t, "# pages\n"+start+"lamp\n", t.TempDir(), "pages.txt")
	require.Equal(t, 1, crawl("--list", list).Unchanged)
}

// TestPreviewAndSettings: what preview shows is what add does with the same settings.
func TestPreviewAndSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, "# Tides\n\n"+strings.Repeat("The tide turns every six hours. ", 60), dir, "tides.md")
	write(t, "name,height\nVardø,9\n", dir, "table.csv")
	none := &house{dir: filepath.Join(t.TempDir(), "none")}
	preview := func(args ...string) (chunks int, failed []string) {
		t.Helper()
		o := none.run(t, append([]string{"vault", "preview", dir, "--output", "json"}, args...)...)
		require.Zero(t, o.code, o.err)
		for line := range strings.Lines(o.out) {
			var d struct {
				Source string `json:"source"`
				Format string `json:"format"`
				Error  string `json:"error"`
				Chunks []struct {
					Heading    string
					Start, End int
					Tokens     int
					Text       string
				} `json:"chunks"`
			}
			require.NoError(t, json.Unmarshal([]byte(line), &d))
			require.NotEmpty(t, d.Source)
			require.NotEmpty(t, d.Format)
			if d.Error != "" {
				failed = append(failed, d.Source)
			}
			for _, c := range d.Chunks {
				require.Len(t, c.Text, c.End-c.Start)
				require.Equal(t, (len(c.Text)+3)/4, c.Tokens)
			}
			chunks += len(d.Chunks)
		}
		return chunks, failed
	}
	usual, failed := preview()
	require.Empty(t, failed)
	small, failed := preview("--chunk", "100", "--off", "csv")
	require.Equal(t, []string{"table.csv"}, failed)
	require.Greater(t, small, usual)
	require.NoDirExists(t, none.dir, "nothing is written")

	h := newHouse(t)
	h.start(t)
	had := h.vault(t).Chunks
	var set struct {
		Chunk   int      `json:"chunk"`
		MaxFile int64    `json:"max_file"`
		Off     []string `json:"off"`
	}
	h.read(t, &set, "vault", "settings", "--chunk", "100", "--off", "csv")
	require.Equal(t, 100, set.Chunk)
	require.EqualValues(t, 16<<20, set.MaxFile)
	require.Equal(t, []string{"csv"}, set.Off)
	var r reportJSON
	h.read(t, &r, "vault", "add", dir)
	require.Equal(t, 1, r.Added)
	require.Equal(t, 1, r.Failed)
	require.Equal(t, had+small, h.vault(t).Chunks)
	h.read(t, &set, "vault", "settings", "--chunk", "0", "--off", "")
	require.Equal(t, 450, set.Chunk)
	require.Empty(t, set.Off)
	h.read(t, &r, "vault", "add", dir)
	require.Equal(t, 1, r.Changed, "the same bytes are cut anew")
	require.Equal(t, had+usual, h.vault(t).Chunks)
}
