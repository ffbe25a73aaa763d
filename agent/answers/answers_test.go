package answers_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/answers"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func id(n int) string { return fmt.Sprintf("%064x", n) }

// passage is one of a vault, with its proof.
func passage(t *testing.T, text string) (agent.Held, types.Hash) {
	t.Helper()
	p := wire.Passage{Source: "a.md", Heading: "A", End: uint64(len(text)), Text: text}
	tree := pay.NewTree([]types.Hash{{1}, p.Chunk().Hash()})
	p.Proof = tree.Proof(1)
	return agent.Held{N: 1, Asset: 10, Version: 1, Root: tree.Root(), Passage: p}, tree.Root()
}

// TestKept: what was bought is there again for its payer, over restarts, and for nobody
// else.
func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.db")
	open := func() *answers.Store {
		db, err := keep.OpenShared(path)
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		s, err := answers.Open(t.Context(), db, nil)
		require.NoError(t, err)
		return s
	}
	held, root := passage(t, "A passage.")
	k := agent.Kept{Answer: agent.Answer{ID: id(0xabcdef12), Text: "It is [1]."}, Passages: []agent.Held{held}}
	s := open()
	require.NoError(t, s.Put(t.Context(), "alice", k))
	require.NoError(t, s.Put(t.Context(), "alice", k), "the same again is the same")
	s = open()
	got, err := s.Get(t.Context(), "alice", strings.ToUpper(id(0xabcdef12)))
	require.NoError(t, err)
	cited, err := got.Cite(t.Context(), agent.Reference{N: []int{1}}, func(context.Context, types.AssetID, uint32) (types.Hash, error) { return root, nil })
	require.NoError(t, err)
	require.True(t, cited.Passages[0].Verified)
	require.True(t, cited.Passages[0].Quoted)
	_, err = got.Cite(t.Context(), agent.Reference{N: []int{2}}, nil)
	require.ErrorContains(t, err, "no passage [2]")

	for _, wrong := range []string{"", "0", "xyz", id(1), strings.Repeat("0", 65), "%", "0000000_"} {
		_, err := s.Get(t.Context(), "alice", wrong)
		require.ErrorIs(t, err, agent.ErrNotKept, wrong)
	}
	_, err = s.Get(t.Context(), "bob", id(0xabcdef12))
	require.ErrorIs(t, err, agent.ErrNotKept)
	require.NoError(t, s.Put(t.Context(), "alice", agent.Kept{Answer: agent.Answer{ID: id(1)}}))
	_, err = s.Get(t.Context(), "alice", "00000000")
	require.ErrorContains(t, err, "more digits")
}

// TestForged: a passage that is not what the chain commits to is not called verified.
func TestForged(t *testing.T) {
	held, root := passage(t, "A passage.")
	require.True(t, held.Show(root, false).Verified)
	require.False(t, held.Show(types.Hash{9}, false).Verified, "the chain has another root")
	other := held
	other.Text = "Another passage."
	require.False(t, other.Show(root, false).Verified)
	other = held
	other.Root = types.Hash{9}
	require.False(t, other.Show(root, false).Verified)
}

// TestOldestGo: of each payer so many are kept.
func TestOldestGo(t *testing.T) {
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "agent.db"))
	require.NoError(t, err)
	defer db.Close()
	now := time.UnixMilli(1)
	s, err := answers.Open(t.Context(), db, func() time.Time { return now })
	require.NoError(t, err)
	require.NoError(t, s.Put(t.Context(), "bob", agent.Kept{Answer: agent.Answer{ID: id(1)}}))
	for n := 1; n <= 2003; n++ {
		now = now.Add(time.Millisecond)
		require.NoError(t, s.Put(t.Context(), "alice", agent.Kept{Answer: agent.Answer{ID: id(n)}}))
	}
	all, err := s.List(t.Context(), "alice", 5000)
	require.NoError(t, err)
	require.Len(t, all, 2000)
	require.Equal(t, id(2003), all[0].Answer.ID)
	_, err = s.Get(t.Context(), "alice", id(3))
	require.ErrorIs(t, err, agent.ErrNotKept)
	_, err = s.Get(t.Context(), "bob", id(1))
	require.NoError(t, err)
}
