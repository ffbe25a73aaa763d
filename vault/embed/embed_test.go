package embed_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
)

// serve starts an endpoint and returns a client of it.
func serve(t *testing.T, h http.Handler, change func(*embed.Config)) *embed.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	cfg := embed.Config{URL: s.URL + "/v1", Model: embedtest.Model, Pause: time.Microsecond}
	if change != nil {
		change(&cfg)
	}
	c, err := embed.New(cfg)
	require.NoError(t, err)
	return c
}

// memory is a cache.
type memory struct {
	mu   sync.Mutex
	kept map[string][]byte
	puts int
	fail error
}

func (m *memory) Vectors(_ context.Context, model string, hashes []types.Hash) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([][]byte, len(hashes))
	for i, h := range hashes {
		out[i] = m.kept[model+h.String()]
	}
	return out, nil
}

func (m *memory) PutVectors(_ context.Context, model string, hashes []types.Hash, data [][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil && m.puts > 0 {
		return m.fail
	}
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	for i, h := range hashes {
		m.kept[model+h.String()] = data[i]
	}
	m.puts++
	return nil
}

func texts(all []string) embed.Texts {
	t := embed.Texts{Text: func(_ context.Context, i int) (string, error) { return all[i], nil }}
	for _, s := range all {
		t.Hashes = append(t.Hashes, sha256.Sum256([]byte(s)))
	}
	return t
}

func numbered(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("text number %d about thing%d", i, i))
	}
	return all
}

func cos(a, b []float32) (sum float64) {
	for i, x := range a {
		sum += float64(x) * float64(b[i])
	}
	return sum
}

func TestVectorsComeInTheOrderOfTheTexts(t *testing.T) {
	for _, base64 := range []bool{false, true} {
		e := embedtest.New(nil)
		c := serve(t, e, func(cfg *embed.Config) { cfg.Batch, cfg.Concurrency, cfg.Base64 = 3, 2, base64 })
		all := numbered(20)
		got, err := c.Documents(t.Context(), all)
		require.NoError(t, err)
		require.Len(t, got, 20)
		for i, v := range got {
			require.InDelta(t, 1, cos(v, v), 1e-6)
			q, err := c.Query(t.Context(), all[i])
			require.NoError(t, err)
			require.InDelta(t, 1, cos(v, q), 1e-6, "base64 %v", base64)
		}
		require.Less(t, cos(got[0], got[1]), 0.95)
		require.Equal(t, embedtest.Dims, c.Dims())
	}
}

func TestPrefixesAndCuts(t *testing.T) {
	e := embedtest.New(nil)
	c := serve(t, e, func(cfg *embed.Config) {
		cfg.DocumentPrefix, cfg.QueryPrefix, cfg.MaxInput = "passage: ", "query: ", 16
	})
	_, err := c.Documents(t.Context(), []string{"αβγδεζηθ", "x\xff"})
	require.NoError(t, err)
	_, err = c.Query(t.Context(), "q")
	require.NoError(t, err)
	require.Equal(t, []string{"passage: αβγ", "passage: x�", "query: q"}, e.Inputs())
	require.NotEqual(t, embedtest.Model, c.Name(), "vectors made in another way have another name")
	plain := serve(t, e, nil)
	require.Equal(t, embedtest.Model, plain.Name())
	_, err = plain.Query(t.Context(), " ")
	require.NoError(t, err)
	require.Equal(t, "-", e.Inputs()[3], "no text is empty")
}

// one embeds one document.
func one(t *testing.T, c *embed.Client) ([]float32, error) {
	t.Helper()
	v, err := c.Documents(t.Context(), []string{"d"})
	if err != nil {
		return nil, err
	}
	return v[0], nil
}

func TestWhatPassesIsTriedAgain(t *testing.T) {
	e := embedtest.New(nil)
	e.Fail(429, 500, 503, 408)
	_, err := one(t, serve(t, e, nil))
	require.NoError(t, err)
	e.Fail(500, 500, 500)
	_, err = one(t, serve(t, e, func(c *embed.Config) { c.Attempts = 3 }))
	require.ErrorIs(t, err, embed.ErrRefused)
	require.ErrorContains(t, err, "for the test")
	e.Fail(401)
	c := serve(t, e, func(c *embed.Config) { c.Key = "secret" })
	_, err = one(t, c)
	require.ErrorContains(t, err, "API key")
	require.NotContains(t, err.Error(), "secret")
	_, err = one(t, c)
	require.NoError(t, err, "401 was not tried again")
}

func TestQuestionsDoNotWaitForWhoDoesNotAnswer(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	var asked atomic.Int64
	c := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1); <-done }),
		func(c *embed.Config) { c.QueryTimeout, c.Rest = 30*time.Millisecond, time.Hour })
	for range 3 {
		_, err := c.Query(t.Context(), "q")
		require.ErrorIs(t, err, embed.ErrEndpoint)
		require.ErrorContains(t, err, "within 30ms")
	}
	require.EqualValues(t, 1, asked.Load(), "after one that got no answer it rests")
	e := embedtest.New(nil)
	c = serve(t, e, func(c *embed.Config) { c.Attempts, c.Rest = 1, time.Nanosecond })
	e.Fail(500)
	_, err := c.Query(t.Context(), "q")
	require.ErrorIs(t, err, embed.ErrRefused)
	_, err = c.Query(t.Context(), "q")
	require.NoError(t, err, "and then asks again")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c = serve(t, e, nil)
	_, err = c.Query(ctx, "q")
	require.ErrorIs(t, err, context.Canceled)
	_, err = c.Query(t.Context(), "q")
	require.NoError(t, err, "an asker who goes away keeps nobody from asking")
}

func TestRetryAfterIsHonoured(t *testing.T) {
	var times []time.Time
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		times = append(times, time.Now())
		if len(times) == 1 {
			w.Header().Set("Retry-After", "0.05")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte(`{"data":[{"embedding":[3,4]}]}`))
	}), nil)
	v, err := c.Query(t.Context(), "q")
	require.NoError(t, err)
	require.Equal(t, []float32{0.6, 0.8}, v)
	require.GreaterOrEqual(t, times[1].Sub(times[0]), 50*time.Millisecond)
}

func TestTooManyAreSentInHalves(t *testing.T) {
	e := embedtest.New(nil)
	e.Fail(413, 422)
	all := numbered(8)
	got, err := serve(t, e, func(c *embed.Config) { c.Concurrency = 1 }).Documents(t.Context(), all)
	require.NoError(t, err)
	require.Len(t, got, 8)
	require.Equal(t, all, e.Inputs())
	e.Fail(400)
	_, err = serve(t, e, nil).Query(t.Context(), "long")
	require.ErrorIs(t, err, embed.ErrRefused)
	require.ErrorContains(t, err, "lower")
}

func TestNobodyThereAndWrongModel(t *testing.T) {
	s := httptest.NewServer(embedtest.New(nil))
	s.Close()
	c, err := embed.New(embed.Config{URL: s.URL, Model: "m", Attempts: 2, Pause: time.Microsecond})
	require.NoError(t, err)
	_, err = c.Query(t.Context(), "q")
	require.ErrorIs(t, err, embed.ErrEndpoint)
	require.ErrorContains(t, err, "is it running")
	_, err = serve(t, embedtest.New(nil), func(c *embed.Config) { c.Model = "other" }).Query(t.Context(), "q")
	require.ErrorIs(t, err, embed.ErrRefused)
	require.ErrorContains(t, err, `model "other"`)
	for _, cfg := range []embed.Config{{}, {URL: "x", Model: "m"}, {URL: "http://x"}, {URL: "http://x", Model: "m", Batch: -1}} {
		_, err := embed.New(cfg)
		require.ErrorIs(t, err, embed.ErrConfig)
	}
}

func TestDimensionsDoNotChange(t *testing.T) {
	n := 2
	c := serve(t, embedtest.New(func(string) []float32 { return make3(n) }), nil)
	_, err := c.Query(t.Context(), "q")
	require.NoError(t, err)
	n = 3
	_, err = one(t, c)
	require.ErrorIs(t, err, embed.ErrDims)
	require.ErrorContains(t, err, "of 2 from it")
}

func make3(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

func TestWrongReplies(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `[]`, `{"data":[]}`, `{"data":[{"embedding":[]}]}`, `{"data":[{"embedding":[0,0]}]}`,
		`{"data":[{"embedding":[1]},{"embedding":[1]}]}`, `{"data":[{"index":1,"embedding":[1]}]}`,
		`{"data":[{"embedding":"AAA"}]}`, `{"data":[{"embedding":"AAAA"}]}`, `{"data":[{"embedding":["x"]}]}`,
		`{"data":[{"embedding":null}]}`, `{"data":[{"embedding":[1e39]}]}`, `{"data":[{"embedding":"//////////8="}]}`,
	} {
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }), nil)
		_, err := c.Query(t.Context(), "q")
		require.ErrorIs(t, err, embed.ErrReply, body)
	}
}

func TestFillAsksForWhatTheCacheLacks(t *testing.T) {
	e, cache := embedtest.New(nil), &memory{}
	c := serve(t, e, nil)
	all := append(numbered(600), "text number 3 about thing3") // the last is there twice
	var order []int
	use := func(i int, v []float32) error {
		order = append(order, i)
		want := embedtest.Vector(all[i])
		require.InDelta(t, math.Sqrt(cos(want, want)), cos(v, want), 1e-3)
		return nil
	}
	var done, asked int
	progress := func(d, a int) { done, asked = d, a }
	// The cache breaks in the second piece: what the first brought stays.
	cache.fail = errors.New("disk full")
	require.ErrorIs(t, c.Fill(t.Context(), cache, texts(all), use, progress), cache.fail)
	require.Equal(t, 256, done)
	require.Len(t, cache.kept, 256)
	cache.fail, order = nil, nil
	sent := len(e.Inputs())
	require.NoError(t, c.Fill(t.Context(), cache, texts(all), use, progress))
	require.Len(t, order, 601)
	require.IsIncreasing(t, order)
	require.Equal(t, 344, asked)
	require.Equal(t, 344, len(e.Inputs())-sent)
	require.NoError(t, c.Fill(t.Context(), cache, texts(all), use, progress))
	require.Zero(t, asked)
	// Vectors of other dimensions under the same name are found out.
	cache.kept = map[string][]byte{embedtest.Model + texts(all).Hashes[0].String(): embed.Encode([]float32{1, 0})}
	require.ErrorIs(t, c.Fill(t.Context(), cache, texts(all), use, progress), embed.ErrDims)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.Fill(ctx, &memory{}, texts(all), use, nil), context.Canceled)
}

func TestDecodeOfEncode(t *testing.T) {
	v, err := embed.Decode(embed.Encode([]float32{0.6, -0.8}))
	require.NoError(t, err)
	require.Equal(t, []float32{0.6, -0.8}, v)
	for _, b := range [][]byte{nil, {1}, {0, 0, 0, 0}, {0, 0, 192, 127}} {
		_, err := embed.Decode(b)
		require.ErrorIs(t, err, embed.ErrReply)
	}
}

func FuzzReply(f *testing.F) {
	f.Add(`{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":"AACAPwAAgD8="}]}`, 2)
	f.Add(`{"data":[{"embedding":[1e38,1e38]}]}`, 1)
	f.Add(`{"data":[{"index":-1}]}`, 1)
	f.Fuzz(func(t *testing.T, body string, n int) {
		n = 1 + (n&7+8)%8
		vectors, err := embed.Parse([]byte(body), n)
		if err != nil {
			if !errors.Is(err, embed.ErrReply) {
				t.Fatal(err)
			}
			return
		}
		if len(vectors) != n {
			t.Fatalf("%d vectors for %d texts", len(vectors), n)
		}
		for _, v := range vectors {
			if len(v) != len(vectors[0]) || math.Abs(cos(v, v)-1) > 1e-3 {
				t.Fatalf("vector %v of %q", v, strings.ToValidUTF8(body, "?"))
			}
		}
	})
}
