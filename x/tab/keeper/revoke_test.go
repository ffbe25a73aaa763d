package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/x/tab/types"
)

// A payer revokes right after it was served: what was signed is paid.
func TestRevokingEscapesNoDebt(t *testing.T) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.open(a.newLane(2*milli), b.newLane(milli))
	p := a.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, milli/2)})
	require.NoError(t, c.revoke(1, 0))
	require.True(t, c.tab(1).Lanes[0].Revoked, "at once, for whoever asks")
	require.False(t, c.tab(1).Lanes[1].Revoked)
	require.Zero(t, c.tab(1).Lanes[0].CloseHeight, "the window begins with the next block")

	c.pass(1, time.Hour)
	got := c.tab(1).Lanes[0]
	require.EqualValues(t, c.ctx.BlockHeight()+100, got.CloseHeight)
	require.Equal(t, c.ctx.BlockTime().Add(10*time.Minute), *got.CloseTime)

	c.pass(99, time.Hour)
	_, err := c.fund("alice", &types.MsgFund{Tab: 1})
	require.NoError(t, err)
	require.Equal(t, "0", c.tab(1).Free, "nothing is free before the window has ended")
	require.EqualValues(t, milli, c.mustSettle(p.of(model)), "the 100th block of the window")

	c.pass(1, time.Second)
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{signer(t, "c", 1, 2).newLane(milli / 2 * 2)}})
	require.ErrorContains(t, err, "the caps exceed the deposit", "half a milli is free, not a whole one")
	_, err = c.fund("alice", &types.MsgFund{Tab: 1})
	require.NoError(t, err)
	after := c.tab(1)
	require.True(t, after.Lanes[0].Released)
	require.Equal(t, math.NewInt(milli/2).String(), after.Free)
	require.Equal(t, math.NewInt(3*milli/2).String(), after.Deposit, "what the lane holds has left the deposit")
	require.EqualValues(t, milli/2, c.mustSettle(p.of(vault)), "what the shown total held")
	_, err = c.settle(p.of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed, "the lane is spent")
	require.EqualValues(t, 7, c.mustSettle(b.sign(1, []pay.Leaf{leaf(vault, 7)}).of(vault)), "the other lane goes on")
	require.Equal(t, math.NewIntFromUint64(3*milli/2-7+3*milli/20).String(), c.shut(1))
	require.EqualValues(t, milli, c.earned(model))
	require.EqualValues(t, milli/2+7, c.earned(vault))
}

// Until it is released, a revoked lane is settled as any, also after its window.
func TestRevokedLaneIsSettledUntilItIsReleased(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	require.NoError(t, c.revoke(1, 0))
	c.pass(300, time.Minute)
	require.EqualValues(t, 50, c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 50)}).of(vault)))
	_, err := c.fund("alice", &types.MsgFund{Tab: 1})
	require.NoError(t, err)
	_, err = c.settle(lane.sign(2, []pay.Leaf{leaf(vault, 60)}).of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed)
	require.Equal(t, math.NewIntFromUint64(milli-50+milli/20).String(), c.shut(1))
}

// A thief signs whatever it likes, and the owner revokes: the cap is gone at most,
// and it is free again if the thief brought nothing within the window.
func TestThiefOfARevokedKeyGainsTheCapAtMost(t *testing.T) {
	c := newChain(t)
	stolen, safe := signer(t, "stolen", 1, 0), signer(t, "safe", 1, 1)
	c.open(stolen.newLane(milli), safe.newLane(milli))
	require.NoError(t, c.revoke(1, 0))
	c.pass(50, 6*time.Second)
	c.mustSettle(stolen.sign(1, []pay.Leaf{leaf(model, 9*milli)}).of(model))
	c.mustSettle(stolen.sign(2, []pay.Leaf{leaf(vault, 9*milli)}).of(vault))
	c.pass(60, 6*time.Second)
	_, err := c.fund("alice", &types.MsgFund{Tab: 1})
	require.NoError(t, err)
	require.EqualValues(t, milli, c.earned(model)+c.earned(vault))
	require.Equal(t, math.NewIntFromUint64(milli+milli/10).String(), c.shut(1))
}

func TestRevokeChecks(t *testing.T) {
	c := newChain(t)
	c.open(signer(t, "a", 1, 0).newLane(milli), signer(t, "b", 1, 1).newLane(milli))
	err := c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.Revoke(ctx, &types.MsgRevoke{Payer: account("bob").String(), Tab: 1, Lanes: []uint32{0}})
		return err
	})
	require.ErrorIs(t, err, types.ErrNotPayer)
	require.ErrorIs(t, c.revoke(2, 0), types.ErrTabNotFound)
	require.ErrorIs(t, c.revoke(1), types.ErrLane)
	require.ErrorIs(t, c.revoke(1, 2), types.ErrLaneNotFound)
	require.ErrorIs(t, c.revoke(1, types.Whole), types.ErrLaneNotFound)
	require.ErrorIs(t, c.revoke(1, 0, 0), types.ErrRevoked)
	require.NoError(t, c.revoke(1, 0, 1))
	c.pass(1, time.Second)
	end := c.tab(1).Lanes[0].CloseHeight
	require.ErrorIs(t, c.revoke(1, 0), types.ErrRevoked)
	require.Equal(t, end, c.tab(1).Lanes[0].CloseHeight, "a window that has begun keeps its end")
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Deposit: "1", Raises: []types.Raise{{Lane: 0, More: "1"}}})
	require.ErrorIs(t, err, types.ErrRevoked, "a revoked lane's cap is not raised")
	require.NoError(t, c.close(1))
	require.ErrorIs(t, c.revoke(1, 0), types.ErrTabClosed)
}

// Closing the tab does not shorten a revoked lane's window, nor the other way round.
func TestRevokeAndClose(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	require.NoError(t, c.revoke(1, 0))
	c.pass(101, 6*time.Second)
	require.NoError(t, c.close(1))
	c.pass(100, 6*time.Second)
	require.EqualValues(t, 5, c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 5)}).of(vault)))
	_, err := c.withdraw(1)
	require.ErrorIs(t, err, types.ErrWindow)
	c.pass(1, 6*time.Second)
	_, err = c.withdraw(1)
	require.NoError(t, err)
	c.pass(1, 6*time.Second)
	require.NotContains(t, c.prefixes(), types.LanesKey.Bytes()[0])
	require.NotContains(t, c.prefixes(), types.WindowsKey.Bytes()[0], "its window's row is deleted, too")
}

// prefixes returns the prefixes of all rows in the store.
func (c *chain) prefixes() []byte {
	var out []byte
	for key := range c.dump() {
		out = append(out, key[0])
	}
	return out
}

func TestRaiseCap(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, milli)})
	require.EqualValues(t, milli, c.mustSettle(p.of(model, vault)), "clipped by the cap")
	_, err := c.fund("alice", &types.MsgFund{Tab: 1, Raises: []types.Raise{{Lane: 0, More: "1"}}})
	require.ErrorContains(t, err, "raise lane 0: the caps exceed the deposit")
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Raises: []types.Raise{{Lane: 1, More: "0"}}})
	require.ErrorIs(t, err, types.ErrLaneNotFound)
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Raises: []types.Raise{{Lane: 0}}})
	require.ErrorIs(t, err, types.ErrAmount)
	_, err = c.fund("alice", &types.MsgFund{
		Tab: 1, Deposit: "1000000000000000", Raises: []types.Raise{{Lane: 0, More: "600000000000000"}, {Lane: 0, More: "400000000000000"}},
	})
	require.NoError(t, err)
	require.Equal(t, "2000000000000000", c.tab(1).Lanes[0].Cap)
	require.EqualValues(t, milli, c.mustSettle(p.of(vault)), "what was clipped is paid")
	require.Equal(t, math.NewIntFromUint64(milli/10).String(), c.shut(1))
}

// A payer cannot grow its tab without bound: lanes that were released count, until
// their epoch is over and they are paid out.
func TestLanesAreBounded(t *testing.T) {
	c := newChain(t)
	params := types.DefaultParams()
	params.MaxLanes = 2
	require.NoError(t, c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: account("gov").String(), Params: params})
		return err
	}))
	a := signer(t, "a", 1, 0)
	c.openWith(&types.MsgOpen{Deposit: "9000000000000000", Bond: "450000000000000", Lanes: []types.NewLane{a.newLane(milli), a.newLane(milli)}})
	require.NoError(t, c.revoke(1, 0, 1))
	c.pass(101, 6*time.Second)
	_, err := c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{a.newLane(milli)}})
	require.ErrorContains(t, err, "at most 2 lanes")
	_, err = c.checkpoint(c.checkpointOf(1, 0).msg(0))
	require.NoError(t, err)
	c.pass(101, 6*time.Second)
	first, err := c.fund("alice", &types.MsgFund{Tab: 1})
	require.NoError(t, err)
	require.Zero(t, first)
	c.pass(1, time.Second)
	first, err = c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{a.newLane(milli), a.newLane(8 * milli)}})
	require.NoError(t, err)
	require.Zero(t, first, "lanes count from 0 in each epoch")
}
