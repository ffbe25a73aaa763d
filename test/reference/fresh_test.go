//go:build clients

package reference_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFresh compiles the contract again, and finds what is kept here.
func TestFresh(t *testing.T) {
	if _, err := os.Stat("node_modules"); err != nil {
		command(t, "npm", "ci", "--no-audit", "--no-fund")
	}
	dir := t.TempDir()
	command(t, "node", "build.mjs", dir)
	for _, name := range []string{"ERC3525Burnable.hex", "ERC3525Burnable.abi.json"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is stale; write it anew with: npm run build", name)
	}
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, "%s %v\n%s", name, args, out)
}
