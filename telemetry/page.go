package telemetry

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weal-network/weal/wire"
)

// PathMetrics is where Prometheus asks.
const PathMetrics = "/metrics"

// maxPages is how many pages of metrics are made at once.
const maxPages = 4

// process has what Go and the system say of this process.
var process = func() prometheus.Gatherer {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}()

// page is the metrics of all, in the format that the client asks for.
func page(all ...prometheus.Gatherer) http.Handler {
	return promhttp.HandlerFor(prometheus.Gatherers(all), promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: maxPages, EnableOpenMetrics: true,
	})
}

// Serve adds the role's pages to mux: PathReady for anyone, and PathMetrics for who
// shows one of tokens as a bearer token. Whoever asks from this machine may be a proxy
// that asks for the world, so that an address is no token.
func (r *Role) Serve(mux *http.ServeMux, tokens ...string) {
	if r == nil {
		return
	}
	mux.HandleFunc("GET "+PathReady, r.serveReady)
	metrics := page(r.registry, process)
	mux.HandleFunc("GET "+PathMetrics, func(w http.ResponseWriter, req *http.Request) {
		if !shows(req, tokens) {
			wire.WriteError(w, wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "invalid_metrics_token",
				"metrics tell what the %s earns: send the token of its home, which weal metrics --scrape prints, as Authorization: Bearer TOKEN", r.name))
			return
		}
		metrics.ServeHTTP(w, req)
	})
}

// shows reports whether a request has one of tokens.
func shows(req *http.Request, tokens []string) bool {
	given, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	return ok && slices.ContainsFunc(tokens, func(t string) bool {
		return t != "" && subtle.ConstantTimeCompare([]byte(given), []byte(t)) == 1
	})
}

// Page serves, without a token, the metrics of roles and of all else in this process
// that is in Prometheus' default registry, and whether all roles are ready. It is for
// a listener that only the owner reaches.
func Page(roles ...*Role) http.Handler {
	all := []prometheus.Gatherer{prometheus.DefaultGatherer}
	for _, r := range roles {
		if r != nil {
			all = append(all, r.registry)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+PathMetrics, page(all...))
	mux.HandleFunc("GET "+PathReady, func(w http.ResponseWriter, req *http.Request) {
		status, out := http.StatusOK, []Readiness{}
		for _, r := range roles {
			ready := r.Ready(req.Context())
			if out = append(out, ready); !ready.Ready {
				status = http.StatusServiceUnavailable
			}
		}
		wire.WriteJSON(w, status, map[string]any{"ready": status == http.StatusOK, "roles": out})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_found",
			"there is no %s here; there is GET %s and GET %s", req.Method, PathMetrics, PathReady))
	})
	return mux
}

// Gatherer has all metrics of the role.
func (r *Role) Gatherer() prometheus.Gatherer { return r.registry }
