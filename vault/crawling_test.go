package vault_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
)

// TestAdminCrawl takes in a site through the owner's endpoint: the chain knows its
// pages then, nothing of it is plain on the disk, and what is removed is forgotten.
func TestAdminCrawl(t *testing.T) {
	var agents, requests atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if strings.Contains(r.UserAgent(), "mail@owner.example") {
			agents.Add(1)
		}
		out.Header().Set("Content-Type", "text/html")
		out.Header().Set("ETag", `"x"`)
		switch {
		case r.Header.Get("If-None-Match") != "":
			out.WriteHeader(http.StatusNotModified)
		case r.URL.Path == "/":
			_, _ = fmt.Fprint(out, `<h1>Quinces</h1><a href="figs">figs</a>`)
		case r.URL.Path == "/figs":
			_, _ = fmt.Fprint(out, `<p>Figs are purple.`)
		default:
			http.NotFound(out, r)
		}
	}))
	defer site.Close()
	w := newWorld(t)
	admin := w.vault.Admin("secret")
	call := func(options string) vault.Report {
		t.Helper()
		body := fmt.Sprintf(`{"start":[%q],"options":{"contact":"mail@owner.example","delay_ms":1%s}}`, site.URL, options)
		rec := do(t, admin, http.MethodPost, vault.PathAdminCrawl, "secret", body)
		require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())
		var last vault.AddLine
		for s := bufio.NewScanner(rec.Body); s.Scan(); {
			last = vault.AddLine{}
			require.NoError(t, json.Unmarshal(s.Bytes(), &last))
		}
		require.Nil(t, last.Error)
		return *last.Report
	}
	refused := call("") // this machine is no public address
	require.Zero(t, refused.Added)
	require.Contains(t, refused.Missed, "private network")
	require.Zero(t, requests.Load())

	r := call(`,"private":true`)
	require.Equal(t, 2, r.Added)
	require.Empty(t, r.Missed)
	require.True(t, r.Published)
	require.Equal(t, w.vault.Root(), r.Root)
	require.Equal(t, requests.Load(), agents.Load())
	require.Len(t, w.offer(lane(0), 1, "purple").Items, 1)
	require.Equal(t, 2, call(`,"private":true`).Unchanged)
	cut := call(`,"private":true,"max_pages":1`)
	require.Contains(t, cut.Missed, "more than 1 pages")
	require.Zero(t, cut.Retired)

	b, err := os.ReadFile(filepath.Join(w.dir, vault.CrawlFile))
	require.NoError(t, err)
	require.NotContains(t, string(b), "figs")
	require.NotContains(t, string(b), strings.TrimPrefix(site.URL, "http://"))

	removed, err := w.vault.Remove(t.Context(), "", []string{site.URL + "/figs"})
	require.NoError(t, err)
	require.Equal(t, 1, removed.Erased)
	before := requests.Load()
	back := call(`,"private":true`)
	require.Equal(t, 1, back.Added)
	require.Equal(t, before+3, requests.Load(), "robots.txt and each page once: what was said of the removed one is forgotten")

	for body, status := range map[string]int{
		`{}`: http.StatusBadRequest, `{`: http.StatusBadRequest,
		`{"start":["https://example.org"],"options":{"delay_ms":-1}}`:          http.StatusUnprocessableEntity,
		`{"start":["https://example.org"],"options":{"contact":"a\nHost: b"}}`: http.StatusUnprocessableEntity,
	} {
		require.Equal(t, status, do(t, admin, http.MethodPost, vault.PathAdminCrawl, "secret", body).Code, body)
	}
	require.Equal(t, http.StatusUnauthorized, do(t, admin, http.MethodPost, vault.PathAdminCrawl, "", `{}`).Code)
}

func TestAdminReading(t *testing.T) {
	w := newWorld(t)
	admin := w.vault.Admin("secret")
	call := func(body string) (r library.Reading) {
		t.Helper()
		rec := do(t, admin, http.MethodPost, vault.PathAdminReading, "secret", body)
		require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())
		require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &r))
		return r
	}
	usual := library.Reading{Chunk: 450, MaxFile: 16 << 20, Off: []ingest.Format{}}
	require.Equal(t, usual, call(`{}`))
	want := library.Reading{Chunk: 450, MaxFile: 16 << 20, Off: []ingest.Format{ingest.Plain}}
	require.Equal(t, want, call(`{"off":["text"]}`))
	want.Chunk = 16
	require.Equal(t, want, call(`{"chunk":16}`), "what is not named stays")
	report := w.add()
	require.Equal(t, 1, report.Failed)
	require.Contains(t, report.Files[len(report.Files)-1].Reason, "switched off")
	for body, status := range map[string]int{
		`{"chunk":3}`: http.StatusUnprocessableEntity, `{"max_file":-1}`: http.StatusUnprocessableEntity,
		`{"off":["parchment"]}`: http.StatusBadRequest, `{`: http.StatusBadRequest,
	} {
		require.Equal(t, status, do(t, admin, http.MethodPost, vault.PathAdminReading, "secret", body).Code, body)
	}
	require.Equal(t, want, call(`{}`))
	require.Equal(t, usual, call(`{"chunk":0,"off":[]}`))
}

// TestStatusSaysHowFarAnAddIs while it runs, and not after it.
func TestStatusSaysHowFarAnAddIs(t *testing.T) {
	w := newWorld(t)
	var during *vault.Progress
	_, err := w.vault.Add(t.Context(), []string{w.docs}, func(vault.Progress) {
		s, err := w.vault.Status(t.Context())
		require.NoError(t, err)
		require.True(t, s.Adding)
		during = s.Progress
	})
	require.NoError(t, err)
	require.NotNil(t, during)
	require.Equal(t, 2, during.Files)
	require.Equal(t, 2, during.FilesTotal)
	s, err := w.vault.Status(t.Context())
	require.NoError(t, err)
	require.False(t, s.Adding)
	require.Nil(t, s.Progress)
}
