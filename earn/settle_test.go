package earn_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

func (l *lab) mustLeaf(ref types.LaneRef, seq, price, total uint64) {
	l.t.Helper()
	v, p := l.firm(order(ref, seq, price), total)
	require.NoError(l.t, l.AcceptLeaf(l.t.Context(), v, p, n(price)))
}

func TestExposureIsPerTab(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	l.addLane(types.LaneRef{Tab: 2}, 1000)
	l.mustLeaf(lane(0), 1, 40, 40)
	require.False(t, l.Due(ctx))
	l.mustLeaf(lane(1), 1, 60, 60)
	require.True(t, l.Due(ctx), "half the exposure is reached")

	v, p := l.firm(order(lane(2), 1, 1), 1)
	refused(t, l.AcceptLeaf(ctx, v, p, n(1)), 429, earn.CodeExposure)
	require.Equal(t, n(0), l.Room(1))
	l.mustLeaf(types.LaneRef{Tab: 2}, 1, 1, 1)

	count, err := l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.Equal(t, 3, count)
	require.Equal(t, n(100), l.Room(1))
	require.NoError(t, l.AcceptLeaf(ctx, v, p, n(1)))
	require.False(t, l.Due(ctx))
}

// TestRefusalMakesDue: a tab below half that needs more room than there is would
// otherwise wait for ever.
func TestRefusalMakesDue(t *testing.T) {
	l := newLab(t, 100)
	l.mustLeaf(lane(0), 1, 45, 45)
	require.False(t, l.Due(t.Context()))
	v, p := l.firm(order(lane(1), 1, 60), 60)
	refused(t, l.AcceptLeaf(t.Context(), v, p, n(60)), 429, earn.CodeExposure)
	require.True(t, l.Due(t.Context()))
	_, err := l.Settle(t.Context(), l.chain)
	require.NoError(t, err)
	require.False(t, l.Due(t.Context()))
	require.NoError(t, l.AcceptLeaf(t.Context(), v, p, n(60)))
}

// TestAheadOfTicksCounts: what a model may give before its tick is part of the
// exposure, and ticks beyond it wait for a settlement.
func TestAheadOfTicksCounts(t *testing.T) {
	l := newLab(t, 14)
	ctx := t.Context()
	o := tickOrder(lane(0), 1)
	v, p, chain := l.metered(o, 0)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	require.Equal(t, n(5), l.Room(1), "two ticks for the prompt and one ahead")
	v2, p2, _ := l.metered(tickOrder(lane(1), 1), 0)
	refused(t, l.AcceptTick(ctx, v2, p2, meter()), 429, earn.CodeExposure)

	_, err := l.Tick(ctx, reveal(o, chain, 3))
	require.NoError(t, err)
	require.NoError(t, l.AwaitTicks(ctx, o.Lane, 1, 3))
	require.Equal(t, n(2), l.Room(1))
	_, err = l.Tick(ctx, reveal(o, chain, 4))
	require.NoError(t, err, "money is taken also beyond the exposure")
	done := await(ctx, l, o, 4)
	select {
	case err := <-done:
		t.Fatalf("there was no room: %v", err)
	case <-time.After(20 * time.Millisecond): // it must be waiting
	}
	require.True(t, l.Due(ctx))
	_, err = l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.NoError(t, <-done)

	require.NoError(t, l.MarkServed(ctx, p.Leaf.Order, nil))
	require.Equal(t, n(14), l.Room(1), "a served order risks nothing more")
}

func TestConcurrentLanesShareTheExposure(t *testing.T) {
	l := newLab(t, 100)
	for i := range uint32(32) {
		l.addLane(lane(i), 1000)
	}
	var accepted atomic.Int64
	var wg sync.WaitGroup
	for i := range uint32(32) {
		v, p := l.firm(order(lane(i), 1, 30), 30)
		wg.Go(func() {
			if l.AcceptLeaf(t.Context(), v, p, n(30)) == nil {
				accepted.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 3, accepted.Load())
	l.reopen()
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(90), unsettled)
}

// TestConcurrentOrdersOfOneLane: a payer that promises one leaf for many orders
// at once is served one.
func TestConcurrentOrdersOfOneLane(t *testing.T) {
	l := newLab(t, 1000)
	var accepted atomic.Int64
	var wg sync.WaitGroup
	for i := range uint64(32) {
		v, p := l.firm(order(lane(0), i+1, 30), 30)
		wg.Go(func() {
			if l.AcceptLeaf(t.Context(), v, p, n(30)) == nil {
				accepted.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, accepted.Load())
}

// TestCrash reopens the file after every step, as another process would after a
// kill, and finds everything that was promised.
func TestCrash(t *testing.T) {
	l := newLab(t, 500)
	ctx := t.Context()
	want := func(unsettled uint64) {
		t.Helper()
		before, err := l.Unsettled(ctx)
		require.NoError(t, err)
		l.reopen()
		after, err := l.Unsettled(ctx)
		require.NoError(t, err)
		require.Equal(t, before, after)
		_, got, err := l.Earned(ctx)
		require.NoError(t, err)
		require.Equal(t, n(unsettled), got)
	}
	l.mustLeaf(lane(0), 1, 30, 30)
	want(30)
	v, p := l.firm(order(lane(0), 1, 30), 30)
	require.NoError(t, l.AcceptLeaf(ctx, v, p, n(30)), "the order is known")

	o := tickOrder(lane(1), 1)
	vt, pt, chain := l.metered(o, 7)
	require.NoError(t, l.AcceptTick(ctx, vt, pt, meter()))
	want(37)
	_, err := l.Tick(ctx, reveal(o, chain, 2))
	require.NoError(t, err)
	want(43)
	require.NoError(t, l.AcceptTick(ctx, vt, pt, meter()), "the order is known")
	require.NoError(t, l.AwaitTicks(ctx, o.Lane, 1, 2), "and its ticks")
	_, err = l.Tick(ctx, reveal(o, chain, 5))
	require.NoError(t, err)
	want(52)
	require.Equal(t, n(500-52-3), l.Room(1))

	_, err = l.Settle(ctx, l.chain)
	require.NoError(t, err)
	want(0)
	require.Equal(t, n(22), l.chain.credited[lane(1)][me])
	low, pl := l.firm(order(lane(0), 2, 30), 59)
	refused(t, l.AcceptLeaf(ctx, low, pl, n(30)), 402, earn.CodeTooLittle)
	_, err = l.Tick(ctx, reveal(o, chain, 6))
	require.NoError(t, err)
	want(3)
}

// TestKilledAfterASettlement: the block has it, the book was killed before it
// wrote that down.
func TestKilledAfterASettlement(t *testing.T) {
	l := newLab(t, 100)
	l.mustLeaf(lane(0), 1, 40, 40)
	claims, err := l.Unsettled(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.chain.Settle(t.Context(), claims))
	l.mustLeaf(lane(0), 2, 5, 45)

	n1, err := l.Settle(t.Context(), l.chain)
	require.NoError(t, err)
	require.Equal(t, 1, n1, "the newer leaf")
	settled, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(45), settled)
	require.Equal(t, n(0), unsettled)
}

// TestRunNoticesWhatIsSettled: after a restart, what the chain has credited does
// not count as owed any more, before anything is settled again.
func TestRunNoticesWhatIsSettled(t *testing.T) {
	l := newLab(t, 1000)
	l.mustLeaf(lane(0), 1, 40, 40)
	claims, err := l.Unsettled(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.chain.Settle(t.Context(), claims))

	require.NoError(t, l.SetAsset(t.Context(), 0)) // as a role that starts before it knows its asset
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx, l.chain, time.Hour) }()
	require.NoError(t, l.SetAsset(t.Context(), me))
	require.Eventually(t, func() bool {
		_, unsettled, err := l.Earned(t.Context())
		return err == nil && unsettled.IsZero()
	}, 5*time.Second, time.Millisecond)
	stop()
	<-done
}

// TestOverPromise: the payer has promised the cap twice, and its friend was
// faster. The loss stays in the exposure, on whatever lane comes next.
func TestOverPromise(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	l.mustLeaf(lane(0), 1, 80, 80)
	l.chain.mu.Lock()
	l.chain.credit(lane(0), other, n(950))
	l.chain.mu.Unlock()
	_, err := l.Settle(ctx, l.chain)
	require.NoError(t, err)
	settled, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, []types.Amount{n(50), n(0)}, []types.Amount{settled, unsettled})
	l.reopen()
	require.Equal(t, n(70), l.Room(1))
	v, p := l.firm(order(lane(1), 1, 71), 71)
	refused(t, l.AcceptLeaf(ctx, v, p, n(71)), 429, earn.CodeExposure)
	l.later()
	v, p = l.firm(order(lane(0), 2, 1), 81)
	refused(t, l.AcceptLeaf(ctx, v, p, n(1)), 402, earn.CodeOverCap)
}

// TestWithdrawRace: a closing lane is settled in its window; from one that closed
// unseen nothing more is hoped for.
func TestWithdrawRace(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	l.mustLeaf(lane(0), 1, 10, 10)
	l.mustLeaf(lane(1), 1, 10, 10)
	require.False(t, l.Due(ctx))
	l.chain.change(lane(0), func(c *types.Lane) { c.State = types.LaneClosing })
	l.chain.change(lane(1), func(c *types.Lane) { c.State = types.LaneClosed })
	l.later()
	require.True(t, l.Due(ctx))
	count, err := l.Settle(ctx, l.chain)
	require.ErrorContains(t, err, "closed")
	require.Equal(t, 1, count, "the closed lane does not hold up the closing one")
	require.Equal(t, n(10), l.chain.credited[lane(0)][me])
	all, err := l.Unsettled(ctx)
	require.NoError(t, err)
	require.Empty(t, all)
	require.Equal(t, n(90), l.Room(1), "what is lost stays lost")
}

func TestSettleAgainAfterTheChainWasDown(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	l.mustLeaf(lane(0), 1, 60, 60)
	l.chain.setDown(errors.New("connection refused"))
	count, err := l.Settle(ctx, l.chain)
	require.ErrorContains(t, err, "connection refused")
	require.Zero(t, count)
	l.chain.setDown(nil)
	count, err = l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.Equal(t, 1, count)
}

func TestBatches(t *testing.T) {
	l := newLab(t, 1000)
	for i := range uint32(40) {
		l.addLane(lane(i), 1000)
		l.mustLeaf(lane(i), 1, 1, 1)
	}
	count, err := l.Settle(t.Context(), l.chain)
	require.NoError(t, err)
	require.Equal(t, 40, count)
	require.Len(t, l.chain.batches, 2)
	require.Len(t, l.chain.batches[0], 32)
}

func TestRunSettlesAtHalfTheExposure(t *testing.T) {
	l := newLab(t, 100)
	ctx, cancel := context.WithCancel(t.Context())
	settled := make(chan int, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.Run(ctx, settlerFunc(func(ctx context.Context, s []pay.Settlement) error {
			defer func() { settled <- len(s) }()
			return l.chain.Settle(ctx, s)
		}), time.Hour)
	}()
	l.mustLeaf(lane(0), 1, 49, 49)
	l.mustLeaf(lane(1), 1, 1, 1)
	require.Equal(t, 2, <-settled)
	cancel()
	<-ended
}

type settlerFunc func(context.Context, []pay.Settlement) error

func (f settlerFunc) Settle(ctx context.Context, s []pay.Settlement) error { return f(ctx, s) }

func TestSetAsset(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	l.mustLeaf(lane(0), 1, 10, 10)
	require.NoError(t, l.SetAsset(ctx, 0))
	_, err := l.Funded(ctx, lane(0))
	refused(t, err, 503, earn.CodeNoAsset)
	require.NoError(t, l.SetAsset(ctx, other))
	_, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, n(0), unsettled)
	require.NoError(t, l.SetAsset(ctx, me))
	_, unsettled, err = l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, n(10), unsettled)
}

func TestOpenNeedsItsConfig(t *testing.T) {
	l := newLab(t, 100)
	for i, change := range []func(*earn.Config){
		func(c *earn.Config) { c.ChainID = "" },
		func(c *earn.Config) { c.Chain = nil },
		func(c *earn.Config) { c.DB = nil },
		func(c *earn.Config) { c.Exposure = n(0) },
	} {
		cfg := l.cfg
		change(&cfg)
		_, err := earn.Open(t.Context(), cfg)
		require.Error(t, err, fmt.Sprint(i))
	}
}
