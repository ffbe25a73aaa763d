package gateway

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

func TestMeasures(t *testing.T) {
	db, err := keep.Open(filepath.Join(t.TempDir(), "counts.db"))
	require.NoError(t, err)
	defer db.Close()
	now := time.Unix(1_700_000_000, 0)
	open := func() *measures {
		m, err := openMeasures(t.Context(), db, func() time.Time { return now }, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		return m
	}
	m := open()
	require.Equal(t, Measure{Asset: 7}, m.of(7))
	require.InDelta(t, 0.5, m.of(7).quality(), 1e-9)
	m.began(7, 100*time.Millisecond)
	m.served(7, true)
	m.began(7, 200*time.Millisecond)
	m.served(7, false)
	require.InDelta(t, 120, m.of(7).FirstMillis, 1e-9)
	require.InDelta(t, 3.0/4*2/3, m.of(7).quality(), 1e-9)

	// Who fails is left out, for longer each time, until something comes.
	for _, pause := range []time.Duration{2, 4, 8} {
		m.failed(7)
		require.True(t, m.down(7))
		now = now.Add(pause*time.Second - 1)
		require.True(t, m.down(7))
		now = now.Add(1)
		require.False(t, m.down(7))
	}
	for range 40 {
		m.failed(7)
	}
	now = now.Add(downMost)
	require.False(t, m.down(7), "it is left out for ever")
	m.failed(7)
	m.began(7, time.Millisecond)
	require.False(t, m.down(7))
	m.failed(7)
	now = now.Add(downFor)
	require.False(t, m.down(7), "what came does not count")

	// It outlives a restart, but for who is down.
	want := m.of(7)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	m.run(ctx)
	require.Equal(t, want, open().of(7))

	// More than can be remembered are not.
	for id := range 2 * maxMeasured {
		m.failed(types.AssetID(1_000 + id))
	}
	require.Len(t, m.all, maxMeasured)
}
