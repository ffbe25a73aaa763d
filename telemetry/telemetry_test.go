package telemetry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/wire"
)

// asked serves a request at h and returns its answer.
func asked(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func shop() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathCompletions, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderLane) != "" {
			wire.WriteError(w, wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "payment_required", "pay"))
			return
		}
		e := wire.NewEvents(w)
		_ = e.Send("text")
		_ = e.End()
	})
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, _ *http.Request) {
		wire.WriteError(w, wire.ReadError(http.StatusBadGateway, []byte(`{"error":{"message":"m","code":"what it likes"}}`)))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	return mux
}

func TestRequestsAreCountedByRouteWayAndClass(t *testing.T) {
	r := telemetry.New("gateway", telemetry.Options{Version: "v1"})
	first := r.Histogram("first_byte", "First bytes.", telemetry.Seconds)
	r.FirstByte("POST "+wire.PathCompletions, first)
	h := r.Handler(shop())
	require.Equal(t, http.StatusPaymentRequired, asked(h, http.MethodPost, wire.PathCompletions, wire.HeaderLane, "1/0/0 1").Code)
	for range 2 {
		w := asked(h, http.MethodPost, wire.PathCompletions, wire.HeaderPayment, "x")
		require.Equal(t, http.StatusOK, w.Code)
		require.True(t, w.Flushed, "a stream is not held back")
	}
	asked(h, http.MethodPost, wire.PathCompletions, "Authorization", "Bearer k")
	asked(h, http.MethodPost, wire.PathCompletions, "PAYMENT-SIGNATURE", "p")
	for i := range 1000 {
		asked(h, http.MethodGet, fmt.Sprintf("/things/%d", i), wire.HeaderLane, "no way of asking for this")
		asked(h, fmt.Sprintf("GUESS%d", i), fmt.Sprintf("/guess/%d", i))
	}
	page := metricsOf(t, r)
	require.Equal(t, []string{
		`weal_http_requests_total{role="gateway",route="GET /things/{id}",status="5xx",way=""} 1000`,
		`weal_http_requests_total{role="gateway",route="POST /v1/chat/completions",status="2xx",way="key"} 1`,
		`weal_http_requests_total{role="gateway",route="POST /v1/chat/completions",status="2xx",way="lane"} 2`,
		`weal_http_requests_total{role="gateway",route="POST /v1/chat/completions",status="2xx",way="x402"} 1`,
		`weal_http_requests_total{role="gateway",route="POST /v1/chat/completions",status="4xx",way="quote"} 1`,
		`weal_http_requests_total{role="gateway",route="other",status="4xx",way=""} 1000`,
	}, some(page, "weal_http_requests_total{"), "nothing that a client makes up is a label")
	require.Equal(t, []string{
		`weal_http_refusals_total{code="payment_required",role="gateway"} 1`, `weal_http_refusals_total{code="relayed",role="gateway"} 1000`,
	}, some(page, "weal_http_refusals_total{"))
	require.Contains(t, page, `weal_http_requests_in_flight{role="gateway"} 0`)
	require.Contains(t, page, `first_byte_count{role="gateway"} 4`, "only answers count, not refusals")
}

// some are the lines of a page that start with a text and are not zero.
func some(page, start string) (lines []string) {
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, start) && !strings.HasSuffix(line, " 0\n") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// metricsOf is the page of a role.
func metricsOf(t *testing.T, r *telemetry.Role) string {
	t.Helper()
	mux := http.NewServeMux()
	r.Serve(mux, "token")
	w := asked(mux, http.MethodGet, telemetry.PathMetrics, "Authorization", "Bearer token")
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}

func TestPanicsAreCounted(t *testing.T) {
	r := telemetry.New("vault", telemetry.Options{})
	h := r.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	require.Panics(t, func() { asked(h, http.MethodGet, "/") })
	require.Contains(t, metricsOf(t, r), `weal_http_requests_in_flight{role="vault"} 0`)
}

func TestLabelsAreBounded(t *testing.T) {
	r := telemetry.New("model", telemetry.Options{})
	c := r.Counters("made_up", "What others make up.", "word")
	h := r.Histograms("sizes", "Sizes.", []float64{1}, "word")
	for i := range 10_000 {
		c.Of(fmt.Sprint(i)).Inc()
		h.Of(fmt.Sprint(i)).Note(1)
	}
	r.Sums("looked_up", "What is looked up.", "word", func(_ context.Context, tell func(string, float64)) error {
		for i := range 10_000 {
			tell(fmt.Sprint(i), 1)
		}
		return nil
	})
	page := metricsOf(t, r)
	for _, name := range []string{"made_up{", "sizes_count{", "looked_up{"} {
		require.NotEmpty(t, some(page, name))
		require.LessOrEqual(t, len(some(page, name)), 65, name)
	}
	require.Contains(t, page, `made_up{role="model",word="other"} 9936`)
}

func TestWhatCannotBeLookedUpIsLeftOut(t *testing.T) {
	r := telemetry.New("vault", telemetry.Options{})
	r.Sums("broken", "Broken.", "word", func(context.Context, func(string, float64)) error { return errors.New("down") })
	page := metricsOf(t, r)
	require.Empty(t, some(page, "broken"))
	require.Contains(t, page, "weal_role_info", "all else is told")
}

func TestMetricsWantAToken(t *testing.T) {
	mux := http.NewServeMux()
	telemetry.New("vault", telemetry.Options{}).Serve(mux, "admin", "", "scrape")
	for _, token := range []string{"", "Bearer ", "Bearer other", "scrape", "Basic scrape"} {
		w := asked(mux, http.MethodGet, telemetry.PathMetrics, "Authorization", token)
		require.Equal(t, http.StatusUnauthorized, w.Code, token)
		require.Contains(t, w.Body.String(), "weal metrics")
	}
	for _, token := range []string{"admin", "scrape"} {
		require.Equal(t, http.StatusOK, asked(mux, http.MethodGet, telemetry.PathMetrics, "Authorization", "Bearer "+token).Code)
	}
}

func TestPageHasAllRoles(t *testing.T) {
	a, b := telemetry.New("vault", telemetry.Options{}), telemetry.New("model", telemetry.Options{})
	b.Check("chain", "look at the node", func(context.Context) error { return errors.New("its text is nobody's business") })
	h := telemetry.Page(a, b, nil)
	w := asked(h, http.MethodGet, telemetry.PathMetrics)
	require.Equal(t, http.StatusOK, w.Code)
	for _, want := range []string{`weal_role_info{`, `role="vault"`, `role="model"`, "go_goroutines", `weal_ready{check="chain",role="model"} 0`} {
		require.Contains(t, w.Body.String(), want)
	}
	w = asked(h, http.MethodGet, telemetry.PathReady)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "nobody's business")
	require.Equal(t, http.StatusNotFound, asked(h, http.MethodGet, "/").Code)
}

func TestReady(t *testing.T) {
	var log strings.Builder
	logger, err := telemetry.NewLogger(&log, telemetry.FormatText, 0)
	require.NoError(t, err)
	r := telemetry.New("vault", telemetry.Options{Log: logger})
	mux := http.NewServeMux()
	r.Serve(mux)
	ask := func() (int, telemetry.Readiness) {
		w := asked(mux, http.MethodGet, telemetry.PathReady)
		var out telemetry.Readiness
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
		return w.Code, out
	}
	status, out := ask()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, telemetry.Readiness{Ready: true, Role: "vault", Checks: []telemetry.Checked{}}, out)

	calls := 0
	r.Check("database", "look at the disk", func(ctx context.Context) error {
		calls++
		_, bounded := ctx.Deadline()
		require.True(t, bounded)
		return errors.New("no space left at /home/somebody")
	})
	for range 50 {
		status, out = ask()
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, []telemetry.Checked{{Name: "database", Problem: "look at the disk"}}, out.Checks)
	}
	require.LessOrEqual(t, calls, 5, "who asks often makes no work")
	require.Contains(t, log.String(), "no space left at /home/somebody", "the owner learns why")
	require.Equal(t, 1, strings.Count(log.String(), "no space left"), "and once")
}

// TestNobodyTold: a room that is told of to nobody runs as if nothing were here.
func TestNobodyTold(t *testing.T) {
	var r *telemetry.Role
	r.Counter("a", "").Inc()
	r.Counters("a", "", "b").Of("c").Add(2)
	r.Histogram("a", "", nil).Note(1)
	r.Histograms("a", "", nil, "b").Of("c").Note(1)
	r.Gauge("a", "", nil)
	r.Sums("a", "", "b", nil)
	r.Check("a", "", nil)
	r.FirstByte("a", nil)
	r.Serve(nil)
	require.True(t, r.Ready(t.Context()).Ready)
	h := http.NewServeMux()
	require.Same(t, h, r.Handler(h))
	require.Same(t, http.DefaultTransport, r.Transport(nil))
	require.Same(t, http.DefaultClient, r.Client(http.DefaultClient))
	ctx, end := r.Span(t.Context(), "a")
	end(errors.New("b"))
	require.Equal(t, t.Context(), ctx)
}

// BenchmarkRequest is what a request costs that is counted, and BenchmarkRequestBare
// one that is not.
func BenchmarkRequest(b *testing.B) {
	benchmark(b, telemetry.New("gateway", telemetry.Options{}).Handler(plain()))
}

func BenchmarkRequestBare(b *testing.B) { benchmark(b, plain()) }

func plain() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathCompletions, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	return mux
}

type nowhere struct{ h http.Header }

func (n nowhere) Header() http.Header         { return n.h }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

func benchmark(b *testing.B, h http.Handler) {
	req := httptest.NewRequest(http.MethodPost, wire.PathCompletions, http.NoBody)
	req.Header.Set(wire.HeaderPayment, "x")
	w := nowhere{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, req)
	}
}
