package local

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/telemetry"
)

// maxMetrics bounds a page of metrics.
const maxMetrics = 64 << 20

// target is a page of metrics.
type target struct {
	name, url, token string
}

// targets are the pages of what runs in the home.
func (c *Client) targets() ([]target, error) {
	if p := c.Running.Ports.Metrics; p != 0 {
		return []target{{name: "weal", url: home.URL(p) + telemetry.PathMetrics}}, nil
	}
	token, err := c.Home.Token(metricsToken)
	if err != nil {
		return nil, err
	}
	var all []target
	for _, name := range slices.Sorted(maps.Keys(c.Running.Roles)) {
		all = append(all, target{"weal-" + name, c.Running.Roles[name].URL + telemetry.PathMetrics, token})
	}
	return all, nil
}

// Sample is one value of a metric.
type Sample struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

// Metrics returns the pages of metrics of what runs in the home, as Prometheus reads
// them.
func (c *Client) Metrics(ctx context.Context) (pages [][]byte, err error) {
	all, err := c.targets()
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		b, err := t.read(ctx)
		if err != nil {
			return nil, err
		}
		pages = append(pages, b)
	}
	return pages, nil
}

func (t target) read(ctx context.Context) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	if t.token != "" {
		req.Header.Set("Authorization", "Bearer "+t.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, &DownError{What: t.url, Err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxMetrics))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.url, err)
	}
	return b, nil
}

// Samples reads pages of metrics: their counters, gauges, and the sums and counts of
// their histograms.
func Samples(pages [][]byte) ([]Sample, error) {
	all := []Sample{}
	for _, page := range pages {
		p := expfmt.NewTextParser(model.LegacyValidation)
		families, err := p.TextToMetricFamilies(bytes.NewReader(page))
		if err != nil {
			return nil, fmt.Errorf("read metrics: %w", err)
		}
		for _, name := range slices.Sorted(maps.Keys(families)) {
			for _, m := range families[name].GetMetric() {
				all = append(all, samples(name, m)...)
			}
		}
	}
	return slices.DeleteFunc(all, func(s Sample) bool { return math.IsNaN(s.Value) || math.IsInf(s.Value, 0) }), nil
}

func samples(name string, m *dto.Metric) []Sample {
	labels := map[string]string{}
	for _, l := range m.GetLabel() {
		labels[l.GetName()] = l.GetValue()
	}
	switch {
	case m.Counter != nil:
		return []Sample{{name, labels, m.Counter.GetValue()}}
	case m.Gauge != nil:
		return []Sample{{name, labels, m.Gauge.GetValue()}}
	case m.Histogram != nil:
		return []Sample{{name + "_sum", labels, m.Histogram.GetSampleSum()}, {name + "_count", labels, float64(m.Histogram.GetSampleCount())}}
	case m.Summary != nil:
		return []Sample{{name + "_sum", labels, m.Summary.GetSampleSum()}, {name + "_count", labels, float64(m.Summary.GetSampleCount())}}
	}
	return []Sample{{name, labels, m.Untyped.GetValue()}}
}

// Scrape returns what Prometheus is told to read the metrics of what runs in the home.
func (c *Client) Scrape() (string, error) {
	all, err := c.targets()
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", errors.New("no role runs in this home")
	}
	var b strings.Builder
	b.WriteString("scrape_configs:\n")
	for _, t := range all {
		u, err := url.Parse(t.url)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "  - job_name: %s\n    scheme: %s\n    metrics_path: %s\n    static_configs:\n      - targets: [%q]\n",
			t.name, cmp.Or(u.Scheme, "http"), u.Path, u.Host)
		if t.token != "" {
			fmt.Fprintf(&b, "    authorization:\n      credentials: %s\n", t.token)
		}
	}
	return b.String(), nil
}
