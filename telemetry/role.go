package telemetry

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

const (
	// maxValues is how many values a label has that is not bounded otherwise.
	maxValues = 64
	// collectTime bounds how long what is looked up for a page may take.
	collectTime = 2 * time.Second
)

// Options are what New may be told.
type Options struct {
	// Version is that of the program.
	Version string
	// Log is told of each request, at level info; nil for nothing.
	Log *slog.Logger
	// Tracing takes the spans; nil for nobody.
	Tracing *Tracing
}

// Role is what one role of a process tells of itself. It is for one room that is open
// once. Methods of a nil Role do nothing.
type Role struct {
	name     string
	registry *prometheus.Registry
	to       prometheus.Registerer // the registry, with the label role
	log      *slog.Logger
	tracer   trace.Tracer // nil if nobody takes spans
	requests requests
	checks   checks
	paid     paid
}

// New returns what the role with that name tells of itself.
func New(name string, o Options) *Role {
	r := &Role{name: name, registry: prometheus.NewRegistry(), log: o.Log}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.to = prometheus.WrapRegistererWith(prometheus.Labels{"role": name}, r.registry)
	r.tracer = o.Tracing.tracer(name)
	r.Gauge("weal_role_info", "What runs.", func() float64 { return 1 }, "version", o.Version, "go_version", runtime.Version())
	r.requests.register(r)
	r.checks.register(r)
	return r
}

// Name returns the role's name.
func (r *Role) Name() string {
	if r == nil {
		return ""
	}
	return r.name
}

// labels makes pairs of a name and a value labels.
func labels(pairs []string) prometheus.Labels {
	out := prometheus.Labels{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// Counter returns a new counter. pairs are labels and their values.
func (r *Role) Counter(name, help string, pairs ...string) *Counter {
	if r == nil {
		return nil
	}
	c := &Counter{}
	r.CounterOf(name, help, c.value, pairs...)
	return c
}

// CounterOf has what f returns told as a counter.
func (r *Role) CounterOf(name, help string, f func() float64, pairs ...string) {
	if r != nil {
		r.to.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels(pairs)}, f))
	}
}

// Counters returns counters that differ in one label.
func (r *Role) Counters(name, help, label string) *Counters {
	if r == nil {
		return nil
	}
	c := &Counters{
		newFamily(maxValues, other, func(string) *Counter { return &Counter{} }), prometheus.NewDesc(name, help, []string{label}, nil),
	}
	r.to.MustRegister(c)
	return c
}

// Gauge has what f returns told.
func (r *Role) Gauge(name, help string, f func() float64, pairs ...string) {
	if r != nil {
		r.to.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels(pairs)}, f))
	}
}

// Histogram returns a new histogram with the bounds of its buckets.
func (r *Role) Histogram(name, help string, bounds []float64, pairs ...string) *Histogram {
	if r == nil {
		return nil
	}
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds, ConstLabels: labels(pairs)})
	r.to.MustRegister(h)
	return &Histogram{h}
}

// Histograms returns histograms that differ in one label.
func (r *Role) Histograms(name, help string, bounds []float64, label string) *Histograms {
	if r == nil {
		return nil
	}
	vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, []string{label})
	r.to.MustRegister(vec)
	return &Histograms{newFamily(maxValues, other, func(value string) *Histogram {
		return &Histogram{vec.WithLabelValues(value).(prometheus.Histogram)} //nolint:errcheck // that is what it is
	})}
}

// Sums has what f tells, by the value of one label, told as gauges. f is asked for each
// page, and has little time. What it cannot find out is left out.
func (r *Role) Sums(name, help, label string, f func(ctx context.Context, tell func(value string, n float64)) error) {
	if r != nil {
		r.to.MustRegister(&sums{r: r, name: name, desc: prometheus.NewDesc(name, help, []string{label}, nil), f: f})
	}
}

// sums collects what is looked up for each page.
type sums struct {
	r    *Role
	name string
	desc *prometheus.Desc
	f    func(context.Context, func(string, float64)) error
}

// Describe implements prometheus.Collector.
func (s *sums) Describe(out chan<- *prometheus.Desc) { out <- s.desc }

// Collect implements prometheus.Collector.
func (s *sums) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTime)
	defer cancel()
	told := map[string]float64{}
	err := s.f(ctx, func(value string, n float64) {
		if _, ok := told[value]; !ok && len(told) >= maxValues {
			value = other
		}
		told[value] += n
	})
	if err != nil {
		s.r.log.Warn("a metric is not known now", "metric", s.name, "err", err)
		return
	}
	for value, n := range told {
		out <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, n, value)
	}
}
