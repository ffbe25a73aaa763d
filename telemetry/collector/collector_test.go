package collector_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/telemetry/collector"
)

var log = slog.New(slog.DiscardHandler)

// alone clears what the machine's environment may say.
func alone(t *testing.T) {
	for _, name := range []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
		"OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER",
	} {
		t.Setenv(name, "")
	}
}

func TestSpansAreSent(t *testing.T) {
	alone(t)
	var mu sync.Mutex
	got := map[string]string{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got[r.URL.Path+" "+r.Header.Get("Content-Type")] += string(b)
	}))
	defer s.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	tracing, err := collector.Open(t.Context(), "v9", log)
	require.NoError(t, err)
	for _, role := range []string{"vault", "model"} {
		_, end := telemetry.New(role, telemetry.Options{Version: "v9", Tracing: tracing}).Span(t.Context(), "of the "+role)
		end(nil)
	}
	require.NoError(t, tracing.Close(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	all := got["/v1/traces application/x-protobuf"]
	for _, want := range []string{"weal-vault", "weal-model", "of the vault", "of the model", "v9"} {
		require.Contains(t, all, want)
	}
}

func TestNobodyIsNamed(t *testing.T) {
	alone(t)
	for _, env := range [][2]string{
		{"", ""}, {"OTEL_SDK_DISABLED", "true"}, {"OTEL_TRACES_EXPORTER", "none"},
	} {
		alone(t)
		if env[0] != "" {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			t.Setenv(env[0], env[1])
		}
		tracing, err := collector.Open(t.Context(), "", log)
		require.NoError(t, err)
		require.Nil(t, tracing)
		require.NoError(t, tracing.Close(t.Context()))
	}
}

func TestOtherProtocolsAreRefused(t *testing.T) {
	alone(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	_, err := collector.Open(t.Context(), "", log)
	require.ErrorContains(t, err, "4318")
	require.False(t, strings.Contains(err.Error(), "%!"))
}
