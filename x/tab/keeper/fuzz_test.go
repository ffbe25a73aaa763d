package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/x/tab/types"
)

// FuzzSettle feeds MsgSettle with any bytes: it must not panic, must not pay
// more than the lane's one honest voucher, and must keep the invariants.
func FuzzSettle(f *testing.F) {
	c := newChain(f)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(gateway, 3), leaf(vault, 5)}, ticks(model, 2, 9))
	add := func(s types.Settlement) {
		bz, err := s.Marshal()
		require.NoError(f, err)
		f.Add(bz)
	}
	add(p.of(gateway, vault))
	add(brief(p.of(gateway, vault)))
	add(p.claim(p.ticked(model, 9)))
	add(p.claim(p.ticked(model, 2), p.firm(vault)))
	add(p.claim())
	add(types.Settlement{})
	add(types.Settlement{Voucher: p.signed.Bytes(), Claims: []types.Claim{{TickCount: 1 << 31}}})
	f.Add([]byte{0xff})

	f.Fuzz(func(t *testing.T, bz []byte) {
		var s types.Settlement
		if s.Unmarshal(bz) != nil {
			return
		}
		c := newChain(t)
		c.oneLane(milli)
		err := c.try(func(ctx sdk.Context) error {
			_, err := c.msgs.Settle(ctx, &types.MsgSettle{Sender: account("bob").String(), Settlements: []types.Settlement{s}})
			return err
		})
		for asset, most := range map[int]int64{1: 3, 2: 18, 3: 5} {
			got := c.tabCredited(asset)
			require.LessOrEqual(t, got, most)
			require.True(t, err == nil || got == 0)
		}
	})
}

// FuzzCheckpoint feeds MsgCheckpoint, and then MsgProveOffence, with any bytes:
// they must not panic, must pay no more than the pot and take no bond without an
// offence, and must keep the invariants.
func FuzzCheckpoint(f *testing.F) {
	c := newChain(f)
	lane := signer(f, "lane", 1, 0)
	p := c.checkpointOf(1, 0, leaf(gateway, 3), leaf(vault, 5))
	over := lane.sign(1, []pay.Leaf{leaf(gateway, 3), leaf(vault, milli)}, ticks(model, 2, 9))
	add := func(msg *types.MsgCheckpoint, shown ...types.Settlement) {
		first, err := msg.Marshal()
		require.NoError(f, err)
		second, err := (&types.MsgProveOffence{Shown: shown}).Marshal()
		require.NoError(f, err)
		f.Add(first, second)
	}
	add(p.msg(8, gateway, vault), over.of(gateway, vault))
	add(p.msg(8), brief(over.of(gateway, vault)))
	add(p.msg(0), over.of(gateway), over.of(vault))
	add(&types.MsgCheckpoint{Payer: account("alice").String(), Tab: 1}, over.claim(over.ticked(model, 9)))
	f.Add([]byte{0xff}, []byte{0xff})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var msg types.MsgCheckpoint
		var shown types.MsgProveOffence
		if msg.Unmarshal(first) != nil || shown.Unmarshal(second) != nil {
			return
		}
		c := newChain(t)
		c.openWith(&types.MsgOpen{Deposit: "2000000000000000", Bond: "100000000000000", Lanes: []types.NewLane{signer(t, "lane", 1, 0).newLane(milli)}})
		if paid, err := c.checkpoint(&msg); err == nil {
			require.LessOrEqual(t, paid, uint64(milli))
		}
		shown.Sender = account("bob").String()
		err := c.try(func(ctx sdk.Context) error { _, err := c.msgs.ProveOffence(ctx, &shown); return err })
		require.Equal(t, err == nil, c.burned() != "0")
	})
}

// FuzzGenesis feeds the import of a state with any bytes: it must not panic, and
// what it accepts must keep the invariants and export as it came.
func FuzzGenesis(f *testing.F) {
	c := newChain(f)
	lane := c.oneLane(milli)
	c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 5)}).of(vault))
	require.NoError(f, c.close(1))
	gs, err := c.k.ExportGenesis(c.ctx)
	require.NoError(f, err)
	bz, err := gs.Marshal()
	require.NoError(f, err)
	f.Add(bz)
	_, err = c.checkpoint(c.checkpointOf(c.open(lane.newLane(milli)), 0).msg(0))
	require.NoError(f, err)
	require.NoError(f, c.revoke(c.open(lane.newLane(milli)), 0))
	c.pass(2, time.Second)
	gs, err = c.k.ExportGenesis(c.ctx)
	require.NoError(f, err)
	bz, err = gs.Marshal()
	require.NoError(f, err)
	f.Add(bz)
	bz, err = types.DefaultGenesis().Marshal()
	require.NoError(f, err)
	f.Add(bz)
	f.Fuzz(func(t *testing.T, bz []byte) {
		var gs types.GenesisState
		if gs.Unmarshal(bz) != nil {
			return
		}
		ctx, _ := c.ctx.CacheContext()
		fresh := newChain(t)
		if fresh.k.InitGenesis(fresh.ctx.WithBlockHeight(ctx.BlockHeight()), &gs) == nil {
			require.NoError(t, fresh.k.Check(fresh.ctx))
		}
	})
}
