package purse

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

// most is what a question can cost at most: the model's ticks up to 40.
const most = 2000 + 700 + 500 + 40*20

func limited(l Limits) func(*Config) {
	return func(c *Config) { c.Limits = map[string]Limits{denom: l} }
}

func TestLimits(t *testing.T) {
	tests := map[string]struct {
		limits Limits
		says   string
	}{
		"question fits":      {Limits{PerQuery: amount(most)}, ""},
		"question too dear":  {Limits{PerQuery: amount(most - 1)}, "limit per question is 3999"},
		"asset fits":         {Limits{PerAsset: amount(2000)}, ""},
		"asset too dear":     {Limits{PerAsset: amount(1999)}, "asset 10 can cost 2000"},
		"day fits":           {Limits{PerDay: amount(most)}, ""},
		"day too dear":       {Limits{PerDay: amount(most - 1)}, "limit per day is 3999"},
		"no limits":          {Limits{}, ""},
		"model in all ticks": {Limits{PerAsset: amount(799), PerQuery: amount(most)}, "asset 10"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.purse(openDB(t), 1, limited(test.limits))
			a, err := p.Ask(t.Context(), w.ask())
			if test.says == "" {
				require.NoError(t, err)
				require.Empty(t, a.Problems)
				return
			}
			require.Nil(t, a)
			require.ErrorIs(t, err, ErrLimit)
			require.ErrorContains(t, err, test.says)
			spent, err := p.Spent(t.Context())
			require.NoError(t, err)
			require.Empty(t, spent.Ever)
		})
	}
}

// Who asks can bound what one question costs; nothing is signed beyond that.
func TestAtMost(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	ask := w.ask()
	ask.AtMost = amount(most - 1)
	a, err := p.Ask(t.Context(), ask)
	require.Nil(t, a)
	require.ErrorIs(t, err, ErrLimit)
	require.ErrorContains(t, err, "at most 3999 was to be paid")
	ask.AtMost = amount(most)
	_, err = p.Ask(t.Context(), ask)
	require.NoError(t, err)
}

// The day's limit counts what was spent and, for questions in flight, the most;
// the next day starts anew.
func TestLimitPerDay(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	var mu sync.Mutex
	p := w.purse(openDB(t), 1, limited(Limits{PerDay: amount(most + 3500)}), func(c *Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	_, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Less(t, w.whole().Cmp(amount(3500)), 0, "the first question counts with what it cost, not with the most")
	_, err = p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	_, err = p.Ask(t.Context(), w.ask())
	require.ErrorIs(t, err, ErrLimit)
	mu.Lock()
	now = now.Add(24 * time.Hour)
	mu.Unlock()
	w.gate.onQuote = longer
	_, err = p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, w.gate.faults)
}

func TestLimitOfOtherDenominations(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1, func(c *Config) { c.Limits = map[string]Limits{"": {PerQuery: amount(1)}} })
	_, err := p.Ask(t.Context(), w.ask())
	require.ErrorIs(t, err, ErrLimit)
}

// A lane never promises more than its cap, ticks at the most included.
func TestCap(t *testing.T) {
	w := newWorld(t)
	w.addLane(0, most-1)
	p := w.purse(openDB(t), 1)
	a, err := p.Ask(t.Context(), w.ask())
	require.Nil(t, a)
	require.ErrorIs(t, err, ErrFunds)
	require.ErrorContains(t, err, "fund the tab")

	w.addLane(0, 2*most)
	_, err = p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	for err == nil {
		_, err = p.Ask(t.Context(), w.ask())
	}
	require.ErrorIs(t, err, ErrFunds)
	lanes, err := p.Lanes(t.Context(), 0)
	require.NoError(t, err)
	require.LessOrEqual(t, lanes[0].Promised.Cmp(amount(2*most)), 0)
	require.Empty(t, w.gate.faults)
}

func TestNoLane(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 0)
	_, err := p.Ask(t.Context(), w.ask())
	require.ErrorIs(t, err, ErrNoLane)

	require.NoError(t, p.AddLane(t.Context(), laneRef(0), testKey(1000)))
	ask := w.ask()
	ask.App = 99
	_, err = p.Ask(t.Context(), ask)
	require.ErrorIs(t, err, ErrNoLane)

	l := w.lanes[laneRef(0)]
	l.State = types.LaneClosing
	w.lanes[laneRef(0)] = l
	_, err = p.Ask(t.Context(), w.ask())
	require.ErrorIs(t, err, ErrNoLane)
	require.ErrorIs(t, p.AddLane(t.Context(), laneRef(0), testKey(1000)), ErrNoLane)
	require.ErrorIs(t, p.AddLane(t.Context(), laneRef(1), testKey(1000)), ErrNoLane, "the key is another lane's")
	require.Error(t, p.AddLane(t.Context(), laneRef(9), testKey(1000)))

	// Two apps, and the asker did not say which.
	l = w.lanes[laneRef(1)]
	l.Gateway = 99
	w.lanes[laneRef(1)] = l
	require.NoError(t, p.AddLane(t.Context(), laneRef(1), testKey(1001)))
	_, err = p.Ask(t.Context(), w.ask())
	require.ErrorIs(t, err, ErrNoLane)
	require.ErrorContains(t, err, "which app")
}

func TestPayerOfAnother(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 0, func(c *Config) { c.Payer = "0xother" })
	require.ErrorIs(t, p.AddLane(t.Context(), laneRef(0), testKey(1000)), ErrNoLane)
	p = w.purse(openDB(t), 0, func(c *Config) { c.Payer = "0xPAYER" })
	require.NoError(t, p.AddLane(t.Context(), laneRef(0), testKey(1000)))
}
