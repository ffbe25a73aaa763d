package earn_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// newTown is a lab with an exposure per tab and one over all.
func newTown(t *testing.T, exposure, all uint64, tabs int) *lab {
	l := newLab(t, exposure)
	for i := range tabs {
		l.addLane(first(i), 1000)
	}
	l.cfg.ExposureAll = n(all)
	l.reopen()
	return l
}

// first is the first lane of the i-th tab of a town.
func first(i int) types.LaneRef { return types.LaneRef{Tab: types.TabID(i + 1), Lane: 0} }

// owe lets a tab of a town owe one more order of price, its first.
func (l *lab) owe(i int, price uint64) error {
	v, p := l.firm(order(first(i), 1, price), price)
	return l.AcceptLeaf(l.t.Context(), v, p, n(price))
}

func TestExposureOverAllTabs(t *testing.T) {
	l := newTown(t, 100, 250, 5)
	ctx := t.Context()
	for i := range 3 {
		require.NoError(t, l.owe(i, 80))
	}
	require.Equal(t, n(10), l.Room(1), "less than the 20 that the tab itself could owe")
	refused(t, l.owe(3, 11), 429, earn.CodeExposureAll)
	require.NoError(t, l.owe(4, 10), "what fits is taken")
	refused(t, l.owe(3, 1), 429, earn.CodeExposureAll)

	l.reopen()
	refused(t, l.owe(3, 1), 429, earn.CodeExposureAll)
	require.True(t, l.Due(ctx))
	count, err := l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.Equal(t, 4, count)
	require.NoError(t, l.owe(3, 100))
	require.Equal(t, n(100), l.Room(1), "the exposure of the tab itself")
}

// What is settled first makes the most room.
func TestTabsThatOweTheMostAreSettledFirst(t *testing.T) {
	l := newTown(t, 100, 250, 5)
	ctx := t.Context()
	for i, owes := range []uint64{10, 45, 20} {
		require.NoError(t, l.owe(i, owes))
	}
	require.False(t, l.Due(ctx))
	require.NoError(t, l.owe(3, 49))
	require.False(t, l.Due(ctx), "124 of 250")
	require.NoError(t, l.owe(4, 1))
	require.True(t, l.Due(ctx), "half, and no tab by itself")
	_, err := l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.Len(t, l.chain.batches, 1)
	var order []types.TabID
	for _, s := range l.chain.batches[0] {
		order = append(order, s.Voucher.Lane.Tab)
	}
	require.Equal(t, []types.TabID{4, 2, 3, 1, 5}, order)
	require.False(t, l.Due(ctx))
}

// Amounts of two denominations are two exposures, also after a restart.
func TestDenominationsAreApart(t *testing.T) {
	l := newTown(t, 100, 150, 4)
	l.chain.assets[me] = types.Asset{ID: me, Denoms: []string{denom, "other"}}
	for _, i := range []int{2, 3} {
		l.chain.change(first(i), func(c *types.Lane) { c.Denom = "other" })
	}
	require.NoError(t, l.owe(0, 100))
	require.NoError(t, l.owe(2, 100))
	for range 2 {
		refused(t, l.owe(1, 51), 429, earn.CodeExposureAll)
		refused(t, l.owe(3, 51), 429, earn.CodeExposureAll)
		l.reopen()
	}
	require.NoError(t, l.owe(1, 50))
	require.NoError(t, l.owe(3, 50))
}

// A database of an earlier version does not know the denominations of its tabs:
// until the chain has told, what they owe counts in each.
func TestDenominationThatIsNotKnown(t *testing.T) {
	l := newTown(t, 100, 150, 3)
	l.chain.assets[me] = types.Asset{ID: me, Denoms: []string{denom, "other"}}
	l.chain.change(first(1), func(c *types.Lane) { c.Denom = "other" })
	require.NoError(t, l.owe(0, 100))
	db, err := keep.Open(l.path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `DELETE FROM earn_tabs`)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	l.reopen()
	refused(t, l.owe(1, 51), 429, earn.CodeExposureAll)
	refused(t, l.owe(2, 51), 429, earn.CodeExposureAll)

	l.chain.setDown(nil)
	_, err = l.Settle(t.Context(), settlerThatFails{})
	require.Error(t, err)
	require.NoError(t, l.owe(1, 51), "the chain has told that it is another denomination")
	refused(t, l.owe(2, 51), 429, earn.CodeExposureAll)
}

func TestConcurrentTabsShareTheExposure(t *testing.T) {
	const tabs = 64
	l := newTown(t, 100, 250, tabs)
	var accepted atomic.Int64
	var wg sync.WaitGroup
	for i := range tabs {
		wg.Go(func() {
			if l.owe(i, 60) == nil {
				accepted.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 4, accepted.Load(), "four times 60 fit 250")
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(240), unsettled)
}

// TestThousandsOfTabsThatOweLittle: a payer with thousands of tabs, each far below
// its own exposure, owes in all no more than the exposure of all.
func TestThousandsOfTabsThatOweLittle(t *testing.T) {
	const tabs, all = 3000, 1000
	l := newTown(t, 100, all, tabs)
	var brought uint64
	taken := 0
	for i := range tabs {
		err := l.owe(i, 3)
		if err != nil {
			refused(t, err, 429, earn.CodeExposureAll)
			_, unsettled, err := l.Earned(t.Context())
			require.NoError(t, err)
			require.LessOrEqual(t, unsettled.Cmp(n(all)), 0)
			require.True(t, l.Due(t.Context()))
			count, err := l.Settle(t.Context(), l.chain)
			require.NoError(t, err)
			brought += uint64(count) * 3
			require.NoError(t, l.owe(i, 3))
		}
		taken++
	}
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(uint64(taken)*3-brought), unsettled)
	require.Greater(t, brought, uint64(7000))
}

// TestOverPromiseInManyTabs: what tabs have cost by promising more than they hold
// stays in the exposure of all, so that it bounds the loss to all of them.
func TestOverPromiseInManyTabs(t *testing.T) {
	l := newTown(t, 100, 250, 12)
	ctx := t.Context()
	var lost uint64
	for i := range 12 {
		ref := first(i)
		if err := l.owe(i, 50); err != nil {
			refused(t, err, 429, earn.CodeExposureAll)
			continue
		}
		l.chain.change(ref, func(c *types.Lane) { c.Credited = c.Cap }) // others were faster
		_, err := l.Settle(ctx, l.chain)
		require.NoError(t, err)
		lost += 50
		l.later()
	}
	require.EqualValues(t, 250, lost)
	l.reopen()
	refused(t, l.owe(11, 50), 429, earn.CodeExposureAll)
	require.False(t, l.Due(ctx), "there is nothing to settle")
}

// Text is not given for ticks beyond the exposure of all until there is room.
func TestStreamWaitsForRoomInAllTabs(t *testing.T) {
	l := newTown(t, 60, 60, 2)
	ctx := t.Context()
	require.NoError(t, l.owe(1, 45))
	o := tickOrder(first(0), 1)
	v, p, chain := l.metered(o, 0)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	_, err := l.Tick(ctx, reveal(o, chain, 6))
	require.NoError(t, err, "money is taken also beyond the exposure")
	done := await(ctx, l, o, 6)
	select {
	case err := <-done:
		t.Fatalf("there was no room: %v", err)
	case <-time.After(20 * time.Millisecond): // it must be waiting
	}
	require.True(t, l.Due(ctx))
	_, err = l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.NoError(t, <-done)
}

func TestExposureOfAllIsNoLessThanOfOne(t *testing.T) {
	l := newLab(t, 100)
	cfg := l.cfg
	cfg.ExposureAll = n(99)
	_, err := earn.Open(t.Context(), cfg)
	require.ErrorContains(t, err, "less than that of one")
	cfg.ExposureAll = types.Amount{}
	book, err := earn.Open(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, n(100), book.Room(7))
}

// reserved is a chain whose tabs have a fee reserve.
type reserved struct {
	*ledger
	left, refund, worth uint64
}

func (c *reserved) Reserve(_ context.Context, _ types.TabID) (left, refund, worth types.Amount, err error) {
	if c.down != nil {
		return left, refund, worth, c.down
	}
	return n(c.left), n(c.refund), n(c.worth), nil
}

var _ earn.Reserver = (*reserved)(nil)

// TestFirstOrderOfALaneNeedsTheReserve: a payer that owes on each of many lanes
// less than it costs to bring it finds no work beyond what its reserve refunds.
func TestFirstOrderOfALaneNeedsTheReserve(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	chain := &reserved{ledger: l.chain, left: 11, refund: 5, worth: 20}
	l.cfg.Chain = chain
	l.reopen()
	pays := func(lane uint32, seq, price, total uint64) error {
		v, p := l.firm(order(types.LaneRef{Tab: 1, Lane: lane}, seq, price), total)
		return l.AcceptLeaf(ctx, v, p, n(price))
	}
	require.NoError(t, pays(0, 1, 1, 1))
	require.NoError(t, pays(1, 1, 1, 1))
	err := pays(2, 1, 1, 1)
	refused(t, err, 402, earn.CodeReserve)
	require.ErrorContains(t, err, "15 in all")
	require.NoError(t, pays(2, 1, 20, 20), "an order that is worth bringing needs no refund")
	require.NoError(t, pays(0, 2, 1, 2), "a lane in use goes on")
	refused(t, pays(3, 1, 1, 1), 402, earn.CodeReserve)
	l.reopen()
	refused(t, pays(3, 1, 1, 1), 402, earn.CodeReserve)

	_, err = l.Settle(ctx, l.chain)
	require.NoError(t, err)
	chain.left = 1
	l.later()
	refused(t, pays(3, 1, 1, 1), 402, earn.CodeReserve)
	chain.left = 6
	l.later()
	require.NoError(t, pays(3, 1, 1, 1), "the others have had their refund")
	chain.left = 0
	l.later()
	require.NoError(t, pays(3, 2, 1, 2))
	chain.down = errors.New("connection refused")
	l.later()
	l.addLane(lane(9), 1000)
	refused(t, pays(9, 1, 1, 1), 503, earn.CodeChainDown)
}

// TestFirstOrderIsRefusedBeforeTheOffer: nobody signs for what would be refused.
func TestFirstOrderIsRefusedBeforeTheOffer(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	chain := &reserved{ledger: l.chain, left: 4, refund: 5, worth: 20}
	l.cfg.Chain = chain
	l.reopen()
	price := func(amount uint64) {
		l.chain.assets[me] = types.Asset{ID: me, Denoms: []string{denom}, Prices: []types.Price{
			{Unit: types.PerPassage, Denom: "other", Amount: n(1)}, {Unit: types.PerPassage, Denom: denom, Amount: n(amount)},
		}}
		l.later()
	}
	price(3)
	_, err := l.Admit(ctx, lane(0))
	refused(t, err, 402, earn.CodeReserve)
	price(20)
	_, err = l.Admit(ctx, lane(0))
	require.NoError(t, err, "each order is worth bringing")
	price(3)
	chain.left = 5
	l.later()
	_, err = l.Admit(ctx, lane(0))
	require.NoError(t, err)
	l.mustLeaf(lane(0), 1, 3, 3)
	_, err = l.Admit(ctx, lane(1))
	refused(t, err, 402, earn.CodeReserve)
	_, err = l.Admit(ctx, lane(0))
	require.NoError(t, err, "the lane is in use")
}

// What ticks put at stake counts as what a firm order would bring.
func TestFirstTicksNeedTheReserve(t *testing.T) {
	l := newLab(t, 100)
	for worth, ok := range map[uint64]bool{9: true, 10: false} { // two ticks of 3 for the prompt and one ahead
		l.cfg.Chain = &reserved{ledger: l.chain, refund: 5, worth: worth}
		l.reopen()
		v, p, _ := l.metered(tickOrder(lane(0), 1), 0)
		err := l.AcceptTick(t.Context(), v, p, meter())
		if ok {
			require.NoError(t, err)
			l.path, l.Book = l.path+"2", nil
			continue
		}
		refused(t, err, 402, earn.CodeReserve)
	}
}

// settlerThatFails is a chain that takes nothing.
type settlerThatFails struct{}

func (settlerThatFails) Settle(context.Context, []pay.Settlement) error { return errors.New("refused") }
