// Package keeptest is for tests of what keeps its state with package keep.
//
// What always holds: a database that [Killed] has copied is what a kill of the
// process at that moment would leave to the next.
package keeptest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Journal returns what lies in the journals of the database at path.
func Journal(t testing.TB, path string) (all []byte) {
	t.Helper()
	for _, name := range journals(t, path) {
		b, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // its changes are in the tables
		}
		require.NoError(t, err)
		all = append(all, b...)
	}
	return all
}

func journals(t testing.TB, path string) []string {
	t.Helper()
	names, err := filepath.Glob(path + "-log*-*")
	require.NoError(t, err)
	return names
}

// Killed copies the database at path as it lies, with all that belongs to it, into
// the folder into, and returns its path there. The process goes on with the old one.
// Nothing may be written meanwhile, but for what keep does by itself.
func Killed(t testing.TB, path, into string) string {
	t.Helper()
	to := filepath.Join(into, filepath.Base(path))
	// What keep does by itself goes from the journal to the log, and from there to
	// the database: copied against that order, nothing is missed.
	for _, name := range append(journals(t, path), path+"-wal", path) {
		b, err := os.ReadFile(name)
		if os.IsNotExist(err) && name != path {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to+strings.TrimPrefix(name, path), b, 0o600))
	}
	return to
}
