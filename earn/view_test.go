package earn_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/types"
)

// counter counts what the chain is asked.
type counter struct {
	earn.Chain
	mu    sync.Mutex
	lanes int
}

func (c *counter) Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	c.mu.Lock()
	c.lanes++
	c.mu.Unlock()
	return c.Chain.Lane(ctx, ref)
}

func TestFundedAsksOnceASecond(t *testing.T) {
	l := newLab(t, 100)
	chain := &counter{Chain: l.chain}
	l.cfg.Chain = chain
	l.reopen()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { _, _ = l.Funded(t.Context(), lane(0)) })
	}
	wg.Wait()
	require.Equal(t, 1, chain.lanes)

	got, err := l.Funded(t.Context(), lane(0))
	require.NoError(t, err)
	require.Equal(t, l.chain.lanes[lane(0)], got)
	l.chain.change(lane(0), func(c *types.Lane) { c.State = types.LaneClosing })
	l.clock = l.clock.Add(time.Second)
	_, err = l.Funded(t.Context(), lane(0))
	refused(t, err, 410, earn.CodeLaneClosing)
	require.Equal(t, 2, chain.lanes)
}

func TestFundedDoesNotRememberFailures(t *testing.T) {
	l := newLab(t, 100)
	l.chain.setDown(errors.New("connection refused"))
	_, err := l.Funded(t.Context(), lane(0))
	refused(t, err, 503, earn.CodeChainDown)
	l.chain.setDown(nil)
	_, err = l.Funded(t.Context(), lane(0))
	require.NoError(t, err)
}
