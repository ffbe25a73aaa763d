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

// twoLanes opens tab 1 with two lanes of 4 milli each and 8 milli free.
func twoLanes(t *testing.T) (*chain, *laneSigner, *laneSigner) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.openWith(&types.MsgOpen{
		Deposit: "16000000000000000", Bond: "800000000000000", Lanes: []types.NewLane{a.newLane(4 * milli), b.newLane(4 * milli)},
	})
	return c, a, b
}

// end runs the window of what was ended out and releases it.
func (c *chain) end(tab uint64) types.Tab {
	c.t.Helper()
	c.pass(101, 6*time.Second)
	_, err := c.fund("alice", &types.MsgFund{Tab: tab})
	require.NoError(c.t, err)
	return c.tab(tab)
}

func TestCheckpointPaysAllLanesOnce(t *testing.T) {
	c, a, b := twoLanes(t)
	first := a.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, 500)})
	second := b.sign(1, []pay.Leaf{leaf(model, 300), leaf(vault, 2*milli)})
	c.mustSettle(first.of(model)) // before the checkpoint

	p := c.checkpointOf(1, 0, leaf(model, milli+300), leaf(vault, 2*milli+500))
	paid, err := c.checkpoint(p.msg(2*milli+800, model))
	require.NoError(t, err)
	require.EqualValues(t, 300, paid, "what the model was not paid by lanes")
	require.EqualValues(t, 1, c.tab(1).Epoch)
	require.Empty(t, c.tab(1).Lanes)
	require.Equal(t, math.NewInt(8*milli-2*milli-800).String(), c.tab(1).Free)
	require.EqualValues(t, 2*milli+500, c.mustSettle(p.of(vault)), "anyone brings a leaf later")
	require.Zero(t, c.mustSettle(p.of(model, vault)), "and again for nothing")

	// The lanes' vouchers pay nothing that was paid, in any order, shown by anyone.
	require.Zero(t, c.mustSettle(second.of(vault), first.of(vault), second.of(model), first.of(model)))
	require.EqualValues(t, milli+300, c.earned(model))
	require.EqualValues(t, 2*milli+500, c.earned(vault))
	require.Equal(t, math.NewInt(8*milli).String(), c.tab(1).Free, "what the pot paid came back from the lanes")

	more := a.sign(2, []pay.Leaf{leaf(vault, 501)})
	require.EqualValues(t, 1, c.mustSettle(more.of(vault)), "a leaf beyond the checkpoint still pays its lane's difference")
	after := c.end(1)
	require.Empty(t, after.Past, "all is settled: the epoch is spent")
	require.Equal(t, math.NewInt(16*milli-3*milli-801).String(), after.Free)
	require.Equal(t, after.Free, after.Deposit)
	c.pass(2, time.Second)
	require.NotContains(t, c.prefixes(), types.CreditedKey.Bytes()[0])
	_, err = c.settle(p.of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed)
	_, err = c.settle(more.of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed)
}

// The checkpoint leaves the vault out, and gives all it can to the payer's own
// assets: the vault's lanes pay it as if there were none.
func TestCheckpointThatLeavesAnAssetOut(t *testing.T) {
	c, a, b := twoLanes(t)
	first := a.sign(1, []pay.Leaf{leaf(vault, 4*milli)})
	second := b.sign(1, []pay.Leaf{leaf(model, 3*milli), leaf(vault, milli)})
	p := c.checkpointOf(1, 0, leaf(gateway, 6*milli), leaf(model, 2*milli))
	paid, err := c.checkpoint(p.msg(8*milli, gateway, model))
	require.NoError(t, err)
	require.EqualValues(t, 8*milli, paid)
	c.pass(100, 6*time.Second)
	require.EqualValues(t, 5*milli, c.mustSettle(first.of(vault), second.of(vault)))
	require.EqualValues(t, milli, c.mustSettle(second.of(model)), "what the checkpoint said too little")
	require.EqualValues(t, 5*milli, c.earned(vault))
	require.EqualValues(t, 3*milli, c.earned(model))
	require.Equal(t, math.NewInt(2*milli).String(), c.end(1).Free, "16 - 6 - 3 - 5")
}

// Vouchers of the epoch that are signed after the checkpoint are the payer's to
// pay, out of the lanes, until they are released.
func TestVouchersAfterTheCheckpoint(t *testing.T) {
	c, a, _ := twoLanes(t)
	p := c.checkpointOf(1, 0, leaf(vault, milli))
	_, err := c.checkpoint(p.msg(milli, vault))
	require.NoError(t, err)
	late := a.sign(9, []pay.Leaf{leaf(model, milli), leaf(vault, 2*milli)})
	require.EqualValues(t, milli, c.mustSettle(late.of(vault)))
	c.end(1)
	require.EqualValues(t, milli, c.mustSettle(late.of(model)), "held by the shown total")
	_, err = c.settle(a.sign(10, []pay.Leaf{leaf(model, 2*milli)}).of(model))
	require.ErrorIs(t, err, types.ErrTabClosed)
	// In the new epoch the same key's old vouchers are worth nothing.
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{a.newLane(milli)}})
	require.NoError(t, err)
	_, err = c.settle(late.of(vault))
	require.ErrorIs(t, err, types.ErrTabClosed)
	require.EqualValues(t, 3, c.mustSettle(a.in(1).sign(1, []pay.Leaf{leaf(vault, 3)}).of(vault)))
}

func TestOneCheckpointAnEpoch(t *testing.T) {
	c, _, _ := twoLanes(t)
	p := c.checkpointOf(1, 0, leaf(vault, milli))
	_, err := c.checkpoint(p.msg(milli))
	require.NoError(t, err)
	for name, again := range map[string]*point{
		"replay": p, "another": c.checkpointOf(1, 0, leaf(model, milli)), "an epoch to come": c.checkpointOf(1, 2, leaf(model, milli)),
	} {
		_, err = c.checkpoint(again.msg(milli))
		require.ErrorIs(t, err, types.ErrCheckpoint, name)
	}
	other := c.checkpointOf(1, 0, leaf(vault, 2*milli))
	_, err = c.settle(other.of(vault))
	require.ErrorIs(t, err, types.ErrClaim, "leaves of another tree")
	_, err = c.settle(types.Settlement{Tab: 1, Epoch: 1, Claims: p.of(vault).Claims})
	require.ErrorIs(t, err, types.ErrLaneNotFound, "an epoch without a checkpoint")
	_, err = c.settle(types.Settlement{Tab: 2, Claims: p.of(vault).Claims})
	require.ErrorIs(t, err, types.ErrTabNotFound)
	require.EqualValues(t, milli, c.mustSettle(p.of(vault)))
	next := c.checkpointOf(1, 1, leaf(vault, milli))
	paid, err := c.checkpoint(next.msg(milli, vault))
	require.NoError(t, err)
	require.EqualValues(t, milli, paid, "another epoch, another debt")
}

func TestCheckpointChecks(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*types.MsgCheckpoint)
		want   string
	}{
		{"good", func(*types.MsgCheckpoint) {}, ""},
		{"nothing to pay", func(m *types.MsgCheckpoint) { *m = types.MsgCheckpoint{Payer: m.Payer, Tab: 1} }, ""},
		{"no pot", func(m *types.MsgCheckpoint) { m.Cap = "" }, ""},
		{"another's", func(m *types.MsgCheckpoint) { m.Payer = account("bob").String() }, "not the tab's payer"},
		{"no tab", func(m *types.MsgCheckpoint) { m.Tab = 2 }, "tab not found"},
		{"more than its leaves", func(m *types.MsgCheckpoint) { m.Cap = "13" }, "more than its total"},
		{"more than is free", func(m *types.MsgCheckpoint) { m.Total, m.Cap = "8000000000000001", "8000000000000001" }, "more than the free deposit"},
		{"another total", func(m *types.MsgCheckpoint) { m.Total = "13" }, "path does not lead to the root"},
		{"another top", func(m *types.MsgCheckpoint) { m.Top = make([]byte, 32) }, "path does not lead to the root"},
		{"another count", func(m *types.MsgCheckpoint) { m.Leaves = 3 }, "path does not lead to the root"},
		{"short top", func(m *types.MsgCheckpoint) { m.Top = m.Top[:31] }, "top"},
		{"no leaves", func(m *types.MsgCheckpoint) { m.Leaves = 0 }, "without leaves"},
		{"total", func(m *types.MsgCheckpoint) { m.Total = "x" }, "total: amount"},
		{"cap", func(m *types.MsgCheckpoint) { m.Cap = "-1" }, "cap: amount"},
		{"asset twice", func(m *types.MsgCheckpoint) { m.Claims = append(m.Claims, m.Claims[0]) }, "assets must ascend"},
		{"no leaf", func(m *types.MsgCheckpoint) { m.Claims[0] = types.Claim{} }, "a checkpoint has leaves"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, _, _ := twoLanes(t)
			msg := c.checkpointOf(1, 0, leaf(model, 5), leaf(vault, 7)).msg(10, model)
			tc.change(msg)
			_, err := c.checkpoint(msg)
			if tc.want != "" {
				require.ErrorContains(t, err, tc.want)
				require.Zero(t, c.tab(1).Epoch)
				return
			}
			require.NoError(t, err)
			require.EqualValues(t, 1, c.tab(1).Epoch)
		})
	}
	t.Run("a voucher for all lanes", func(t *testing.T) {
		c, a, _ := twoLanes(t)
		p := c.checkpointOf(1, 0, leaf(vault, 7))
		_, err := c.checkpoint(p.msg(7))
		require.NoError(t, err)
		a.ref.Lane = types.Whole
		_, err = c.settle(a.sign(1, []pay.Leaf{leaf(vault, 7)}).of(vault))
		require.ErrorIs(t, err, types.ErrVoucher)
		both := a.sign(1, []pay.Leaf{leaf(vault, 7)}).of(vault)
		both.Tab = 1
		_, err = c.settle(both)
		require.ErrorIs(t, err, types.ErrVoucher)
		ticked := p.of(vault)
		ticked.Claims[0] = a.sign(1, nil, ticks(vault, 1, 7)).ticked(vault, 7)
		_, err = c.settle(ticked)
		require.ErrorIs(t, err, types.ErrClaim)
	})
}

// A pot that is too small pays what it has; the lanes pay the rest.
func TestCheckpointWithASmallPot(t *testing.T) {
	c, a, b := twoLanes(t)
	first, second := a.sign(1, []pay.Leaf{leaf(vault, 2*milli)}), b.sign(1, []pay.Leaf{leaf(vault, milli)})
	p := c.checkpointOf(1, 0, leaf(vault, 3*milli))
	paid, err := c.checkpoint(p.msg(milli, vault))
	require.NoError(t, err)
	require.EqualValues(t, milli, paid)
	require.EqualValues(t, milli, c.mustSettle(first.of(vault)), "two, of which one is paid")
	require.EqualValues(t, milli, c.mustSettle(second.of(vault)))
	require.EqualValues(t, 3*milli, c.earned(vault))
	require.Equal(t, math.NewInt(13*milli).String(), c.end(1).Free)
}

// What a checkpoint promises stays for its assets after the window and after the
// tab was closed; and what they need not any more goes back to the payer.
func TestCheckpointHoldsWhatItPromises(t *testing.T) {
	for _, closed := range []bool{false, true} {
		c, a, b := twoLanes(t)
		first := a.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, milli)})
		second := b.sign(1, []pay.Leaf{leaf(gateway, 500), leaf(model, milli)})
		c.mustSettle(first.of(model))                                                           // holds the vault's on lane 0
		p := c.checkpointOf(1, 0, leaf(gateway, 500), leaf(model, 2*milli), leaf(vault, milli)) // total 3 milli + 500
		_, err := c.checkpoint(p.msg(3*milli + 500))
		require.NoError(t, err)
		refund := uint64(0)
		if closed {
			n, ok := math.NewIntFromString(c.shut(1))
			require.True(t, ok)
			refund = n.Uint64() - 800_000_000_000_000
			_, err = c.settle(second.of(gateway))
			require.ErrorIs(t, err, types.ErrTabClosed, "nobody showed this one")
		} else {
			n, ok := math.NewIntFromString(c.end(1).Free)
			require.True(t, ok)
			refund = n.Uint64()
		}
		require.EqualValues(t, 16*milli-2*milli-(3*milli+500), refund, "lane 0's total and the checkpoint's are held")
		before := c.balance("alice")
		require.EqualValues(t, milli, c.mustSettle(first.of(vault)), "from the lane")
		require.EqualValues(t, milli+500, c.mustSettle(p.of(gateway, model, vault)), "and the others' from the checkpoint")
		back := c.balance("alice").Sub(before).Uint64()
		if !closed {
			require.Zero(t, back)
			free, _ := math.NewIntFromString(c.tab(1).Free)
			back = free.Uint64() - refund
		}
		require.EqualValues(t, 2*milli, back, "what lanes had paid of the checkpoint is the payer's again")
		require.EqualValues(t, 500, c.earned(gateway))
		require.EqualValues(t, 2*milli, c.earned(model))
		require.EqualValues(t, milli, c.earned(vault))
		_, err = c.settle(p.of(vault))
		require.ErrorIs(t, err, types.ErrTabClosed)
		c.pass(2, time.Second)
		require.NotContains(t, c.prefixes(), types.LanesKey.Bytes()[0])
		require.NotContains(t, c.prefixes(), types.HoldingKey.Bytes()[0])
	}
}

// Paid by the checkpoint first, then by a lane that has ended: the lane's coins for
// it are the payer's again.
func TestEndedLaneRepaysTheCheckpoint(t *testing.T) {
	for _, closed := range []bool{false, true} {
		c, a, _ := twoLanes(t)
		first := a.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, milli)})
		c.mustSettle(first.of(model))
		p := c.checkpointOf(1, 0, leaf(model, milli), leaf(vault, milli))
		paid, err := c.checkpoint(p.msg(milli, model, vault))
		require.NoError(t, err)
		require.EqualValues(t, milli, paid)
		if closed {
			c.shut(1)
		} else {
			c.end(1)
		}
		before := c.balance("alice").Add(free(c))
		require.Zero(t, c.mustSettle(first.of(vault)))
		require.Equal(t, math.NewInt(milli).String(), c.balance("alice").Add(free(c)).Sub(before).String())
		require.EqualValues(t, milli, c.earned(vault))
		c.pass(2, time.Second)
		require.NotContains(t, c.prefixes(), types.LanesKey.Bytes()[0])
	}
}

// free returns the free deposit of tab 1.
func free(c *chain) math.Int {
	n, ok := math.NewIntFromString(c.tab(1).Free)
	require.True(c.t, ok)
	return n
}

// A restored purse that does not know what it has signed begins anew.
func TestEmptyCheckpointOpensAnEpoch(t *testing.T) {
	c, a, _ := twoLanes(t)
	old := a.sign(7, []pay.Leaf{leaf(vault, milli)})
	_, err := c.checkpoint(c.checkpointOf(1, 0).msg(0))
	require.NoError(t, err)
	first, err := c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{a.newLane(milli)}})
	require.NoError(t, err)
	require.Zero(t, first)
	again := a.in(1).sign(7, []pay.Leaf{leaf(vault, 4)})
	require.EqualValues(t, milli+4, c.mustSettle(again.of(vault), old.of(vault)))
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Raises: []types.Raise{{Lane: 1, More: "1"}}})
	require.ErrorIs(t, err, types.ErrLaneNotFound, "lanes of past epochs are not raised")
	require.ErrorIs(t, c.revoke(1, 1), types.ErrLaneNotFound)
	got := c.end(1)
	require.Len(t, got.Lanes, 1)
	require.Equal(t, math.NewInt(14*milli).String(), got.Free)
}

// The last epoch there can be does not wrap around.
func TestEpochsEnd(t *testing.T) {
	c, _, _ := twoLanes(t)
	gs, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	gs.Tabs[0].Epoch = types.Whole - 1
	late := newChainWith(t, c.money, gs)
	msg := late.checkpointOf(1, types.Whole-1).msg(0)
	err = late.try(func(ctx sdk.Context) error { _, err := late.msgs.Checkpoint(ctx, msg); return err })
	require.ErrorContains(t, err, "no epochs left")
	gs.Tabs[0].Epoch = types.Whole
	require.ErrorIs(t, gs.Validate(), types.ErrGenesis)
}

// An asset that is in a lane many times over epochs is paid once for each.
func TestEpochsAreApart(t *testing.T) {
	c, a, _ := twoLanes(t)
	for epoch := range uint32(3) {
		s := a.in(epoch)
		if epoch > 0 {
			_, err := c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{a.newLane(milli)}})
			require.NoError(t, err)
		}
		v := s.sign(1, []pay.Leaf{leaf(vault, 100)})
		p := c.checkpointOf(1, epoch, leaf(vault, 100))
		_, err := c.checkpoint(p.msg(100, vault))
		require.NoError(t, err)
		require.Zero(t, c.mustSettle(v.of(vault)))
		require.EqualValues(t, 100*(epoch+1), c.earned(vault))
	}
	require.Len(t, c.tab(1).Past, 3)
	for i, lanes := range []int{3, 2, 2} {
		require.Len(t, c.tab(1).Past[i].Lanes, lanes, "with the row of the checkpoint")
	}
	c.end(1)
	require.Empty(t, c.tab(1).Past)
}
