package purse

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func TestQuoteOfSeveralModels(t *testing.T) {
	for _, c := range []struct {
		models, answers, wanted int
		write                   int
		says                    string
	}{
		{0, 0, 0, 0, ""},
		{1, 0, 0, 0, ""},
		{1, 1, 0, 0, ""},
		{1, 0, 3, 0, ""},
		{2, 1, 0, 1, ""},
		{4, 1, 2, 1, ""},
		{2, 2, 2, 2, ""},
		{3, 3, 4, 3, ""},
		{0, 1, 0, 0, "1 of them write"},
		{1, 2, 2, 0, "2 of them write"},
		{2, 0, 2, 0, "0 of them write"},
		{2, 2, 1, 0, "2 of them write, of 1"},
		{3, 2, 2, 0, "2 of them write"},
		{3, 3, 2, 0, "of 2 that were asked for"},
		{2, -1, 2, 0, "-1 of them write"},
		{1, -1, 0, 0, "-1 of them write"},
		{5, 1, 0, 0, "names 5 models"},
	} {
		q := &wire.Quote{Answers: c.answers, Meters: []wire.Meter{{Kind: types.KindApp}}}
		for range c.models {
			q.Meters = append(q.Meters, wire.Meter{Kind: types.KindModel})
		}
		write, err := checkModels(q, c.wanted)
		require.Equal(t, c.write, write, c)
		if c.says == "" {
			require.NoError(t, err, c)
			continue
		}
		require.ErrorIs(t, err, ErrQuote)
		require.ErrorContains(t, err, c.says)
	}
}

// TestMostOfSeveralModels: of models of which one writes, the dearest counts, once.
func TestMostOfSeveralModels(t *testing.T) {
	of := func(id types.AssetID, kind types.Kind, most uint64) *payee {
		return &payee{asset: types.Asset{ID: id, Kind: kind}, most: amount(most), order: pay.Order{Most: 1}}
	}
	sum := func(write int, a, b uint64) types.Amount {
		bill := &bill{write: write, payees: []*payee{of(3, types.KindModel, a), of(7, types.KindModel, b), of(9, types.KindApp, 100)}}
		require.NoError(t, bill.sum())
		return bill.most
	}
	require.Equal(t, amount(130), sum(1, 10, 30))
	require.Equal(t, amount(130), sum(1, 30, 10))
	require.Equal(t, amount(130), sum(1, 30, 30))
	require.Equal(t, amount(140), sum(0, 10, 30))
	require.Equal(t, amount(140), sum(2, 10, 30))
}

// TestModelsAreOwedForTheirOwn: of a text, each model for what it has written, the app
// for all of it.
func TestModelsAreOwedForTheirOwn(t *testing.T) {
	ms := &meters{all: []*meter{
		{leaf: pay.TickLeaf{Asset: 3, Tokens: 8, Prompt: 2, Most: 9}},
		{leaf: pay.TickLeaf{Asset: 7, Tokens: 8, Prompt: 2, Most: 9}},
		{leaf: pay.TickLeaf{Asset: 9, Prompt: 1, Most: 1}},
	}}
	owed := func() (all []uint32) {
		for _, m := range ms.all {
			all = append(all, m.owed(104))
		}
		return all
	}
	ms.setTurns([]turn{{model: 3, from: 0, to: 0}, {model: 7, from: 0, to: 104}})
	require.Equal(t, []uint32{0, 6, 1}, owed(), "who wrote nothing is owed nothing")
	ms.setTurns([]turn{{model: 3, from: 0, to: 40}, {model: 7, from: 40, to: 104}})
	require.Equal(t, []uint32{4, 4, 1}, owed())
}

// TestEachModelHasOneTurn.
func TestEachModelHasOneTurn(t *testing.T) {
	say := func(r *reading, id types.AssetID, text string) error {
		if err := r.hasWriter(id); err != nil || text == "" {
			return err
		}
		err := r.writes(len(text))
		r.text.WriteString(text)
		return err
	}
	begin := func(write int) *reading {
		var all []*payee
		for _, id := range []types.AssetID{3, 7} {
			all = append(all, &payee{asset: types.Asset{ID: id, Kind: types.KindModel}})
		}
		all = append(all, &payee{asset: types.Asset{ID: 9, Kind: types.KindData}})
		return &reading{q: &question{}, b: &bill{write: write, payees: all}, m: &meters{}, a: &Answer{}}
	}
	r := begin(1)
	require.Error(t, r.writes(1), "text of nobody")
	require.Error(t, say(r, 9, ""), "a vault writes")
	require.Error(t, say(r, 8, ""), "a stranger writes")
	require.NoError(t, say(r, 3, ""))
	require.NoError(t, say(r, 7, "ab"))
	require.Error(t, say(r, 3, ""), "another goes on")
	require.Equal(t, "ab", r.textOf(7))
	require.Empty(t, r.textOf(3))
	require.Nil(t, r.written())

	r = begin(2)
	require.NoError(t, say(r, 3, "ab"))
	require.NoError(t, say(r, 7, "cde"))
	r.finished(0, "stop")
	r.finished(5, "length")
	require.Error(t, say(r, 3, "f"), "a second turn")
	require.Equal(t, []Written{{Model: 3, Text: "ab", FinishReason: "stop"}, {Model: 7, Text: "cde"}}, r.written())
}
