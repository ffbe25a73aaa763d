package gateway

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// child is the environment variable by which this test's binary is a role.
const child = "WEAL_BENCH_GATEWAY_ROLE"

func TestMain(m *testing.M) {
	if text := os.Getenv(child); text != "" {
		if err := Serve(context.Background(), text, os.Stdin, os.Stdout); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestRun measures for a moment: all calls come back, and figures are figures.
func TestRun(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("memory is read as Linux tells it")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	f, err := Run(t.Context(), Config{
		Rate: 200, Time: time.Second, Requests: 1500,
		Command: func(ctx context.Context, text string) *exec.Cmd {
			c := exec.CommandContext(ctx, self)
			c.Env = append(os.Environ(), child+"="+text)
			return c
		},
	})
	require.NoError(t, err)
	require.Zero(t, f.Errors)
	require.Equal(t, 100, f.Calls)
	require.Equal(t, 1500, f.Requests)
	require.Positive(t, f.DirectP50)
	require.Positive(t, f.Memory)
	require.GreaterOrEqual(t, f.Resident, f.Memory)
	_, err = Run(t.Context(), Config{})
	require.Error(t, err)
}
