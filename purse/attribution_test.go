package purse

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/wire"
)

// kept returns the app's receipt as the purse keeps it.
func keptOfApp(t *testing.T, p *Purse) Kept {
	t.Helper()
	all, err := p.Receipts(t.Context(), Filter{Asset: appID})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all[0]
}

func TestAttributionIsKeptAndProven(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Len(t, a.Attribution, 3)
	require.EqualValues(t, 1, a.Attribution[0].Cites)
	require.EqualValues(t, 0, a.Attribution[2].Cites)
	k := keptOfApp(t, p)
	require.Equal(t, a.Attribution, k.Attribution)
	require.Equal(t, k.Detail, k.Attribution.Detail())
	n := 0
	require.NoError(t, p.EachReceipt(t.Context(), Filter{}, func(k Kept) error {
		if len(k.Attribution) > 0 {
			n++
		}
		return nil
	}))
	require.Equal(t, 1, n)

	proof, err := p.Prove(t.Context(), k.Hash().String())
	require.NoError(t, err)
	b, err := json.Marshal(proof)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &proof))
	lane := w.lanes[k.Lane].Key
	app := w.asset[appID].Key
	require.NoError(t, proof.Verify(app, lane))
	require.Equal(t, a.Attribution, proof.Attribution)

	forged := proof
	forged.Attribution = slices.Clone(proof.Attribution)
	forged.Attribution[0].Cites++
	require.ErrorIs(t, forged.Verify(app, lane), attribution.ErrShares)
	forged.Attribution, err = attribution.Make([]attribution.Passage{proof.Attribution[0].Passage}, "")
	require.NoError(t, err)
	require.ErrorIs(t, forged.Verify(app, lane), pay.ErrUse)
}

// TestGatewayLiesAboutPassages plays a gateway that says, or commits to, something
// else than the answer's text and passages come to. The payer is told, and keeps no
// record that is not so.
func TestGatewayLiesAboutPassages(t *testing.T) {
	favour := func(r attribution.Record) { // one vault over the others
		r[0].Cites, r[0].Citation = 100, attribution.Million
		for i := range r[1:] {
			r[i+1].Citation = 0
		}
	}
	tests := map[string]struct {
		record  func(attribution.Record)
		trailer func(*wire.Trailer)
		says    string
	}{
		"lies and commits to it":      {record: favour, says: "is not what the answer's text and passages come to"},
		"another band":                {record: func(r attribution.Record) { r[1].Band = 0 }, says: "is not what"},
		"another chunk":               {record: func(r attribution.Record) { r[1].Chunk[0]++ }, says: "is not what"},
		"says another":                {trailer: func(tr *wire.Trailer) { favour(tr.Attribution) }, says: "is not what"},
		"says nothing":                {trailer: func(tr *wire.Trailer) { tr.Attribution = nil }, says: "is not what"},
		"says it twice":               {trailer: func(tr *wire.Trailer) { tr.Attribution = append(tr.Attribution, tr.Attribution...) }, says: "is not what"},
		"says it and commits to none": {trailer: without, says: "its receipt does not commit to it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.gate.onRecord, w.gate.onTrailer = test.record, test.trailer
			p := w.purse(openDB(t), 1)
			a, err := p.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Contains(t, strings.Join(a.Problems, "\n"), test.says)
			require.Empty(t, a.Attribution)
			require.Len(t, a.Receipts, 4, "the receipts hold")
			require.Empty(t, keptOfApp(t, p).Attribution)
		})
	}
}

// TestReceiptCommitsToAnother plays a gateway whose receipt commits to another record
// than the one it sends.
func TestReceiptCommitsToAnother(t *testing.T) {
	w := newWorld(t)
	truth := attribution.Record(nil)
	w.gate.onRecord = func(r attribution.Record) {
		if truth == nil {
			truth = slices.Clone(r)
		}
		r[0].Cites++
	}
	w.gate.onTrailer = func(tr *wire.Trailer) { tr.Attribution = truth }
	a, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Contains(t, strings.Join(a.Problems, "\n"), "commits to something else")
	require.Empty(t, a.Attribution)
}

// TestNoAttribution plays a gateway of before: its receipts have no detail.
func TestNoAttribution(t *testing.T) {
	w := newWorld(t)
	w.gate.onTrailer = func(tr *wire.Trailer) { without(tr); tr.Attribution = nil }
	a, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Empty(t, a.Attribution)
}

// without takes the detail off the app's receipt.
func without(tr *wire.Trailer) {
	for i, s := range tr.Receipts {
		if s.Asset != appID {
			continue
		}
		s.Detail = [32]byte{}
		signed, err := pay.SignGroup([]pay.Receipt{s.Receipt}, testKey(uint64(appID)))
		if err != nil {
			panic(err)
		}
		tr.Receipts[i] = signed[0]
	}
}

// TestVaultsThatKeepQuestions are shown before and after the answer is paid.
func TestVaultsThatKeepQuestions(t *testing.T) {
	w := newWorld(t)
	w.gate.onQuote = func(q *wire.Quote) { q.Vaults[1].KeepsQuestions = 30 }
	var shown Bill
	ask := w.ask()
	ask.Approve = func(_ context.Context, b Bill) error { shown = b; return nil }
	a, err := w.purse(openDB(t), 1).Ask(t.Context(), ask)
	require.NoError(t, err)
	want := []Keeping{{Asset: vaultB, Days: 30}}
	require.Equal(t, want, a.Keeping)
	require.Equal(t, want, shown.Keeping)
}
