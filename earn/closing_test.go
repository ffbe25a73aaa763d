package earn_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// TestEveryLaneThatOwesIsWatched: lanes of one tab end one by one.
func TestEveryLaneThatOwesIsWatched(t *testing.T) {
	for i := range uint32(2) {
		l := newLab(t, 100)
		l.mustLeaf(lane(0), 1, 10, 10)
		l.mustLeaf(lane(1), 1, 10, 10)
		l.later()
		require.False(t, l.Due(t.Context()))
		l.chain.change(lane(i), func(c *types.Lane) { c.State = types.LaneClosing })
		l.later()
		require.True(t, l.Due(t.Context()), "lane %d", i)
		l.chain.setDown(errors.New("connection refused"))
		l.later()
		require.False(t, l.Due(t.Context()), "nothing can be settled now")
	}
}

// watched tells when the chain has said how a lane is.
type watched struct {
	*ledger
	asked chan struct{}
}

func (c *watched) Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	l, err := c.ledger.Lane(ctx, ref)
	select {
	case c.asked <- struct{}{}:
	default:
	}
	return l, err
}

// TestRefusedLaneIsSettledAtOnce: who is refused because its lane ends does not
// wait for the interval to pass.
func TestRefusedLaneIsSettledAtOnce(t *testing.T) {
	l := newLab(t, 100)
	var now atomic.Int64 // seconds
	chain := &watched{l.chain, make(chan struct{}, 1)}
	l.cfg.Chain, l.cfg.Now = chain, func() time.Time { return time.Unix(now.Load(), 0) }
	now.Store(1)
	l.reopen()
	l.mustLeaf(lane(0), 1, 10, 10)
	now.Store(100)
	<-chain.asked

	ctx, cancel := context.WithCancel(t.Context())
	settled, ended := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(ended)
		l.Run(ctx, settlerFunc(func(ctx context.Context, s []pay.Settlement) error {
			defer func() { settled <- len(s) }()
			return l.chain.Settle(ctx, s)
		}), time.Hour)
	}()
	<-chain.asked // the lane is open: nothing is due
	l.chain.change(lane(0), func(c *types.Lane) { c.State = types.LaneClosing })
	now.Store(200)
	_, err := l.Admit(ctx, lane(0))
	refused(t, err, 410, earn.CodeLaneClosing)
	require.Equal(t, 1, <-settled)
	cancel()
	<-ended
}

// TestForgottenLaneLosesOnlyTheRest: when a lane holds nothing any more the chain
// forgets what it has credited; what came before is not taken for lost.
func TestForgottenLaneLosesOnlyTheRest(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	l.mustLeaf(lane(0), 1, 10, 10)
	_, err := l.Settle(ctx, l.chain)
	require.NoError(t, err)
	l.mustLeaf(lane(0), 2, 5, 15)
	l.chain.change(lane(0), func(c *types.Lane) { c.State = types.LaneClosed })
	l.chain.forget(lane(0))
	l.later()
	require.True(t, l.Due(ctx))
	_, err = l.Settle(ctx, l.chain)
	require.ErrorContains(t, err, "closed")
	require.Equal(t, n(95), l.Room(1))
	require.False(t, l.Due(ctx), "nothing more is hoped for")
}

func (c *ledger) forget(ref types.LaneRef) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.credited, ref)
}
