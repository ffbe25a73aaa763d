package telemetry

import (
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// maxRoutes is how many routes and ways are told apart: more than any mux has.
const maxRoutes = 256

// unmatched is the route of what no pattern of a mux names.
const unmatched = "other"

// requests counts what a role is asked.
type requests struct {
	routes   *family[routeKey, *route]
	busy     atomic.Int64
	refusals *Counters
	first    map[string]*Histogram // by route
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// routeKey is a route and a way of asking.
type routeKey struct{ pattern, way string }

// route counts what is asked by one route in one way.
type route struct {
	routeKey
	classes [5]prometheus.Counter // nil of the rare ones
	seconds prometheus.Observer
}

var classes = [5]string{"1xx", "2xx", "3xx", "4xx", "5xx"}

// class counts a request of a class.
func (q *requests) class(t *route, i int) {
	if c := t.classes[i]; c != nil {
		c.Inc()
		return
	}
	q.requests.WithLabelValues(t.pattern, t.way, classes[i]).Inc()
}

func (q *requests) register(r *Role) {
	q.first = map[string]*Histogram{}
	q.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "weal_http_requests_total", Help: "Requests, by route, way of asking and class of the status.",
	}, []string{"route", "way", "status"})
	q.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "weal_http_request_duration_seconds", Help: "From a request's head to the end of its answer.", Buckets: Seconds,
	}, []string{"route", "way"})
	r.to.MustRegister(q.requests, q.seconds)
	r.Gauge("weal_http_requests_in_flight", "Requests that are being answered.", func() float64 { return float64(q.busy.Load()) })
	q.refusals = r.Counters("weal_http_refusals_total", "Requests that failed, by the code of the error.", "code")
	q.routes = newFamily(maxRoutes, routeKey{pattern: unmatched}, func(k routeKey) *route {
		t := &route{routeKey: k, seconds: q.seconds.WithLabelValues(k.pattern, k.way)}
		for _, i := range []int{1, 3, 4} { // told as zero from the first request on, so that rates are right
			t.classes[i] = q.requests.WithLabelValues(k.pattern, k.way, classes[i])
		}
		return t
	})
}

// FirstByte has the time to the first byte of what a route answers with status 200
// told as h. It is called before anything is served.
func (r *Role) FirstByte(pattern string, h *Histogram) {
	if r != nil {
		r.requests.first[pattern] = h
	}
}

// headerX402 is as http.Header has it.
var headerX402 = http.CanonicalHeaderKey(x402.HeaderPayment)

// wayOf says how a request asks for something that is paid.
func wayOf(r *http.Request) string {
	switch h := r.Header; {
	case h[headerX402] != nil:
		return "x402"
	case h[wire.HeaderPayment] != nil:
		return "lane"
	case h[wire.HeaderLane] != nil:
		return "quote"
	case h["Authorization"] != nil:
		return "key"
	}
	return ""
}

// Handler serves next, and tells of its requests.
func (r *Role) Handler(next http.Handler) http.Handler {
	if r == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s := &served{ResponseWriter: w, began: time.Now()}
		r.requests.busy.Add(1)
		req, span := r.begin(req)
		defer func() {
			r.served(s, req, span)
			r.requests.busy.Add(-1)
		}()
		next.ServeHTTP(s, req)
	})
}

// probes reports whether a request only looks at the role, as a machine does all day.
func probes(req *http.Request) bool {
	switch req.URL.Path {
	case PathMetrics, PathReady, wire.PathHealth:
		return true
	}
	return false
}

// served tells of a request that is over.
func (r *Role) served(s *served, req *http.Request, span spanOf) {
	took := time.Since(s.began)
	pattern := req.Pattern
	if pattern == "" || strings.HasSuffix(pattern, "/") {
		pattern = unmatched
	}
	way := ""
	if _, path, _ := strings.Cut(pattern, " "); strings.HasPrefix(path, "/v1/") || path == wire.PathSearch {
		way = wayOf(req)
	}
	t := r.requests.routes.of(routeKey{pattern, way})
	status := s.status
	if status == 0 {
		status = http.StatusOK
	}
	r.requests.class(t, min(max(status/100, 1), 5)-1)
	t.seconds.Observe(took.Seconds())
	if s.refused != nil {
		r.requests.refusals.Of(codeOf(s.refused)).Inc()
	}
	if h := r.requests.first[pattern]; h != nil && status == http.StatusOK && !s.first.IsZero() {
		h.Note(s.first.Sub(s.began).Seconds())
	}
	span.end(t, status, s.refused)
	if !probes(req) && r.log.Enabled(req.Context(), slog.LevelInfo) {
		r.log.LogAttrs(req.Context(), slog.LevelInfo, "request", append([]slog.Attr{
			slog.String("route", pattern), slog.String("way", way), slog.Int("status", status), slog.Duration("took", took),
			slog.String("code", codeOf(s.refused)),
		}, span.attrs()...)...)
	}
}

// codeOf is the code of an error that this program has made; what another side has
// made is "relayed".
func codeOf(e *wire.Error) string {
	if e == nil {
		return ""
	}
	return e.Result()
}

// served is an answer on its way.
type served struct {
	http.ResponseWriter
	began   time.Time
	first   time.Time // when the first byte was written
	status  int
	refused *wire.Error
}

// Refused is told by wire.WriteError what the answer is.
func (s *served) Refused(e *wire.Error) { s.refused = e }

// WriteHeader implements http.ResponseWriter.
func (s *served) WriteHeader(status int) {
	if s.status == 0 && status >= 200 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (s *served) Write(b []byte) (int, error) {
	if s.first.IsZero() {
		s.first = time.Now()
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController flush what is below.
func (s *served) Unwrap() http.ResponseWriter { return s.ResponseWriter }
