package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/spec"
)

// writeSpec lays the embedded specification out in the home, as the first
// knowledge to answer from, and returns its folder. Pages of an older version
// of Weal are replaced.
func writeSpec(h *home.Home) (string, error) {
	dir := h.Path("knowledge", "spec")
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("write demo knowledge: %w", err)
	}
	err := fs.WalkDir(spec.Pages, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		b, err := spec.Pages.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o600)
	})
	if err != nil {
		return "", fmt.Errorf("write demo knowledge: %w", err)
	}
	return dir, nil
}
