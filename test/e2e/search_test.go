package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
)

type searchJSON struct {
	Passages []struct {
		N      int    `json:"n"`
		Source string `json:"source"`
		Text   string `json:"text"`
		Proof  bool   `json:"proof"`
	} `json:"passages"`
	Cost struct {
		Total types.Amount `json:"total"`
		Items []struct {
			Kind   types.Kind   `json:"kind"`
			Amount types.Amount `json:"amount"`
		} `json:"items"`
	} `json:"cost"`
	Receipts []struct {
		ID types.Hash `json:"id"`
	} `json:"receipts"`
	Problems []string `json:"problems"`
}

// TestSearchBuysSealedPassages buys passages alone, as a user does.
func TestSearchBuysSealedPassages(t *testing.T) {
	t.Parallel()
	h := shared(t)
	var s searchJSON
	h.read(t, &s, "search", "--limit", "2", question)
	require.Empty(t, s.Problems)
	require.Len(t, s.Passages, 2)
	for i, p := range s.Passages {
		require.True(t, p.Proof)
		require.NotEmpty(t, p.Text)
		require.Equal(t, i+1, p.N)
	}
	require.Len(t, s.Receipts, len(s.Cost.Items))
	require.NotEmpty(t, s.Cost.Items)
	for _, i := range s.Cost.Items {
		require.NotEqual(t, types.KindModel, i.Kind, "a model was paid")
		require.False(t, i.Amount.IsZero())
	}
	h.fails(t, 3, nil, "search", "turquoise Karelian queen")
}

// TestRemoveAndCheck removes what a user names, and looks through a vault that does not
// run, whole and damaged.
func TestRemoveAndCheck(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	docs := t.TempDir()
	write(t, "Wombats dig.\n", docs, "wombat.md")
	write(t, "Quokkas jump.\n", docs, "quokka.md")
	write(t, "\x00\x01\x02", docs, "bad.bin")
	require.Zero(t, h.run(t, "vault", "add", docs).code)
	require.NoError(t, os.Remove(filepath.Join(docs, "quokka.md")))
	require.Zero(t, h.run(t, "vault", "add", docs).code)
	states := func() map[string]string {
		var s struct{ Documents []library.DocumentStatus }
		h.read(t, &s, "vault", "status")
		out := map[string]string{}
		for _, d := range s.Documents {
			out[filepath.Base(d.Source)] = string(d.State)
		}
		return out
	}
	before := states()
	require.Equal(t, []string{"served", "retired", "refused"}, []string{before["wombat.md"], before["quokka.md"], before["bad.bin"]})

	o := h.run(t, "vault", "remove", "quokka.md", filepath.Join(docs, "bad.bin"), "nonexist")
	require.Equal(t, 1, o.code)
	require.Contains(t, o.err, "nonexist")
	require.Contains(t, o.out, "removed quokka.md: it was retired before")
	require.Contains(t, o.out, "removed bad.bin: it was refused")
	after := states()
	require.Equal(t, []string{"served", "", ""}, []string{after["wombat.md"], after["quokka.md"], after["bad.bin"]})
	h.fails(t, 1, []string{"stop it first"}, "vault", "check")

	h.kill()
	var c library.Checked
	h.read(t, &c, "vault", "check")
	require.True(t, c.Sound, c.Faults)
	path := filepath.Join(h.dir, "vault", library.FileName)
	require.NoError(t, os.WriteFile(path, []byte("no database, whatever it is called"), 0o600))
	o = h.run(t, "vault", "check")
	require.Equal(t, 1, o.code)
	require.Contains(t, o.out, path)
	h.fails(t, 1, []string{path, "weal vault check"}, "up", "--ports-from", "24000")
}
