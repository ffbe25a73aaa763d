package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/spec"
	"github.com/weal-network/weal/types"
)

// TestManifestIsHashedAsSaid: the line of shell in the help and in the
// specification prints the hash that the chain is told.
func TestManifestIsHashedAsSaid(t *testing.T) {
	require.Contains(t, assetRegister(&options{}).Long, hashManifest)
	page, err := spec.Pages.ReadFile("asset.md")
	require.NoError(t, err)
	require.Contains(t, string(page), hashManifest)

	f, err := local.ParseAssetFile([]byte("name: labels\nkind: work\nmanifest_uri: https://example.org/labels.json\ndenoms: [aweal]"))
	require.NoError(t, err)
	b, err := f.Manifest().Bytes()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "labels.json"), b, 0o600))
	cmd := exec.CommandContext(t.Context(), "sh", "-c", hashManifest)
	cmd.Dir = dir
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Equal(t, types.ManifestHash(b).String(), strings.TrimPrefix(strings.Fields(string(out))[0], "0x"))
}
