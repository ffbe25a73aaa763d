package telemetry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/wire"
)

// TestLogRepeatsNothingOfOthers: what another program has written may be a question.
func TestLogRepeatsNothingOfOthers(t *testing.T) {
	relayed := wire.ReadError(http.StatusBadGateway, []byte(`{"error":{"message":"cannot answer: canary","type":"t","code":"canary"}}`))
	strange := wire.ReadError(http.StatusBadGateway, []byte("canary"))
	upstream := wire.NewError(http.StatusBadGateway, wire.TypeUpstream, "upstream_refused", "it said: %s", "canary")
	for _, err := range []error{relayed, strange, upstream, fmt.Errorf("vault 3: %w", relayed), errors.Join(errors.New("a"), upstream)} {
		var log strings.Builder
		l, oops := telemetry.NewLogger(&log, telemetry.FormatJSON, slog.LevelInfo)
		require.NoError(t, oops)
		l.With("vault", err).Error("failed", "err", err, "other", slog.GroupValue(slog.Any("err", err)))
		require.NotContains(t, log.String(), "canary")
		var line struct{ Msg, Err string }
		require.NoError(t, json.Unmarshal([]byte(log.String()), &line))
		require.Contains(t, line.Err, "status 502, code ")
	}
	var log strings.Builder
	l, err := telemetry.NewLogger(&log, telemetry.FormatText, slog.LevelDebug)
	require.NoError(t, err)
	l.Warn("failed", "err", relayed)
	require.Contains(t, log.String(), "canary", "at level debug the owner sees it")

	log.Reset()
	l, err = telemetry.NewLogger(&log, telemetry.FormatText, slog.LevelWarn)
	require.NoError(t, err)
	l.Warn("failed", "err", errors.New("disk full"), "took", 3)
	l.Info("not told")
	require.Contains(t, log.String(), `err="disk full" took=3`)
	require.NotContains(t, log.String(), "not told")
}

func TestLogFlags(t *testing.T) {
	for name, want := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError} {
		got, err := telemetry.ParseLevel(name)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := telemetry.ParseLevel("loud")
	require.ErrorContains(t, err, "want debug, info, warn or error")
	_, err = telemetry.NewLogger(nil, "xml", slog.LevelWarn)
	require.ErrorContains(t, err, "want text or json")
}
