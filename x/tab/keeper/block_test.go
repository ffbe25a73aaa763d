package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

func TestWindowsBeginInOrderAndBounded(t *testing.T) {
	c := newChain(t)
	lane := signer(t, "lane", 1, 0)
	const tabs = 300
	payer := account("alice").String()
	for range tabs {
		_, err := c.msgs.Open(c.ctx, &types.MsgOpen{
			Payer: payer, Denom: denom, Deposit: "1000000000000000", Bond: "50000000000000", Lanes: []types.NewLane{lane.newLane(milli)},
		})
		require.NoError(t, err)
	}
	for id := uint64(tabs); id > 0; id-- { // the last id closes first
		_, err := c.msgs.Close(c.ctx, &types.MsgClose{Payer: payer, Tab: id})
		require.NoError(t, err)
		if id == tabs {
			c.pass(1, time.Second)
			require.NotZero(t, c.tab(tabs).CloseHeight)
		}
	}
	begun := func() (n int) {
		for id := range uint64(tabs) {
			if c.tab(id+1).CloseHeight > 0 {
				n++
			}
		}
		return n
	}
	c.pass(1, time.Second)
	require.Equal(t, 257, begun())
	c.pass(1, time.Second)
	require.Equal(t, tabs, begun())
	c.check()
}

func TestClosedTabIsDeletedInSteps(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	leaves := make([]pay.Leaf, 600)
	for i := range leaves {
		leaves[i] = leaf(weal.AssetID(i+1), 1)
	}
	p := lane.sign(1, leaves)
	assets := make([]weal.AssetID, len(leaves))
	for i := range assets {
		assets[i] = weal.AssetID(i + 1)
	}
	require.EqualValues(t, 600, c.mustSettle(p.of(assets...)))
	c.shut(1)
	rows := func() (n int) {
		for _, a := range assets {
			if c.credited(1, 0, a) != "0" {
				n++
			}
		}
		return n
	}
	require.Equal(t, 600, rows())
	for _, want := range []int{344, 88, 0, 0} {
		c.pass(1, time.Second)
		require.Equal(t, want, rows())
		c.check()
		_, err := c.settle(p.of(vault))
		require.ErrorIs(t, err, types.ErrTabClosed, "a deleted row cannot be credited again")
	}
}

// Settlements of two lanes of a tab must not touch each other's keys: the block
// executor runs them side by side.
func TestLanesDoNotConflict(t *testing.T) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.openWith(&types.MsgOpen{
		Deposit: "2000000000000000", Bond: "100000000000000",
		Lanes: []types.NewLane{a.newLane(milli), b.newLane(milli)},
	})
	writes := func(s types.Settlement) map[string]bool {
		t.Helper()
		keys := map[string]bool{}
		before := c.dump()
		c.mustSettle(s)
		for key, value := range c.dump() {
			if before[key] != value {
				keys[key] = true
			}
		}
		require.Len(t, keys, 2, "the lane and one credited row")
		return keys
	}
	first := writes(a.sign(1, []pay.Leaf{leaf(vault, 5)}).of(vault))
	for key := range writes(b.sign(1, []pay.Leaf{leaf(vault, 5)}).of(vault)) {
		require.NotContains(t, first, key)
	}
}

// dump returns the whole store of the module.
func (c *chain) dump() map[string]string {
	out := map[string]string{}
	it := storetypes.KVStorePrefixIterator(c.ctx.KVStore(c.key), nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		out[string(it.Key())] = string(it.Value())
	}
	return out
}
