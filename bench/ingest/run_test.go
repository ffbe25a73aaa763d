package ingest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunOnAFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, generate(dir, 1))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.txt"), []byte("a\x00b"), 0o600))
	steps := 0
	f, err := Run(t.Context(), Config{Dir: dir, Rounds: 1, Progress: func(string, int, int) { steps++ }})
	require.NoError(t, err)
	require.Positive(t, f.MBPerSecond)
	require.Positive(t, f.BleveMBPerSecond)
	require.InDelta(t, 1, f.MB, 0.1)
	require.Equal(t, 1, f.Failed)
	require.Greater(t, f.Files, 50)
	require.Greater(t, f.Chunks, f.Files)
	require.Positive(t, f.DiskMB)
	require.Positive(t, f.BleveDiskMB)
	require.Equal(t, 2, steps)
}

func TestGeneratedTextIsAlwaysTheSame(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	require.NoError(t, generate(one, 1))
	require.NoError(t, generate(two, 1))
	a, err := os.ReadFile(filepath.Join(one, "000", "000007.md"))
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(two, "000", "000007.md"))
	require.NoError(t, err)
	require.Equal(t, a, b)
}

func TestRunRefuses(t *testing.T) {
	_, err := Run(t.Context(), Config{})
	require.ErrorContains(t, err, "megabyte")
	_, err = Run(t.Context(), Config{Dir: t.TempDir()})
	require.ErrorContains(t, err, "no text")
	_, err = Run(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "none")})
	require.ErrorIs(t, err, os.ErrNotExist)
}
