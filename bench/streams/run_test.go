package streams_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/bench/pay"
	"github.com/weal-network/weal/bench/streams"
)

// serveRole is the argument that makes this program one role of a run.
const serveRole = "serve-role"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == serveRole {
		if err := pay.Serve(context.Background(), os.Args[2], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func self(ctx context.Context, text string) *exec.Cmd {
	return exec.CommandContext(ctx, os.Args[0], serveRole, text)
}

// TestRun asks in small, of upstreams and clients that fail in every way: nobody is
// paid for what was not delivered, and all that is owed is settled.
func TestRun(t *testing.T) {
	f, err := streams.Run(t.Context(), streams.Config{Command: self, Streams: 20, Time: 5 * time.Second, Seed: 7})
	require.NoError(t, err)
	t.Logf("%+v", f)
	require.Zero(t, f.Violations)
	require.LessOrEqual(t, f.MostTicksAhead, int64(1))
	require.Zero(t, f.Failed, f.FirstFailure)
	require.GreaterOrEqual(t, f.Asked, 3*20)
	require.Positive(t, f.Whole)
	require.Positive(t, f.Cut)
	require.Positive(t, f.Broken)
	require.Positive(t, f.Slow)
	require.Equal(t, f.SumOwed, f.SumSettled)
	require.Equal(t, f.SumOwed, f.SumCredited)
	require.NotEqual(t, "0", f.SumOwed)
	require.Zero(t, f.UpstreamOpen)
	// How many connections are kept differs by how many questions the warm-up had at
	// once, up to three goroutines a stream; one for each question would be more.
	require.Less(t, f.GatewayGoroutinesEnd-f.GatewayGoroutines, 60)
	require.Less(t, f.ModelGoroutinesEnd-f.ModelGoroutines, 60)
	require.Less(t, f.VaultGoroutinesEnd-f.VaultGoroutines, 60)
}

func TestRunRefuses(t *testing.T) {
	for _, cfg := range []streams.Config{{}, {Command: self, Time: time.Second}, {Command: self, Streams: 1}, {Streams: 1, Time: time.Second}} {
		_, err := streams.Run(t.Context(), cfg)
		require.ErrorContains(t, err, "measure streams")
	}
}
