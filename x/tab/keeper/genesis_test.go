package keeper_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/x/tab/types"
)

// busy returns a chain with a tab in every state: 1 open and settled, 2 closing
// with a window, 3 closed with something held, 4 closed and being deleted, 5
// closed in the last block.
func busy(t *testing.T) (*chain, []*laneSigner) {
	c := newChain(t)
	lanes := make([]*laneSigner, 5)
	for i := range lanes {
		lanes[i] = signer(t, "lane", uint64(i+1), 0)
		c.openWith(&types.MsgOpen{
			Deposit: "4000000000000000", Bond: "200000000000000", FeeReserve: "77",
			Lanes: []types.NewLane{lanes[i].newLane(milli), signer(t, "spare", 0, 1).newLane(milli)},
		})
		if i != 3 {
			c.mustSettle(lanes[i].sign(1, []pay.Leaf{leaf(model, 30), leaf(vault, 20)}).of(model))
		}
	}
	require.NoError(t, c.close(3))
	require.NoError(t, c.close(4))
	c.pass(101, 6*time.Second)
	for _, id := range []uint64{3, 4} {
		_, err := c.withdraw(id)
		require.NoError(t, err)
	}
	require.NoError(t, c.close(2))
	c.pass(1, time.Second)
	require.NoError(t, c.close(5))
	return c, lanes
}

func TestGenesisRoundTrip(t *testing.T) {
	c, lanes := busy(t)
	gs, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	require.NoError(t, gs.Validate())
	require.Len(t, gs.Tabs, 5)
	require.EqualValues(t, 6, gs.NextTab)
	require.Len(t, gs.Tabs[2].Lanes, 2, "one of its lanes holds something")
	require.Empty(t, gs.Tabs[3].Lanes)

	bz, err := gs.Marshal()
	require.NoError(t, err)
	var read types.GenesisState
	require.NoError(t, read.Unmarshal(bz))
	again := newChainWith(t, c.money, &read)
	again.check()
	second, err := again.k.ExportGenesis(again.ctx)
	require.NoError(t, err)
	require.Equal(t, gs, second)

	// What was promised is paid, once, and the closed tab's window begins.
	again.ctx = again.ctx.WithBlockHeight(c.ctx.BlockHeight()).WithBlockTime(c.ctx.BlockTime())
	require.EqualValues(t, 20, again.mustSettle(lanes[2].sign(1, []pay.Leaf{leaf(model, 30), leaf(vault, 20)}).of(model, vault)))
	again.pass(101, 6*time.Second)
	refund, err := again.withdraw(5)
	require.NoError(t, err)
	require.Equal(t, math.NewIntFromUint64(4*milli+milli/5-50).String(), refund, "the first credit took the reserve of 77")
}

func TestGenesisThatContradictsItself(t *testing.T) {
	c, _ := busy(t)
	good, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	bz, err := good.Marshal()
	require.NoError(t, err)
	for name, change := range map[string]func(*types.GenesisState){
		"next tab":           func(g *types.GenesisState) { g.NextTab = 5 },
		"no next tab":        func(g *types.GenesisState) { g.NextTab, g.Tabs, g.Credited = 0, nil, nil },
		"tab twice":          func(g *types.GenesisState) { g.Tabs = append(g.Tabs, g.Tabs[4]) },
		"state":              func(g *types.GenesisState) { g.Tabs[0].State = 0 },
		"denom":              func(g *types.GenesisState) { g.Tabs[0].Denom = "" },
		"deposit":            func(g *types.GenesisState) { g.Tabs[0].Deposit = "1999999999999999" },
		"no bond":            func(g *types.GenesisState) { g.Tabs[0].Bond = "" },
		"closed deposit":     func(g *types.GenesisState) { g.Tabs[3].Deposit = "1" },
		"open window":        func(g *types.GenesisState) { g.Tabs[0].CloseHeight = 9 },
		"lane order":         func(g *types.GenesisState) { slices.Reverse(g.Tabs[0].Lanes) },
		"lane key":           func(g *types.GenesisState) { g.Tabs[0].Lanes[0].Key = make([]byte, 32) },
		"lane credited":      func(g *types.GenesisState) { g.Tabs[0].Lanes[0].Credited = "31" },
		"cap below credited": func(g *types.GenesisState) { g.Tabs[0].Lanes[0].Cap = "29" },
		"free":               func(g *types.GenesisState) { g.Tabs[0].Free = "1" },
		"no free":            func(g *types.GenesisState) { g.Tabs[0].Free = "" },
		"epoch to come":      func(g *types.GenesisState) { g.Tabs[0].Past = []types.Epoch{{Epoch: 1}} },
		"its own epoch past": func(g *types.GenesisState) { g.Tabs[0].Past = []types.Epoch{{Epoch: 0}} },
		"epoch twice": func(g *types.GenesisState) {
			g.Tabs[0].Epoch, g.Tabs[0].Past = 2, []types.Epoch{{Epoch: 1}, {Epoch: 1}}
		},
		"checkpoint of its epoch": func(g *types.GenesisState) { g.Tabs[0].Lanes[1].Id = types.Whole },
		"released in use":         func(g *types.GenesisState) { g.Tabs[0].Lanes[1].Released = true },
		"window of a lane in use": func(g *types.GenesisState) { g.Tabs[0].Lanes[1].CloseHeight = 5 },
		"window without a time": func(g *types.GenesisState) {
			g.Tabs[0].Lanes[1].Revoked, g.Tabs[0].Lanes[1].CloseHeight = true, 5
		},
		"row":               func(g *types.GenesisState) { g.Credited[0].Amount = "31" },
		"row twice":         func(g *types.GenesisState) { g.Credited = append(g.Credited, g.Credited[0]) },
		"row without lane":  func(g *types.GenesisState) { g.Credited[0].Lane = 7 },
		"row without asset": func(g *types.GenesisState) { g.Credited[0].Asset = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			var g types.GenesisState
			require.NoError(t, g.Unmarshal(bz))
			change(&g)
			require.ErrorIs(t, newChain(t).k.InitGenesis(c.ctx, &g), types.ErrGenesis)
		})
	}
}
