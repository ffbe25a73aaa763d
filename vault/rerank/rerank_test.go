package rerank_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/rerank"
)

func serve(t *testing.T, h http.HandlerFunc) *rerank.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := rerank.New(rerank.Config{URL: s.URL + "/v1/", Model: "m", Key: "secret", MaxInput: 8, Timeout: 100 * time.Millisecond})
	require.NoError(t, err)
	return c
}

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func TestOrder(t *testing.T) {
	var sent map[string]any
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/v1/rerank", r.URL.Path)
		require.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		require.NoError(t, json.NewDecoder(r.Body).Decode(&sent))
		answer(`{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.2},{"index":2,"relevance_score":0.9}]}`)(w, r)
	})
	got, err := c.Order(t.Context(), "the question", []string{"a", "b", "cccccccü"})
	require.NoError(t, err)
	require.Equal(t, []rerank.Scored{{1, 0.9}, {2, 0.9}, {0, 0.2}}, got)
	require.Equal(t, "the ques", sent["query"])
	require.Equal(t, []any{"a", "b", "ccccccc"}, sent["documents"], "cut between characters")
	require.Equal(t, sent["documents"], sent["texts"])
	got, err = c.Order(t.Context(), "q", nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestListsAndLogits(t *testing.T) {
	got, err := serve(t, answer(`[{"index":0,"score":-7.5},{"index":1,"score":2}]`)).Order(t.Context(), "q", []string{"a", "b"})
	require.NoError(t, err)
	require.Equal(t, 1, got[0].Place)
	require.InDelta(t, 0.88, got[0].Score, 0.01)
	require.Positive(t, got[1].Score)
}

func TestWhatDoesNotHelp(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `[]`, `"x"`, `[{"index":0,"score":1}]`, `[{"index":0,"score":1},{"index":0,"score":1}]`,
		`[{"index":0,"score":1},{"index":2,"score":1}]`, `[{"index":0,"score":1},{"index":1}]`, `[{"score":1},{"score":1}]`,
	} {
		_, err := serve(t, answer(body)).Order(t.Context(), "q", []string{"a", "b"})
		require.ErrorIs(t, err, rerank.ErrRerank, body)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such model", http.StatusNotFound) }).Order(t.Context(), "q", []string{"a"})
	require.ErrorContains(t, err, "no such model")
	done := make(chan struct{})
	defer close(done)
	_, err = serve(t, func(http.ResponseWriter, *http.Request) { <-done }).Order(t.Context(), "q", []string{"a"})
	require.ErrorIs(t, err, rerank.ErrRerank, "it takes no longer than it may")
	_, err = rerank.New(rerank.Config{URL: "host:1"})
	require.ErrorIs(t, err, rerank.ErrConfig)
}

func FuzzReply(f *testing.F) {
	f.Add(`{"results":[{"index":1,"relevance_score":0.9},{"index":0,"score":0}]}`, 2)
	f.Add(`[{"index":0,"score":1e308},{"index":1,"score":-1e308}]`, 2)
	f.Fuzz(func(t *testing.T, body string, n int) {
		n = (n&7 + 8) % 8
		got, err := rerank.Parse([]byte(body), n)
		if err != nil {
			return
		}
		seen := map[int]bool{}
		for i, s := range got {
			if s.Place < 0 || s.Place >= n || seen[s.Place] || !(s.Score > 0 && s.Score <= 1) || i > 0 && s.Score > got[i-1].Score {
				t.Fatal(errors.New("not an order"), got)
			}
			seen[s.Place] = true
		}
		if len(got) != n {
			t.Fatalf("%d of %d", len(got), n)
		}
	})
}
