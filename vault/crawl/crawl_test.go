package crawl_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/crawl"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/seal"
)

// web is a site whose pages a test sets.
type web struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]http.HandlerFunc
	asked []string
	at    []time.Time
	busy  atomic.Int32
	most  atomic.Int32
}

func newWeb(t *testing.T, pages map[string]string) *web {
	t.Helper()
	w := &web{pages: map[string]http.HandlerFunc{}}
	for path, body := range pages {
		w.set(path, body)
	}
	w.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.most.Store(max(w.most.Load(), w.busy.Add(1)))
		defer w.busy.Add(-1)
		w.mu.Lock()
		w.asked = append(w.asked, r.URL.RequestURI())
		w.at = append(w.at, time.Now())
		h := w.pages[r.URL.RequestURI()]
		w.mu.Unlock()
		if h == nil {
			http.NotFound(out, r)
			return
		}
		h(out, r)
	}))
	t.Cleanup(w.Close)
	return w
}

// set makes a page that has an ETag of its content.
func (w *web) set(path, body string) {
	w.handle(path, func(out http.ResponseWriter, r *http.Request) {
		tag := fmt.Sprintf("%q", types.Hash([]byte(fmt.Sprintf("%-32.32s", body))).String())
		out.Header().Set("ETag", tag)
		if strings.Contains(body, "<a ") || strings.Contains(body, "<meta") || strings.Contains(body, "<link") {
			out.Header().Set("Content-Type", "text/html")
		}
		if r.Header.Get("If-None-Match") == tag {
			out.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(out, strings.ReplaceAll(body, "HOST", "http://"+r.Host))
	})
}

func (w *web) handle(path string, h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[path] = h
}

func (w *web) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

func crawler(t *testing.T, opts crawl.Options) *crawl.Crawler {
	t.Helper()
	opts.Private = true
	if opts.Delay == 0 {
		opts.Delay = time.Microsecond
	}
	c, err := crawl.New(opts)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// gather runs a crawl and returns the inputs by what follows the host.
func (w *web) gather(t *testing.T, run *crawl.Run) map[string]ingest.Input {
	t.Helper()
	got := map[string]ingest.Input{}
	for in := range run.Inputs(t.Context()) {
		name := strings.TrimPrefix(in.Path, w.URL)
		require.NotContains(t, got, name, "a page comes once")
		got[name] = in
	}
	return got
}

// came lists the pages that came without an error.
func came(got map[string]ingest.Input) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name].Err == nil {
			names = append(names, name)
		}
	}
	return names
}

func TestLinksAreFollowedWithinTheFolder(t *testing.T) {
	w := newWeb(t, map[string]string{
		"/robots.txt": "User-agent: *\nDisallow: /docs/private\n\nUser-agent: weal-vault\nDisallow: /docs/secret\n",
		"/docs/": `<a href="a.html">a</a><a href='b/'>b</a><a href="/outside">o</a><a href="secret">s</a><a href="private">p</a>
			<a href="logo.png">l</a><a rel="nofollow" href="unfollowed">n</a><a href="#top">t</a><a href="mailto:x@y.z">m</a><a href="../docs/./a.html#x">a</a>`,
		"/docs/a.html":    `<base href="/docs/c/"><a href="d">d</a><a href="HOST/docs/gone">g</a><a href="//other.test/docs/">x</a>`,
		"/docs/b/":        `<meta name="robots" content="noindex, nofollow"><a href="/docs/never">n</a>`,
		"/docs/c/d":       `<link rel="canonical" href="/docs/c/d"><a href="d?utm=1">again</a>`,
		"/docs/c/d?utm=1": `<link rel="canonical" href="/docs/c/d">again`,
		"/docs/private":   "others may not come here",
		"/docs/secret":    "no", "/docs/never": "no", "/docs/unfollowed": "no", "/outside": "no",
	})
	run := crawler(t, crawl.Options{Contact: "https://owner.example"}).Crawl(crawl.Source{Start: []string{w.URL + "/docs/index.html", w.URL + "/docs/"}})
	got := w.gather(t, run)
	require.Equal(t, []string{"/docs/", "/docs/a.html", "/docs/c/d", "/docs/private"}, came(got))
	require.ErrorIs(t, got["/docs/index.html"].Err, ingest.ErrRemoved)
	require.Len(t, got, 5, "what was not asked for by name is not told")
	asked := w.requests()
	require.Equal(t, "/robots.txt", asked[0])
	for _, never := range []string{"/docs/secret", "/docs/never", "/docs/unfollowed", "/outside", "/docs/logo.png"} {
		require.NotContains(t, asked, never)
	}
	require.EqualValues(t, 1, w.most.Load(), "one request at a time")
	require.Equal(t, ingest.HTML, got["/docs/a.html"].Format)
	roots := run.Roots()
	require.Len(t, roots, 4)
	require.NoError(t, roots[0].Err)
	require.True(t, roots[0].Covers(w.URL+"/docs/old"))
	require.False(t, roots[0].Covers(w.URL+"/docsold"))
	require.False(t, roots[0].Covers(w.URL+"/outside"))
}

func TestItSaysWhoItIs(t *testing.T) {
	w := newWeb(t, nil)
	var agents []string
	for _, path := range []string{"/robots.txt", "/"} {
		w.handle(path, func(_ http.ResponseWriter, r *http.Request) { agents = append(agents, r.UserAgent()) })
	}
	w.gather(t, crawler(t, crawl.Options{Contact: "mail@owner.example"}).Crawl(crawl.Source{Pages: []string{w.URL}}))
	require.Equal(t, []string{"weal-vault/1 (+mail@owner.example)", "weal-vault/1 (+mail@owner.example)"}, agents)
}

func TestSiteMaps(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, `<?xml version="1.0"?><urlset xmlns:image="i"><url><loc><![CDATA[HOST/m/c?a=1&b=2]]></loc><image:image><image:loc>HOST/m/i</image:loc></image:image></url></urlset>`)
	z.Close()
	w := newWeb(t, map[string]string{
		"/m/map.xml": `<sitemapindex><sitemap><loc>HOST/m/one.xml</loc></sitemap><sitemap><loc> HOST/m/two.xml.gz </loc></sitemap><sitemap><loc>HOST/m/map.xml</loc></sitemap></sitemapindex>`,
		"/m/one.xml": `<urlset><url><loc>HOST/m/a</loc><lastmod>2024</lastmod></url><url><loc>HOST/m/b?x=1&amp;y=2</loc></url><url><loc>HOST/other</loc></url><url><loc>ftp://x/</loc></url></urlset>`,
		"/m/a":       `<a href="/m/linked">not followed</a>`, "/m/b?x=1&y=2": "b", "/m/linked": "no", "/other": "no", "/m/c?a=1&b=2": "c",
	})
	w.handle("/m/two.xml.gz", func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "application/x-gzip")
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		fmt.Fprintf(z, `<urlset><url><loc><![CDATA[http://%s/m/c?a=1&b=2]]></loc><image:image><image:loc>http://%s/m/i</image:loc></image:image></url></urlset>`, r.Host, r.Host)
		z.Close()
		out.Write(b.Bytes())
	})
	run := crawler(t, crawl.Options{}).Crawl(crawl.Source{Maps: []string{w.URL + "/m/map.xml"}})
	got := w.gather(t, run)
	require.Equal(t, []string{"/m/a", "/m/b?x=1&y=2", "/m/c?a=1&b=2"}, came(got))
	require.ErrorIs(t, got["/other"].Err, crawl.ErrScope)
	require.Error(t, got["ftp://x/"].Err)
	require.NoError(t, run.Roots()[0].Err)

	w.set("/m/map.xml", "<html>no map</html>")
	run = crawler(t, crawl.Options{}).Crawl(crawl.Source{Maps: []string{w.URL + "/m/map.xml"}})
	require.ErrorContains(t, w.gather(t, run)["/m/map.xml"].Err, "no site map")
	require.Error(t, run.Roots()[0].Err, "what a broken map does not name is not gone")
	w.set("/m/map.txt", "# ours\nHOST/m/a\n\nHOST/m/c?a=1&b=2\n")
	require.Len(t, came(w.gather(t, crawler(t, crawl.Options{}).Crawl(crawl.Source{Maps: []string{w.URL + "/m/map.txt"}}))), 2)
}

func TestWhatHasNotChangedIsNotFetchedAgain(t *testing.T) {
	w := newWeb(t, map[string]string{"/": `<a href="a">a</a><a href="b">b</a>`, "/a": "<p>first</p>", "/b": "<p>second</p>"})
	keys, err := seal.New(seal.NewKey())
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "crawl.db")
	state, err := crawl.OpenState(t.Context(), file, keys)
	require.NoError(t, err)
	defer state.Close()
	now := time.Unix(1_700_000_000, 0)
	opts := crawl.Options{State: state, Now: func() time.Time { return now }}
	shelf := map[string]types.Hash{} // as a library keeps them
	put := func(opts crawl.Options) map[string]string {
		run := crawler(t, opts).Crawl(crawl.Source{Start: []string{w.URL}})
		states := map[string]string{}
		for in := range run.Inputs(t.Context()) {
			d := ingest.Read(in, shelf[in.Path], ingest.Options{})
			require.NoError(t, d.Err)
			state := "added"
			if _, ok := shelf[in.Path]; ok {
				state = "changed"
			}
			if d.Unchanged {
				state = "unchanged"
			}
			shelf[in.Path] = d.SHA
			states[strings.TrimPrefix(in.Path, w.URL)] = state
		}
		require.NoError(t, run.Missed())
		return states
	}
	added := put(opts)
	require.Equal(t, map[string]string{"/": "added", "/a": "added", "/b": "added"}, added)
	before := len(w.requests())
	w.set("/a", "<p>first, changed</p>")
	require.Equal(t, map[string]string{"/": "unchanged", "/a": "changed", "/b": "unchanged"}, put(opts),
		"links are followed though their page has not changed")
	require.Equal(t, before+4, len(w.requests()))

	opts.Fresh = time.Hour
	require.Len(t, put(opts), 3)
	require.Equal(t, before+5, len(w.requests()), "of what is fresh only robots.txt is asked for")
	now = now.Add(2 * time.Hour)
	put(opts)
	require.Equal(t, before+9, len(w.requests()))

	for _, name := range []string{file, file + "-wal"} {
		if b, err := os.ReadFile(name); err == nil {
			require.NotContains(t, string(b), strings.TrimPrefix(w.URL, "http://"), "addresses are sealed")
		}
	}

	clear(shelf) // a vault that has lost its documents
	require.Equal(t, added, put(opts))
}

func TestRedirects(t *testing.T) {
	w := newWeb(t, map[string]string{"/d/real": "real"})
	to := func(path, where string) {
		w.handle(path, func(out http.ResponseWriter, r *http.Request) { http.Redirect(out, r, where, http.StatusFound) })
	}
	to("/d/moved", "/d/real")
	to("/d/ring", "/d/ring2")
	to("/d/ring2", "/d/ring")
	to("/d/out", "/elsewhere")
	to("/d/away", "http://169.254.169.254/latest/meta-data")
	to("/d/blocked", "/d/secret")
	to("/d/file", "file:///etc/passwd")
	for i := range 9 {
		to(fmt.Sprintf("/d/hop%d", i), fmt.Sprintf("/d/hop%d", i+1))
	}
	w.set("/robots.txt", "User-agent: *\nDisallow: /d/secret")
	w.set("/d/secret", "no")
	w.set("/d/map.txt", "HOST/d/moved\nHOST/d/ring\nHOST/d/out\nHOST/d/away\nHOST/d/blocked\nHOST/d/file\nHOST/d/hop0\n")
	run := crawler(t, crawl.Options{}).Crawl(crawl.Source{Maps: []string{w.URL + "/d/map.txt"}})
	got := w.gather(t, run)
	require.Equal(t, []string{"/d/real"}, came(got))
	require.ErrorIs(t, got["/d/out"].Err, crawl.ErrScope)
	require.ErrorIs(t, got["/d/away"].Err, crawl.ErrScope)
	require.ErrorIs(t, got["/d/secret"].Err, crawl.ErrRobots)
	require.ErrorIs(t, got["/d/hop5"].Err, crawl.ErrHops)
	require.Error(t, got["/d/file"].Err)
	require.NotContains(t, w.requests(), "/d/secret")
	require.NotContains(t, w.requests(), "/elsewhere")
}

func TestLimits(t *testing.T) {
	w := newWeb(t, map[string]string{"/": `<a href="big">b</a><a href="endless">e</a><a href="slow">s</a><a href="ok">o</a>`, "/ok": "fine"})
	w.set("/big", strings.Repeat("x", 5000))
	w.handle("/endless", func(out http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := out.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	w.handle("/slow", func(out http.ResponseWriter, r *http.Request) {
		fmt.Fprint(out, "x")
		out.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	run := crawler(t, crawl.Options{MaxBytes: 4000, MaxTime: 200 * time.Millisecond}).Crawl(crawl.Source{Pages: []string{
		w.URL + "/big", w.URL + "/endless", w.URL + "/slow", w.URL + "/ok", "gopher://x", w.URL + "/" + strings.Repeat("x", 3000),
	}})
	got := w.gather(t, run)
	require.Equal(t, []string{"/ok"}, came(got))
	require.ErrorIs(t, got["/big"].Err, ingest.ErrTooLarge)
	require.ErrorIs(t, got["/endless"].Err, ingest.ErrTooLarge)
	require.ErrorContains(t, got["/slow"].Err, "too long")
	require.Len(t, got, 6)

	w.handle("/t/", func(out http.ResponseWriter, _ *http.Request) { // a trap: each page leads to new ones
		for i := range 50 {
			fmt.Fprintf(out, `<a href="?%d-%d">x</a>`, time.Now().UnixNano(), i)
		}
	})
	run = crawler(t, crawl.Options{MaxPages: 20}).Crawl(crawl.Source{Start: []string{w.URL + "/t/"}})
	require.LessOrEqual(t, len(w.gather(t, run)), 20)
	require.ErrorContains(t, run.Roots()[0].Err, "more than 20 pages")
	require.ErrorContains(t, run.Missed(), "more than 20 pages")
	w.set("/l/", `<a href="1">x</a>`)
	w.set("/l/1", `<a href="2">x</a>`)
	w.set("/l/2", `<a href="3">x</a>`)
	run = crawler(t, crawl.Options{MaxDepth: 1}).Crawl(crawl.Source{Start: []string{w.URL + "/l/"}})
	require.Equal(t, []string{"/l/", "/l/1"}, came(w.gather(t, run)))
	require.ErrorContains(t, run.Missed(), "links from the start")
}

func TestPauses(t *testing.T) {
	const pause = 30 * time.Millisecond
	w := newWeb(t, map[string]string{"/": `<a href="a">a</a><a href="b">b</a>`, "/a": "a", "/b": "b"})
	w.gather(t, crawler(t, crawl.Options{Delay: pause}).Crawl(crawl.Source{Start: []string{w.URL}}))
	require.Len(t, w.at, 4)
	for i := range w.at[1:] {
		require.GreaterOrEqual(t, w.at[i+1].Sub(w.at[i]), pause)
	}
	w.set("/robots.txt", "User-agent: weal-vault\nCrawl-delay: 0.1\n")
	w.at = nil
	w.gather(t, crawler(t, crawl.Options{}).Crawl(crawl.Source{Start: []string{w.URL}}))
	for i := range w.at[1:] {
		require.GreaterOrEqual(t, w.at[i+1].Sub(w.at[i]), 100*time.Millisecond)
	}
}

func TestSitesInTrouble(t *testing.T) {
	w := newWeb(t, map[string]string{"/": `<a href="busy">b</a><a href="broken">x</a>`})
	tries := 0
	w.handle("/busy", func(out http.ResponseWriter, _ *http.Request) {
		if tries++; tries < 3 {
			out.Header().Set("Retry-After", "0")
			out.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(out, "at last")
	})
	w.handle("/broken", func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusInternalServerError) })
	run := crawler(t, crawl.Options{}).Crawl(crawl.Source{Start: []string{w.URL}})
	got := w.gather(t, run)
	require.Equal(t, []string{"/", "/busy"}, came(got))
	require.ErrorContains(t, got["/broken"].Err, "500")
	require.ErrorContains(t, run.Roots()[0].Err, "did not come", "nothing is gone while the site is in trouble")

	w.handle("/robots.txt", func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusBadGateway) })
	before := len(w.requests())
	run = crawler(t, crawl.Options{}).Crawl(crawl.Source{Start: []string{w.URL}, Pages: []string{w.URL + "/a"}})
	got = w.gather(t, run)
	require.Empty(t, came(got))
	require.ErrorContains(t, got["/"].Err, "robots.txt could not be had")
	require.Error(t, run.Missed())
	for _, path := range w.requests()[before:] {
		require.Equal(t, "/robots.txt", path)
	}
	run = crawler(t, crawl.Options{}).Crawl(crawl.Source{Start: []string{"http://127.0.0.1:1/"}})
	for in := range run.Inputs(t.Context()) {
		require.Error(t, in.Err)
	}
	require.Error(t, run.Roots()[0].Err)
}

func TestKinds(t *testing.T) {
	w := newWeb(t, nil)
	for path, kind := range map[string]string{
		"/a": "text/html; charset=windows-1251", "/b": "application/pdf", "/c.md": "text/plain", "/d": "image/png", "/e.pdf": "application/octet-stream",
		"/f": "application/octet-stream", "/g": "application/json", "/h.go": "text/plain; charset=utf-8",
	} {
		w.handle(path, func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Type", kind)
			out.Write([]byte("<p>\xcf\xf0\xe8"))
		})
	}
	var list []string
	for path := range w.pages {
		list = append(list, w.URL+path)
	}
	got := w.gather(t, crawler(t, crawl.Options{}).Crawl(crawl.Source{Pages: list}))
	require.Equal(t, []string{"/a", "/b", "/c.md", "/e.pdf", "/g", "/h.go"}, came(got))
	for path, want := range map[string]ingest.Format{
		"/a": ingest.HTML, "/b": ingest.PDF, "/c.md": ingest.Markdown, "/e.pdf": ingest.PDF, "/g": ingest.JSON, "/h.go": ingest.Code,
	} {
		require.Equal(t, want, got[path].Format, path)
	}
	d := ingest.Read(got["/a"], types.Hash{}, ingest.Options{})
	require.NoError(t, d.Err)
	require.Equal(t, "При", d.Text)
	require.ErrorIs(t, got["/d"].Err, ingest.ErrBinary)
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	w := newWeb(t, map[string]string{"/": "inside"})
	c, err := crawl.New(crawl.Options{Delay: time.Microsecond})
	require.NoError(t, err)
	port := w.URL[strings.LastIndexByte(w.URL, ':'):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"} {
		run := c.Crawl(crawl.Source{Pages: []string{"http://" + host + port + "/"}})
		n := 0
		for in := range run.Inputs(t.Context()) {
			require.ErrorIs(t, in.Err, crawl.ErrPrivate, host)
			n++
		}
		require.Equal(t, 1, n)
	}
	require.Empty(t, w.requests())
}

func TestARunCanBeEnded(t *testing.T) {
	w := newWeb(t, nil)
	w.handle("/", func(out http.ResponseWriter, _ *http.Request) {
		for i := range 100 {
			fmt.Fprintf(out, `<a href="%d">x</a>`, i)
		}
	})
	hang := make(chan struct{})
	defer close(hang)
	for i := range 100 {
		w.handle(fmt.Sprintf("/%d", i), func(out http.ResponseWriter, r *http.Request) {
			if i < 3 {
				fmt.Fprint(out, "page")
				return
			}
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	run := crawler(t, crawl.Options{}).Crawl(crawl.Source{Start: []string{w.URL}})
	n := 0
	for range run.Inputs(ctx) {
		if n++; n == 4 {
			cancel()
		}
	}
	require.Equal(t, 4, n)
	require.ErrorIs(t, run.Roots()[0].Err, context.Canceled)

	run = crawler(t, crawl.Options{}).Crawl(crawl.Source{Start: []string{w.URL}})
	for range run.Inputs(t.Context()) {
		break
	}
	require.Error(t, run.Roots()[0].Err, "who stops listening has not heard all")
}

func TestOptionsAreChecked(t *testing.T) {
	for want, o := range map[string]crawl.Options{
		"contact": {Contact: "a\r\nX: y"}, "pause": {Delay: time.Hour}, "positive": {MaxPages: -1},
	} {
		_, err := crawl.New(o)
		require.ErrorContains(t, err, want)
	}
}
