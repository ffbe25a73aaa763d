package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOldLogFilesGo(t *testing.T) {
	dir := t.TempDir()
	head := filepath.Join(dir, "wal")
	require.NoError(t, pruneWAL(filepath.Join(dir, "none", "wal")), "a chain that never ran has no log")
	for _, name := range []string{"wal", "wal.098", "wal.099", "wal.1000", "wal.old", "other.000"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, pruneWAL(head))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	require.Equal(t, []string{"other.000", "wal", "wal.1000", "wal.old"}, left)
}
