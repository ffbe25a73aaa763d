package purse

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// TestTasksPayForTheirInputAlone: what is paid at once is paid to the tick, and a
// gateway that quotes more than the texts have is not paid.
func TestTasksPayForTheirInputAlone(t *testing.T) {
	q := &question{task: true, path: wire.PathEmbeddings}
	q.body = []byte(`{"input":["0123456789","0123456789"]}`) // 20 bytes: 5 tokens
	meter := func(prompt, most uint32) wire.Meter {
		return wire.Meter{Asset: 5, Kind: types.KindModel, Price: amount(20), Tokens: 2, Prompt: prompt, Most: most}
	}
	use := wire.Meter{Asset: 6, Kind: types.KindApp, Price: amount(500), Prompt: 1, Most: 1}
	require.NoError(t, q.onlyTask(&wire.Quote{Meters: []wire.Meter{meter(3, 3), use}}))
	for name, quote := range map[string]*wire.Quote{
		"a tick too many":    {Meters: []wire.Meter{meter(3, 4), use}},
		"a larger prompt":    {Meters: []wire.Meter{meter(4, 4), use}},
		"too little":         {Meters: []wire.Meter{meter(2, 2), use}},
		"passages":           {Meters: []wire.Meter{meter(3, 3), use}, Vaults: []wire.Offer{{Asset: 9}}},
		"all that there are": {Meters: []wire.Meter{meter(3, 1<<20), use}},
	} {
		require.ErrorIs(t, q.onlyTask(quote), ErrQuote, name)
	}
	require.EqualValues(t, 5, q.taskTokens())

	other := &question{body: []byte(`{}`)}
	require.NoError(t, other.onlyTask(&wire.Quote{Meters: []wire.Meter{meter(3, 4)}}), "an answer is paid by ticks")
	require.Zero(t, other.taskTokens())
}
