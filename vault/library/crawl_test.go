package library_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/crawl"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
)

// site is a web site whose pages a test sets. A page without text answers 500.
type site struct {
	*httptest.Server
	pages sync.Map
}

func newSite(t *testing.T, pages ...string) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := s.pages.Load(r.URL.Path)
		switch {
		case !ok:
			http.NotFound(w, r)
		case text == "":
			http.Error(w, "broken", http.StatusForbidden)
		default:
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, text)
		}
	}))
	t.Cleanup(s.Close)
	for i := 0; i < len(pages); i += 2 {
		s.pages.Store(pages[i], pages[i+1])
	}
	return s
}

// crawled takes a site into a library.
func (s *site) crawled(t *testing.T, l *library.Library, opts crawl.Options) (library.Report, error) {
	t.Helper()
	state, err := crawl.OpenState(t.Context(), filepath.Join(t.TempDir(), "crawl.db"), l)
	require.NoError(t, err)
	defer state.Close()
	opts.Private, opts.Delay, opts.State = true, time.Microsecond, state
	c, err := crawl.New(opts)
	require.NoError(t, err)
	defer c.Close()
	run := c.Crawl(crawl.Source{Start: []string{s.URL + "/docs/"}})
	files := 0
	r, err := l.Crawl(t.Context(), run, func(p library.Progress) {
		require.Zero(t, p.FilesTotal)
		require.Equal(t, files+1, p.Files)
		files++
	})
	require.NoError(t, err)
	return r, run.Missed()
}

// of writes states without the site's address.
func (s *site) of(r library.Report) (out []string) {
	for _, state := range states(r) {
		out = append(out, strings.TrimPrefix(state, s.URL))
	}
	return out
}

func TestCrawlIsKeptAndRetired(t *testing.T) { both(t, testCrawlIsKeptAndRetired) }

func testCrawlIsKeptAndRetired(t *testing.T) {
	s := newSite(t,
		"/docs/", `<h1>Fruit</h1><a href="a">a</a> <a href="b">b</a> <a href="c">c</a>`,
		"/docs/a", "<p>Apples are red.", "/docs/b", "<p>Bananas are yellow.", "/docs/c", "<p>Cherries are small.")
	docs := folder(t.TempDir())
	docs.write(t, "d.md", "Dates are brown.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	first, missed := s.crawled(t, l, crawl.Options{})
	require.NoError(t, missed)
	require.Equal(t, []string{"/docs/ added", "/docs/a added", "/docs/b added", "/docs/c added"}, s.of(first))
	require.Equal(t, []string{s.URL + "/docs/a"}, sources(t, l, "apples"))

	again, _ := s.crawled(t, l, crawl.Options{})
	require.Equal(t, 4, again.Unchanged)
	require.False(t, again.New)

	// One page changed, one is gone, and one fails: a crawl that missed a page
	// retires only what answers that it is gone.
	s.pages.Store("/docs/", `<h1>Fruit</h1><a href="a">a</a> <a href="b">b</a>`)
	s.pages.Store("/docs/a", "<p>Apples are green.")
	s.pages.Store("/docs/b", "")
	third, missed := s.crawled(t, l, crawl.Options{})
	require.ErrorContains(t, missed, "/docs/b did not come")
	require.Equal(t, []string{"/docs/ changed", "/docs/a changed", "/docs/b failed"}, s.of(third))
	require.Zero(t, third.Retired)
	require.Len(t, sources(t, l, "bananas cherries"), 2)
	require.Empty(t, sources(t, l, "red"))

	// So does one that a limit cut.
	s.pages.Store("/docs/b", "<p>Bananas are yellow.")
	_, missed = s.crawled(t, l, crawl.Options{MaxPages: 2})
	require.ErrorContains(t, missed, "more than 2 pages")
	require.Len(t, sources(t, l, "bananas cherries"), 2)

	// A whole one retires what is gone from its folder, and nothing else.
	whole, missed := s.crawled(t, l, crawl.Options{})
	require.NoError(t, missed)
	require.Equal(t, []string{"/docs/c retired"}, s.of(whole))
	require.Empty(t, sources(t, l, "cherries"))
	require.Equal(t, []string{"d.md"}, sources(t, l, "dates"))
}

// TestCancelledCrawlRetiresNothing: what came is kept, and what did not is not gone.
func TestCancelledCrawlRetiresNothing(t *testing.T) {
	s := newSite(t, "/docs/", `<a href="a">a</a>`, "/docs/a", "<p>Apples are red.")
	l := open(t, t.TempDir())
	_, missed := s.crawled(t, l, crawl.Options{})
	require.NoError(t, missed)
	s.pages.Store("/docs/", `<h1>Changed</h1><a href="b">b</a>`)
	s.pages.Store("/docs/b", "<p>Bananas.")
	c, err := crawl.New(crawl.Options{Private: true, Delay: time.Minute})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	// The first page comes after a minute: robots.txt was asked for before it.
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = l.Crawl(ctx, c.Crawl(crawl.Source{Start: []string{s.URL + "/docs/"}}), nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(began), 30*time.Second)
	require.Equal(t, []string{s.URL + "/docs/a"}, sources(t, l, "apples"))
}

// TestPatternRetiresWhatItMatches: and nothing else in its folder.
func TestPatternRetiresWhatItMatches(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "Apples.")
	docs.write(t, "sub/b.md", "Bananas.")
	docs.write(t, "c.txt", "Cherries.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	docs.remove(t, "sub/b.md")
	docs.remove(t, "c.txt")
	r := add(t, l, filepath.Join(string(docs), "**", "*.md"))
	require.Equal(t, []string{"sub/b.md retired"}, states(r), "c.txt matches no pattern")
}

func TestReading(t *testing.T) { both(t, testReading) }

func testReading(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	docs.write(t, "a.md", strings.Repeat("Apples are red and round. ", 100))
	docs.write(t, "b.csv", "fruit,colour\nbanana,yellow\n")
	l := open(t, dir)
	require.Equal(t, library.Reading{Chunk: 450, MaxFile: 10_000, Off: []ingest.Format{}}, l.Reading())
	first := add(t, l, string(docs))
	require.Equal(t, 3, first.Chunks)

	set := func(chunk int, maxFile int64, off ...ingest.Format) error {
		return l.SetReading(t.Context(), func(r *library.Reading) { r.Chunk, r.MaxFile, r.Off = chunk, maxFile, off })
	}
	require.ErrorIs(t, set(3, 0), library.ErrReading)
	require.ErrorIs(t, set(0, -1), library.ErrReading)
	require.Equal(t, 450, l.Reading().Chunk)

	require.NoError(t, set(100, 5_000, ingest.CSV, ingest.CSV))
	require.NoError(t, l.Close())
	l = open(t, dir)
	require.Equal(t, library.Reading{Chunk: 100, MaxFile: 5_000, Off: []ingest.Format{ingest.CSV}}, l.Reading(), "it is kept")
	r := add(t, l, string(docs))
	require.Equal(t, []string{"a.md changed", "b.csv retired"}, states(r), "the same bytes are read anew")
	require.Equal(t, 7, r.Chunks)
	again := add(t, l, string(docs))
	require.Equal(t, 1, again.Unchanged)
	require.False(t, again.New)

	require.NoError(t, set(0, 0))
	require.Equal(t, first.Root, add(t, l, string(docs)).Root)
}

// TestWhatCannotBeKeptEndsTheReading: documents that would come for ever end when
// the database fails, and the error is the database's.
func TestWhatCannotBeKeptEndsTheReading(t *testing.T) {
	l := open(t, t.TempDir())
	inputs := func(yield func(ingest.Input) bool) {
		for i := 0; ; i++ {
			text := []byte(strings.Repeat(fmt.Sprintf("Text %d. ", i), 500))
			name := fmt.Sprint(i, ".txt")
			if !yield(ingest.Input{Path: name, Source: name, Load: func() ([]byte, error) { return text, nil }}) {
				return
			}
		}
	}
	_, err := l.Put(t.Context(), inputs, 0, func(p library.Progress) {
		if p.Files == 10 {
			require.NoError(t, l.Close())
		}
	})
	require.Error(t, err)
	require.NotErrorIs(t, err, context.Canceled)
}
