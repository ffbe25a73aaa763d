package ingest

import (
	"path/filepath"
	"strconv"
	"testing"
)

// BenchmarkTakeIn is the vault's side alone, for profiles.
func BenchmarkTakeIn(b *testing.B) {
	dir := b.TempDir()
	if err := generate(dir, 5); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(5e6)
	for i := range b.N {
		if _, err := takeIn(b.Context(), dir, filepath.Join(b.TempDir(), strconv.Itoa(i))); err != nil {
			b.Fatal(err)
		}
	}
}
