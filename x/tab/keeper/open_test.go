package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/x/tab/types"
)

func TestOpenChecks(t *testing.T) {
	good := func() *types.MsgOpen {
		return &types.MsgOpen{
			Payer: account("alice").String(), Denom: denom, Deposit: "2000000000000000", Bond: "100000000000000",
			Lanes: []types.NewLane{signer(t, "a", 1, 0).newLane(milli), signer(t, "b", 1, 1).newLane(milli)},
		}
	}
	for _, tc := range []struct {
		name   string
		change func(*types.MsgOpen)
		want   string // part of the error; empty for none
	}{
		{"good", func(*types.MsgOpen) {}, ""},
		{"no lanes", func(m *types.MsgOpen) { m.Lanes = nil }, ""},
		{"payer", func(m *types.MsgOpen) { m.Payer = "alice" }, "read payer"},
		{"denom", func(m *types.MsgOpen) { m.Denom = "7" }, "invalid denom"},
		{"no deposit", func(m *types.MsgOpen) { m.Deposit = "" }, "deposit: amount"},
		{"zero deposit", func(m *types.MsgOpen) { m.Deposit, m.Bond, m.Lanes = "0", "0", nil }, "more than zero"},
		{"negative deposit", func(m *types.MsgOpen) { m.Deposit = "-1" }, "deposit: amount"},
		{"leading zero", func(m *types.MsgOpen) { m.Deposit = "02000000000000000" }, "deposit: amount"},
		{"deposit of 129 bits", func(m *types.MsgOpen) { m.Deposit = "340282366920938463463374607431768211456" }, "deposit: amount"},
		{"deposit of 128 bits", func(m *types.MsgOpen) {
			m.Deposit, m.Bond = "340282366920938463463374607431768211455", "340282366920938463463374607431768211455"
		}, "needs"},
		{"low bond", func(m *types.MsgOpen) { m.Bond = "99999999999999" }, "bond must be at least 100000000000000"},
		{"bond is rounded up", func(m *types.MsgOpen) { m.Deposit = "2000000000000001" }, "bond must be at least 100000000000001"},
		{"fee reserve", func(m *types.MsgOpen) { m.FeeReserve = "1e3" }, "fee_reserve: amount"},
		{"caps beyond the deposit", func(m *types.MsgOpen) { m.Lanes[1].Cap = "1000000000000001" }, "caps exceed the deposit"},
		{"caps that overflow", func(m *types.MsgOpen) {
			m.Lanes[0].Cap, m.Lanes[1].Cap = strings.Repeat("3", 39), strings.Repeat("3", 39)
		}, "caps exceed the deposit"},
		{"low cap", func(m *types.MsgOpen) { m.Lanes[0].Cap = "999999999999999" }, "cap must be at least 1000000000000000"},
		{"short key", func(m *types.MsgOpen) { m.Lanes[0].Key = m.Lanes[0].Key[:31] }, "open lane 0: key"},
		{"key of small order", func(m *types.MsgOpen) { m.Lanes[1].Key = append([]byte{1}, make([]byte, 31)...) }, "open lane 1: key"},
		{"no gateway", func(m *types.MsgOpen) { m.Lanes[0].Gateway = 0 }, "there is no asset 0"},
		{"no such gateway", func(m *types.MsgOpen) { m.Lanes[0].Gateway = uint64(lastAsset) + 1 }, "there is no asset 2001"},
		{"too many lanes", func(m *types.MsgOpen) {
			for range 1025 {
				m.Lanes = append(m.Lanes, m.Lanes[0])
			}
		}, "at most 1024 lanes"},
		{"too poor", func(m *types.MsgOpen) { m.Payer = account("carol").String() }, "needs"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain(t)
			msg := good()
			tc.change(msg)
			err := c.try(func(ctx sdk.Context) error { _, err := c.msgs.Open(ctx, msg); return err })
			if tc.want == "" {
				require.NoError(t, err)
				require.Equal(t, "2100000000000000", c.money.of("escrow", denom).String())
				return
			}
			require.ErrorContains(t, err, tc.want)
			require.True(t, c.money.of("escrow", denom).IsZero())
		})
	}
}

func (c *chain) fund(name string, msg *types.MsgFund) (first uint32, err error) {
	c.t.Helper()
	msg.Payer = account(name).String()
	err = c.try(func(ctx sdk.Context) error {
		r, err := c.msgs.Fund(ctx, msg)
		if err == nil {
			first = r.FirstLane
		}
		return err
	})
	return first, err
}

func TestFundTopsUpAndOpensLanes(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	before := c.balance("alice")
	second := signer(t, "second", 1, 1)
	first, err := c.fund("alice", &types.MsgFund{
		Tab: 1, Deposit: "2000000000000000", FeeReserve: "5", Lanes: []types.NewLane{second.newLane(2 * milli)},
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, first)
	require.Equal(t, math.NewIntFromUint64(2*milli+2*milli/20+5).String(), before.Sub(c.balance("alice")).String(),
		"the bond grows with the deposit")
	got := c.tab(1)
	require.Equal(t, "3000000000000000", got.Deposit)
	require.Equal(t, "150000000000000", got.Bond)
	require.Equal(t, "5", got.FeeReserve)
	require.Len(t, got.Lanes, 2)
	require.EqualValues(t, 2*milli, c.mustSettle(second.sign(1, []pay.Leaf{leaf(vault, 9*milli)}).of(vault)))
	require.EqualValues(t, milli, c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 9*milli)}).of(vault)))

	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Lanes: []types.NewLane{second.newLane(milli)}})
	require.ErrorContains(t, err, "open lane 2: the caps exceed the deposit")
	_, err = c.fund("bob", &types.MsgFund{Tab: 1, Deposit: "1"})
	require.ErrorIs(t, err, types.ErrNotPayer)
	_, err = c.fund("alice", &types.MsgFund{Tab: 2, Deposit: "1"})
	require.ErrorIs(t, err, types.ErrTabNotFound)
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Deposit: "340282366920938463463374607431768211455"})
	require.ErrorContains(t, err, "deposit does not fit")
	require.NoError(t, c.close(1))
	_, err = c.fund("alice", &types.MsgFund{Tab: 1, Deposit: "1"})
	require.ErrorIs(t, err, types.ErrTabClosed)
}

func TestOnlyThePayerCloses(t *testing.T) {
	c := newChain(t)
	c.oneLane(milli)
	err := c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.Close(ctx, &types.MsgClose{Payer: account("bob").String(), Tab: 1})
		return err
	})
	require.ErrorIs(t, err, types.ErrNotPayer)
	_, err = c.withdraw(1)
	require.ErrorIs(t, err, types.ErrWindow)
	_, err = c.withdraw(2)
	require.ErrorIs(t, err, types.ErrTabNotFound)
}

func TestOnlyGovernanceChangesParams(t *testing.T) {
	c := newChain(t)
	params := types.DefaultParams()
	params.CloseBlocks = 7
	update := func(authority string, p types.Params) error {
		return c.try(func(ctx sdk.Context) error {
			_, err := c.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: authority, Params: p})
			return err
		})
	}
	require.ErrorContains(t, update(account("alice").String(), params), "invalid authority")
	require.NoError(t, update(account("gov").String(), params))
	got, err := c.k.Params(c.ctx)
	require.NoError(t, err)
	require.Equal(t, params, got)
	for _, change := range []func(*types.Params){
		func(p *types.Params) { p.CloseBlocks = 0 },
		func(p *types.Params) { p.CloseSeconds = 0 },
		func(p *types.Params) { p.LeastCap = "0" },
		func(p *types.Params) { p.LeastCap = "" },
		func(p *types.Params) { p.MaxLanes = 0 },
		func(p *types.Params) { p.MaxLanes = 5000 },
		func(p *types.Params) { p.RefundPerAsset = "x" },
		func(p *types.Params) { p.RefundRatio = 0 },
		func(p *types.Params) { p.LeastBondBasisPoints = 10_001 },
	} {
		bad := params
		change(&bad)
		require.ErrorIs(t, update(account("gov").String(), bad), types.ErrParams)
	}
}
