package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

func TestWithdrawRace(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(10 * milli)
	p := lane.sign(1, []pay.Leaf{leaf(vault, 4*milli)})
	require.NoError(t, c.close(1))
	_, err := c.withdraw(1)
	require.ErrorIs(t, err, types.ErrWindow)
	c.pass(50, 6*time.Second)
	require.EqualValues(t, 4*milli, c.mustSettle(p.of(vault)), "the window is for this")
	c.pass(50, 6*time.Second)
	_, err = c.withdraw(1)
	require.ErrorIs(t, err, types.ErrWindow, "100 blocks and 600 seconds from the block after")
	c.pass(1, 6*time.Second)
	late := lane.sign(2, []pay.Leaf{leaf(vault, 5*milli)})
	require.EqualValues(t, milli, c.mustSettle(late.of(vault)), "until the withdrawal, not the window's end")

	before := c.balance("alice")
	refund, err := c.withdraw(1)
	require.NoError(t, err)
	require.Equal(t, math.NewIntFromUint64(5*milli+milli/2).String(), refund)
	require.Equal(t, refund, c.balance("alice").Sub(before).String(), "to the payer, whoever sends it")
	_, err = c.settle(lane.sign(3, []pay.Leaf{leaf(vault, 6*milli)}).of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed)
	_, err = c.withdraw(1)
	require.ErrorIs(t, err, types.ErrTabClosed)
	require.ErrorIs(t, c.close(1), types.ErrTabClosed)
}

func TestCloseAfterPause(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	// The first block after a pause carries the time from before it.
	require.NoError(t, c.close(1))
	c.pass(1, time.Hour)
	require.EqualValues(t, c.ctx.BlockHeight()+100, c.tab(1).CloseHeight)
	require.Equal(t, c.ctx.BlockTime().Add(10*time.Minute), c.tab(1).CloseTime)
	c.pass(1, 24*time.Hour) // and another: the time has passed, the blocks have not
	for range 98 {
		_, err := c.withdraw(1)
		require.ErrorIs(t, err, types.ErrWindow)
		c.pass(1, time.Second)
	}
	_, err := c.withdraw(1)
	require.ErrorIs(t, err, types.ErrWindow)
	require.EqualValues(t, 5, c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 5)}).of(vault)), "the 100th block of the window")
	c.pass(1, time.Second)
	_, err = c.withdraw(1)
	require.NoError(t, err)
}

func TestFastBlocksDoNotShortenTheWindow(t *testing.T) {
	c := newChain(t)
	c.oneLane(milli)
	require.NoError(t, c.close(1))
	c.pass(600, time.Second)
	_, err := c.withdraw(1)
	require.ErrorIs(t, err, types.ErrWindow)
	c.pass(1, time.Second)
	_, err = c.withdraw(1)
	require.NoError(t, err)
}

func TestCreditedNeverGoesBack(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(10 * milli)
	c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 6*milli)}).of(vault))
	// The payer shows vouchers that take it back.
	c.mustSettle(lane.sign(2, []pay.Leaf{leaf(vault, 1)}).of(vault))
	c.mustSettle(lane.sign(3, nil).claim())
	require.Equal(t, math.NewIntFromUint64(4*milli+milli/2).String(), c.shut(1))
	require.Equal(t, math.NewIntFromUint64(6*milli).String(), c.money.earned(vault).String())
}

// The payer and the model settle the model's leaf alone and run the window out
// while the vault is away: what the voucher showed stays for the vault.
func TestShownTotalHoldsTheRest(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(10 * milli)
	p := lane.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, 2*milli)}, ticks(model, 1000, 8))
	c.mustSettle(p.claim(p.both(model, 8)))
	require.Equal(t, math.NewIntFromUint64(7*milli-8000+milli/2).String(), c.shut(1))

	c.pass(5, time.Second)
	more := lane.sign(2, []pay.Leaf{leaf(model, 5*milli), leaf(vault, 3*milli)})
	require.EqualValues(t, 2*milli, c.mustSettle(more.of(vault)), "as much as was shown before, and no more")
	_, err := c.settle(p.of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed)
	require.Equal(t, math.NewIntFromUint64(2*milli).String(), c.money.earned(vault).String())
	c.pass(2, time.Second)
	for key := range c.dump() {
		for _, prefix := range []collections.Prefix{types.LanesKey, types.CreditedKey, types.SpentKey} {
			require.NotEqual(t, prefix.Bytes()[0], key[0], "a closed tab's rows are deleted")
		}
	}
}

func TestShownBeyondTheCapHoldsTheCap(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(10 * milli)
	huge := lane.raw(pay.Voucher{
		Lane: lane.ref, Seq: 1,
		Total: weal.AmountFromBytes([16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}),
	})
	c.mustSettle(types.Settlement{Voucher: huge.Bytes()})
	require.Equal(t, math.NewIntFromUint64(milli/2).String(), c.shut(1), "the bond is not the lane's")
}
