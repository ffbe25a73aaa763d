package purse

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// whole is what a question to the honest gateway costs: two passages of A, one of
// B, the app, and the model's ticks for prompt and text.
func (w *world) whole() types.Amount {
	return amount(2*1000 + 700 + 500 + 20*(3+uint64(len(w.gate.text())+15)/16))
}

func TestAskHonestGateway(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	var deltas strings.Builder
	var early []Citation
	ask := w.ask()
	ask.OnDelta = func(s string) {
		require.Len(t, early, 3, "passages come before text")
		deltas.WriteString(s)
	}
	ask.OnCitations = func(c []Citation) { early = c }

	a, err := p.Ask(t.Context(), ask)
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Empty(t, w.gate.faults)
	require.Equal(t, w.gate.text(), a.Text)
	require.Equal(t, a.Text, deltas.String())
	require.Equal(t, "stop", a.FinishReason)
	require.Equal(t, w.whole(), a.Total)
	require.Len(t, a.Receipts, 4)
	require.Len(t, a.Citations, 3)
	for i, c := range a.Citations {
		require.True(t, c.Proof)
		require.Equal(t, i < 2, c.Quoted, "only [1] and [2] are in the text")
		require.NoError(t, c.Path.Verify(c.Chunk, w.asset[c.Asset].Root))
	}
	require.Equal(t, Item{vaultA, types.KindData, "0xowner10", amount(2000)}, a.Items[0])
	require.Equal(t, Item{vaultB, types.KindData, "0xowner11", amount(700)}, a.Items[1])
	require.Equal(t, Item{appID, types.KindApp, "0xowner13", amount(500)}, a.Items[3])
}

func TestAskManyTimesFoldsTicksAndReceipts(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	var total types.Amount
	for n := range 4 {
		a, err := p.Ask(t.Context(), w.ask())
		require.NoError(t, err)
		require.Empty(t, a.Problems)
		total, _ = total.Add(a.Total)
		require.Equal(t, uint64(n+1), a.Seq)
	}
	require.Empty(t, w.gate.faults)

	spent, err := p.Spent(t.Context())
	require.NoError(t, err)
	require.Equal(t, []Sum{{denom, total}}, spent.Today)
	require.Equal(t, spent.Today, spent.Ever)

	kept, err := p.Receipts(t.Context(), Filter{Asset: modelID})
	require.NoError(t, err)
	require.Len(t, kept, 4)
	kept, err = p.Receipts(t.Context(), Filter{Tab: 7, Limit: 5})
	require.NoError(t, err)
	require.Len(t, kept, 5)
	kept, err = p.Receipts(t.Context(), Filter{Tab: 8})
	require.NoError(t, err)
	require.Empty(t, kept)

	// The ticks of the last question are in no leaf yet, and are owed all the same.
	lanes, err := p.Lanes(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, total, lanes[0].Promised)
	require.Equal(t, uint64(4), lanes[0].LastSeq)
}

func TestVoucherCommitsToEarlierReceipts(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	_, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	second, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	kept, err := p.Receipts(t.Context(), Filter{})
	require.NoError(t, err)
	hashes := make([]types.Hash, 4)
	for _, k := range kept {
		if k.Seq < second.Seq {
			hashes[k.Place] = k.Hash()
		}
	}
	require.Equal(t, pay.MerkleRoot(hashes), w.gate.quotes["q-7/0/0-2"].payment.Voucher.Receipts)
}

func TestStreamedKeepsTheRest(t *testing.T) {
	for in, want := range map[string]string{
		`{"messages":[],"x":1.50,"stream":false}`: `{"messages":[],"stream":true,"x":1.50}`,
		`{}`: `{"stream":true}`,
	} {
		got, err := streamed([]byte(in))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	for _, in := range []string{``, `[]`, `null`, `"x"`, `{} {}`} {
		_, err := streamed([]byte(in))
		require.Error(t, err, in)
	}
}
