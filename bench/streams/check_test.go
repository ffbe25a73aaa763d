package streams

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

var asks = tariff{
	vault: 1, model: 2, app: 3,
	passage: types.NewAmount(1000), tick: types.NewAmount(10), use: types.NewAmount(500), tokens: 32,
}

// delivered is a question of which 129 bytes came, which owe its prompt and two ticks.
func delivered(vault, model, app uint64) question {
	return question{
		ref: types.LaneRef{Tab: 1, Lane: 4}, seq: 9, passages: 1, bytes: 129, prompt: 5, cost: types.NewAmount(vault + model + app),
		paid: map[types.AssetID]types.Amount{1: types.NewAmount(vault), 2: types.NewAmount(model), 3: types.NewAmount(app)},
	}
}

func TestCheck(t *testing.T) {
	silent := func(vault, model, app uint64) question {
		q := delivered(vault, model, app)
		q.bytes, q.passages = 0, 0
		return q
	}
	stranger := delivered(1000, 70, 500)
	stranger.paid[8] = types.NewAmount(1)
	hidden := delivered(1000, 70, 500)
	hidden.cost = types.NewAmount(1580)
	for name, c := range map[string]struct {
		q     question
		found finding
		wrong string
	}{
		"what came":                 {q: delivered(1000, 70, 500)},
		"less":                      {q: delivered(1000, 60, 0), found: finding{ahead: -1}},
		"one tick ahead":            {q: delivered(1000, 80, 500), found: finding{ahead: 1}},
		"two ticks too many":        {q: delivered(1000, 90, 500), found: finding{ahead: 2}, wrong: "9 ticks for 129 bytes, which owe 7"},
		"a part of a tick":          {q: delivered(1000, 71, 500), wrong: "a tick is 10"},
		"a second passage":          {q: delivered(2000, 70, 500), wrong: "one passage costs 1000"},
		"the app twice":             {q: delivered(1000, 70, 1000), wrong: "its use costs 500"},
		"nothing came":              {q: silent(0, 0, 0)},
		"only the passage was paid": {q: silent(1000, 0, 0), found: finding{missing: true}},
		"the prompt of silence":     {q: silent(1000, 50, 0), found: finding{ahead: 5, missing: true}, wrong: "5 ticks for 0 bytes"},
		"the app of silence":        {q: silent(1000, 0, 500), found: finding{missing: true}, wrong: "for 0 bytes"},
		"another asset":             {q: stranger, wrong: "asset 8"},
		"the purse keeps more":      {q: hidden, wrong: "the purse keeps 1580"},
	} {
		found, err := asks.check(c.q)
		if c.wrong == "" {
			require.NoError(t, err, name)
			require.Equal(t, c.found, found, name)
			continue
		}
		require.ErrorContains(t, err, c.wrong, name)
		require.ErrorContains(t, err, "lane 1/0/4 question 9", name)
	}
}

// TestNoteKeepsTheFirstViolation: what a run found is told, whatever comes after.
func TestNoteKeepsTheFirstViolation(t *testing.T) {
	r := &results{paid: ledger{}, well: map[types.LaneRef]bool{}}
	r.note(asks, delivered(1000, 90, 500), calm(), nil, errTooMuch, false, true)
	r.note(asks, delivered(9000, 90, 500), calm(), nil, errTooMuch, false, true)
	require.Equal(t, 2, r.violated)
	require.EqualValues(t, 2, r.ahead)
	require.ErrorContains(t, r.wrong, "9 ticks")
	r.note(asks, question{}, calm(), nil, errTooMuch, false, false)
	require.Equal(t, 1, r.Refused)
	require.Equal(t, 2, r.Failed)
	require.Len(t, r.firsts, 3)
}

func TestAgainst(t *testing.T) {
	l, q := ledger{}, delivered(1000, 70, 500)
	require.NoError(t, l.add(q))
	require.NoError(t, l.add(q))
	n := types.NewAmount
	right := map[types.AssetID]types.Amount{1: n(2000), 2: n(140), 3: n(1000)}
	require.NoError(t, l.against(q.ref, n(3140), right))
	require.ErrorContains(t, l.against(q.ref, n(3150), right), "its purse has promised 3150")
	right[2] = n(150)
	require.ErrorContains(t, l.against(q.ref, n(3140), right), "the chain credited asset 2 with 150, its purse owed it 140")
}

// TestDraw: every way to fail is drawn, the same from the same seed.
func TestDraw(t *testing.T) {
	a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
	ends, cut, slow, stall := map[string]int{}, 0, 0, 0
	for range 2000 {
		p := draw(a)
		require.Equal(t, p, draw(b))
		require.Regexp(t, orderInText, p.order.String())
		ends[p.End]++
		if p.cut > 0 {
			cut++
		}
		if p.pause > 0 {
			slow++
		}
		if p.stall > 0 {
			stall++
		}
	}
	require.Greater(t, ends[endsWhole], 1400)
	for _, n := range []int{ends[endsBreak], ends[endsHang], cut, slow, stall} {
		require.Greater(t, n, 20)
	}
}
