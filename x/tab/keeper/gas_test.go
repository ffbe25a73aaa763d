package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// gasOf returns what settling costs in this module.
func (c *chain) gasOf(s ...types.Settlement) uint64 {
	c.t.Helper()
	var used uint64
	require.NoError(c.t, c.try(func(ctx sdk.Context) error {
		ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		_, err := c.msgs.Settle(ctx, &types.MsgSettle{Sender: account("bob").String(), Settlements: s})
		used = ctx.GasMeter().GasConsumed()
		return err
	}))
	return used
}

// TestGasIsFlat: a settlement of one query costs what one of a million queries
// costs, the first as the last, in a tab of one lane as in one of many.
func TestGasIsFlat(t *testing.T) {
	c := newChain(t)
	lanes := make([]types.NewLane, 64)
	for i := range lanes {
		lanes[i] = signer(t, "many", 1, uint32(i)).newLane(milli)
	}
	c.open(lanes...)
	lane := signer(t, "many", 1, 63)
	least, most := ^uint64(0), uint64(0)
	for i, queries := range []uint64{1, 1000, 1_000_000} {
		other, total := signer(t, "many", 1, uint32(i)), 100*queries
		for _, l := range []*laneSigner{lane, other} {
			gas := c.gasOf(l.sign(queries, []pay.Leaf{leaf(model, total), leaf(vault, total)}).of(vault))
			least, most = min(least, gas), max(most, gas)
		}
	}
	require.LessOrEqual(t, (most-least)*100, least, "from %d to %d gas", least, most)
	require.Less(t, most, uint64(40_252))
}

// TestGasPaysForHashes: what is verified is charged before it is done.
func TestGasPaysForHashes(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, nil, ticks(model, 1, pay.MaxTicks))
	one, many := c.gasOf(p.claim(p.ticked(model, 1))), c.gasOf(p.claim(p.ticked(model, pay.MaxTicks)))
	require.InDelta(t, float64((pay.MaxTicks-1)*10), float64(many-one), 100)

	wide := make([]pay.Leaf, 1024)
	for i := range wide {
		wide[i] = leaf(weal.AssetID(i+1), 1)
	}
	narrow := c.gasOf(lane.sign(2, wide[:1]).of(1))
	deep := c.gasOf(lane.sign(3, wide).of(5))
	require.InDelta(t, 10*10, float64(deep-narrow), 50, "a path of ten siblings")

	forged := p.ticked(model, pay.MaxTicks)
	forged.Preimage = make([]byte, 32)
	ctx, _ := c.ctx.CacheContext()
	ctx = ctx.WithGasMeter(storetypes.NewGasMeter(100_000))
	require.Panics(t, func() {
		_, _ = c.msgs.Settle(ctx, &types.MsgSettle{Sender: account("bob").String(), Settlements: []types.Settlement{p.claim(forged)}})
	}, "out of gas before the chain is hashed")
}
