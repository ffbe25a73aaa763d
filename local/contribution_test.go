package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// The root is that of what the files hold: neither where the folder is nor the
// order that its files are named in matters, and every byte of them does.
func TestContentOf(t *testing.T) {
	write := func(dir, name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	one, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, other} {
		write(dir, "a.txt", "Exposure is the most that one tab owes.\n")
		write(dir, "b.txt", "A lane has a cap.\n")
	}
	want, err := ContentOf(t.Context(), []string{one})
	require.NoError(t, err)
	require.EqualValues(t, 2, want.Chunks)
	same, err := ContentOf(t.Context(), []string{other})
	require.NoError(t, err)
	require.Equal(t, want, same)
	turned, err := ContentOf(t.Context(), []string{filepath.Join(one, "b.txt"), filepath.Join(one, "a.txt")})
	require.NoError(t, err)
	require.Equal(t, want, turned)

	write(other, "b.txt", "A lane has a cup.\n")
	changed, err := ContentOf(t.Context(), []string{other})
	require.NoError(t, err)
	require.NotEqual(t, want.Root, changed.Root)
	_, err = ContentOf(t.Context(), []string{filepath.Join(one, "none.txt")})
	require.Error(t, err)
}

func TestOwed(t *testing.T) {
	row := func(id uint64, who string, owed ...uint64) ledger.Contribution {
		c := ledger.Contribution{ID: id, Contributor: who}
		for _, n := range owed {
			c.Earnings = append(c.Earnings, ledger.ContributionEarning{Owed: types.NewAmount(n)})
		}
		return c
	}
	all := []ledger.Contribution{row(1, "0xA", 0, 5), row(2, "0xA", 0), row(3, "0xB", 5), row(4, "0xA"), row(5, "0xA", 1)}
	require.Equal(t, []uint64{1, 5}, owed(all, "0xA"))
	require.Empty(t, owed(all, "0xC"))
}
