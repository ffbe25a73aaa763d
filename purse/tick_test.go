package purse

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

func TestOwed(t *testing.T) {
	model := pay.TickLeaf{Tokens: 4, Prompt: 3, Most: 10}
	app := pay.TickLeaf{Prompt: 1, Most: 1}
	for _, test := range []struct {
		leaf  pay.TickLeaf
		bytes int
		want  uint32
	}{
		{model, 0, 0},    // nothing received, nothing owed
		{model, 1, 4},    // the prompt and the first tick
		{model, 16, 4},   // 4 tokens of 4 bytes
		{model, 17, 5},   // the fifth token
		{model, 112, 10}, // 28 tokens: all that was promised
		{model, 113, 10}, // never more
		{model, 1 << 30, 10},
		{app, 0, 0},
		{app, 1, 1},
		{app, 1 << 30, 1},
	} {
		require.Equal(t, test.want, owed(test.leaf, test.bytes), "%+v", test)
	}
}

// What is owed never falls as text arrives, never passes Most, and is never more
// than one tick ahead of what the text used.
func TestOwedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.Uint32Range(1, pay.MaxTicks).Draw(t, "most")
		leaf := pay.TickLeaf{
			Tokens: rapid.Uint32Range(0, 1<<20).Draw(t, "tokens"),
			Prompt: rapid.Uint32Range(0, most).Draw(t, "prompt"), Most: most,
		}
		n := rapid.IntRange(0, 1<<40).Draw(t, "bytes")
		k := owed(leaf, n)
		require.LessOrEqual(t, k, owed(leaf, n+rapid.IntRange(0, 1<<20).Draw(t, "more")))
		require.LessOrEqual(t, k, most)
		if leaf.Tokens > 0 && k > leaf.Prompt {
			used := uint64(k-leaf.Prompt-1) * uint64(leaf.Tokens)
			require.Less(t, used, types.Tokens(n))
		}
	})
}
