// Package collector is the way of a process's spans to a collector, by OTLP over HTTP.
//
// It is apart from telemetry so that rooms do not depend on what encodes spans. What is
// set is set as OpenTelemetry has it, by the environment: OTEL_EXPORTER_OTLP_ENDPOINT
// and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, _HEADERS, _TIMEOUT, _CERTIFICATE,
// OTEL_TRACES_SAMPLER, OTEL_BSP_*, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME. Without
// an endpoint no span is made.
package collector

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/weal-network/weal/telemetry"
)

// errorEvery is how often the log is told that spans are lost.
const errorEvery = time.Minute

// Open has spans sent to the collector that the environment names, as
// OpenTelemetry has it: OTEL_EXPORTER_OTLP_ENDPOINT and its kin. It returns nil if
// there is none.
func Open(ctx context.Context, version string, log *slog.Logger) (*telemetry.Tracing, error) {
	named := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	if !named || strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return nil, nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if p := os.Getenv(name); p != "" && p != "http/protobuf" {
			return nil, fmt.Errorf("%s is %q: spans are sent as http/protobuf only, for which collectors listen on port 4318; unset it", name, p)
		}
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("open traces: %w", err)
	}
	var mu sync.Mutex
	var told time.Time
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(told) >= errorEvery {
			told = now
			log.Warn("spans are lost", "err", err)
		}
	}))
	return telemetry.NewTracing(version, sdktrace.NewBatchSpanProcessor(exporter)), nil
}
