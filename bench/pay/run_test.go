package pay_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/bench/pay"
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

// TestRun pays in small, and finds what must hold at any speed: one signature,
// nothing lost, and what was settled is what the receipts say.
func TestRun(t *testing.T) {
	var parts []string
	f, err := pay.Run(t.Context(), pay.Config{
		Command: self, Lanes: 8, Time: 2 * time.Second, Warm: 200 * time.Millisecond, Queries: 20,
		Progress: func(part string, done, all int) {
			require.LessOrEqual(t, done, all)
			parts = append(parts, part)
		},
	})
	require.NoError(t, err)
	t.Logf("%+v", f)
	require.Equal(t, 1, f.Signatures)
	require.Equal(t, 100, f.Payees)
	require.Zero(t, f.Lost)
	require.Greater(t, f.Queries, 20+2)
	require.Equal(t, f.SumReceipts, f.SumSettled)
	require.NotEqual(t, "0", f.SumSettled)
	for _, v := range []float64{f.Verify, f.Ed25519, f.PaidP50, f.FreeP50, f.QPSOneProcess, f.QPSProcesses, f.CPUOneProcess, f.CPUProcesses} {
		require.Positive(t, v)
	}
	require.InDelta(t, f.PaidP50-f.FreeP50, f.AddedP50, 0.002)
	require.Contains(t, parts, "settling")
	require.Contains(t, f.Method, "8 lanes")
}

func TestRunRefuses(t *testing.T) {
	for _, cfg := range []pay.Config{{}, {Command: self, Lanes: -1}, {Command: self, Lanes: 257}, {Command: self, Queries: 9}} {
		_, err := pay.Run(t.Context(), cfg)
		require.ErrorContains(t, err, "measure paying")
	}
}

// TestOnlyHereIsUnpaid: no program but this one can have roles that nobody pays.
func TestOnlyHereIsUnpaid(t *testing.T) {
	unpaid := regexp.MustCompile(`[{,\s]Unpaid:|\.Unpaid = `)
	root := filepath.Join("..", "..")
	var found []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil && unpaid.Match(b) {
			found = append(found, filepath.Dir(path))
		}
		return err
	}))
	for _, dir := range found {
		require.Contains(t, []string{".", filepath.Join(root, "bench", "pay")}, dir)
	}
	require.NotEmpty(t, found)
}
