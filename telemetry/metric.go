package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Counter counts. A nil Counter counts nothing.
type Counter struct{ n atomic.Uint64 }

// Inc counts one.
func (c *Counter) Inc() { c.Add(1) }

// Add counts n.
func (c *Counter) Add(n uint64) {
	if c != nil {
		c.n.Add(n)
	}
}

func (c *Counter) value() float64 { return float64(c.n.Load()) }

// other is the value of a label that has as many values as it may have.
const other = "other"

// family is what differs by a label, whose values come as they do, up to a bound. Who
// looks one up that is known waits for nobody.
type family[K comparable, T any] struct {
	most int
	over K // stands for all values beyond the bound
	make func(value K) T

	mu    sync.Mutex // held to add
	known atomic.Pointer[map[K]T]
}

func newFamily[K comparable, T any](most int, over K, make func(value K) T) *family[K, T] {
	f := &family[K, T]{most: most, over: over, make: make}
	f.known.Store(&map[K]T{})
	return f
}

func (f *family[K, T]) of(value K) T {
	if v, ok := (*f.known.Load())[value]; ok {
		return v
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	known := *f.known.Load()
	if len(known) >= f.most {
		value = f.over
	}
	if v, ok := known[value]; ok {
		return v
	}
	v := f.make(value)
	more := maps.Clone(known)
	more[value] = v
	f.known.Store(&more)
	return v
}

// Counters count by the value of one label. Nil Counters count nothing.
type Counters struct {
	*family[string, *Counter]
	desc *prometheus.Desc
}

// Of returns the counter of a value of the label. Beyond the values that there may be
// it is that of "other".
func (c *Counters) Of(value string) *Counter {
	if c == nil {
		return nil
	}
	return c.of(value)
}

// Describe implements prometheus.Collector.
func (c *Counters) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect implements prometheus.Collector.
func (c *Counters) Collect(out chan<- prometheus.Metric) {
	for value, n := range *c.known.Load() {
		out <- prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, n.value(), value)
	}
}

// Histogram tells how large something was, and how often. A nil one tells nothing.
type Histogram struct{ prometheus.Histogram }

// Note takes one down.
func (h *Histogram) Note(v float64) {
	if h != nil {
		h.Observe(v)
	}
}

// Histograms are histograms by the value of one label.
type Histograms struct{ *family[string, *Histogram] }

// Of returns the histogram of a value of the label, as Counters.Of does.
func (h *Histograms) Of(value string) *Histogram {
	if h == nil {
		return nil
	}
	return h.of(value)
}

// Seconds are the bounds of how long a request takes: from what a quote adds to the
// whole of a long answer.
var Seconds = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120}

// Amounts are the bounds of amounts in the smallest unit, whatever its decimals.
var Amounts = prometheus.ExponentialBuckets(1, 10, 25)

// Tokens are the bounds of how many tokens a prompt or an answer has, as OpenTelemetry
// has them.
var Tokens = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576}
