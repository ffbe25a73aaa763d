package purse

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// longer makes quotes good for the clock of a test that is days ahead.
func longer(q *wire.Quote) {
	q.Expires += 1 << 20
	for i := range q.Vaults {
		q.Vaults[i].Expires += 1 << 20
	}
}

// As many questions are in flight as there are lanes, one on each.
func TestConcurrencyIsLanes(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 3)
	var mu sync.Mutex
	inFlight, most := map[types.LaneRef]int{}, atomic.Int32{}
	w.gate.onQuote = func(q *wire.Quote) {
		mu.Lock()
		defer mu.Unlock()
		inFlight[q.Lane]++
		if inFlight[q.Lane] > 1 {
			t.Errorf("two questions at once on lane %s", q.Lane)
		}
		most.Store(max(most.Load(), int32(len(inFlight))))
	}
	var wg sync.WaitGroup
	var total atomic.Uint64
	for range 12 {
		wg.Go(func() {
			ask := w.ask()
			var lane types.LaneRef
			ask.OnDelta = func(string) {}
			a, err := p.Ask(t.Context(), ask)
			if err != nil || len(a.Problems) > 0 {
				t.Errorf("ask: %v, %v", err, a)
				return
			}
			lane = a.Lane
			total.Add(a.Total.Big().Uint64())
			mu.Lock()
			delete(inFlight, lane)
			mu.Unlock()
		})
	}
	wg.Wait()
	require.Empty(t, w.gate.faults)
	spent, err := p.Spent(t.Context())
	require.NoError(t, err)
	require.Equal(t, amount(total.Load()), spent.Today[0].Amount)
	require.Greater(t, most.Load(), int32(1))
}

// Who waits for a lane can stop waiting.
func TestWaitForALane(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	ctx, cancel := context.WithCancel(t.Context())
	ask := w.ask()
	var once sync.Once
	ask.OnDelta = func(string) {
		once.Do(func() {
			cancel()
			_, err := p.Ask(ctx, w.ask())
			require.ErrorIs(t, err, context.Canceled)
		})
	}
	_, err := p.Ask(t.Context(), ask)
	require.NoError(t, err)
}

// The lane with the most left is taken first.
func TestFullestLaneFirst(t *testing.T) {
	w := newWorld(t)
	w.addLane(1, 2_000_000)
	p := w.purse(openDB(t), 3)
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Equal(t, laneRef(1), a.Lane)
}

// A lane whose ticks wait for a voucher comes before the fullest, unless it has less
// than half of what that has.
func TestLaneWhoseTicksWaitFirst(t *testing.T) {
	p := newWorld(t).purse(openDB(t), 3)
	left := func(of ...uint64) {
		for i, n := range of {
			p.lanes[i].cap, p.lanes[i].sighted, p.lanes[i].busy = amount(n), true, false
		}
	}
	took := func() types.LaneRef {
		t.Helper()
		l, busy := p.best(wanted{app: appID}, nil)
		require.False(t, busy)
		return l.ref
	}
	left(100, 300, 200)
	require.Equal(t, p.lanes[1].ref, took())
	p.lanes[2].late = &meters{}
	left(100, 300, 200)
	require.Equal(t, p.lanes[2].ref, took())
	p.lanes[0].late = &meters{}
	left(100, 300, 200)
	require.Equal(t, p.lanes[2].ref, took(), "the fuller of the two")
	left(100, 300, 149)
	require.Equal(t, p.lanes[1].ref, took())
	left(0, 0, 0)
	require.NotZero(t, took(), "no lane is no answer")
	for _, l := range p.lanes {
		l.late = nil
	}
}
