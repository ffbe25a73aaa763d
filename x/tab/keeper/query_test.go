package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/keeper"
	"github.com/weal-network/weal/x/tab/types"
)

// credited asks for what an asset was paid from a lane of epoch 0.
func (c *chain) credited(tab uint64, lane uint32, a weal.AssetID) string {
	c.t.Helper()
	r, err := keeper.NewQuerier(c.k).Credited(c.ctx, &types.QueryCreditedRequest{Tab: tab, Lane: lane, Asset: uint64(a)})
	require.NoError(c.t, err)
	return r.Amount
}

func TestQueries(t *testing.T) {
	c := newChain(t)
	q := keeper.NewQuerier(c.k)
	lane := c.oneLane(milli)
	for range 4 {
		c.open(lane.newLane(milli))
	}
	c.mustSettle(lane.sign(1, []pay.Leaf{leaf(vault, 5)}, ticks(model, 1, 3)).of(vault))

	one, err := q.Tab(c.ctx, &types.QueryTabRequest{Id: 1})
	require.NoError(t, err)
	require.Equal(t, types.Tab{
		Id: 1, Payer: account("alice").String(), Denom: denom, Deposit: "1000000000000000", Bond: "50000000000000",
		FeeReserve: "0", State: types.TAB_STATE_OPEN, Free: "0",
		Lanes: []types.Lane{{
			Key: lane.newLane(1).Key, Cap: "1000000000000000", Gateway: uint64(gateway), Credited: "5", Shown: "5",
		}},
	}, one.Tab)
	_, err = q.Tab(c.ctx, &types.QueryTabRequest{Id: 6})
	require.Equal(t, codes.NotFound, status.Code(err))

	page, err := q.Tabs(c.ctx, &types.QueryTabsRequest{Pagination: &query.PageRequest{Limit: 3}})
	require.NoError(t, err)
	require.Len(t, page.Tabs, 3)
	rest, err := q.Tabs(c.ctx, &types.QueryTabsRequest{Pagination: &query.PageRequest{Key: page.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, rest.Tabs, 2)
	require.Equal(t, one.Tab, page.Tabs[0])

	mine, err := q.TabsOf(c.ctx, &types.QueryTabsOfRequest{Payer: account("alice").String(), Pagination: &query.PageRequest{Limit: 4}})
	require.NoError(t, err)
	require.Equal(t, append(page.Tabs, rest.Tabs[0]), mine.Tabs)
	next, err := q.TabsOf(c.ctx, &types.QueryTabsOfRequest{
		Payer: account("alice").String(), Pagination: &query.PageRequest{Key: mine.Pagination.NextKey},
	})
	require.NoError(t, err)
	require.Equal(t, rest.Tabs[1:], next.Tabs)
	none, err := q.TabsOf(c.ctx, &types.QueryTabsOfRequest{Payer: account("bob").String()})
	require.NoError(t, err)
	require.Empty(t, none.Tabs)
	_, err = q.TabsOf(c.ctx, &types.QueryTabsOfRequest{Payer: "bob"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	require.Equal(t, "5", c.credited(1, 0, vault))
	require.Equal(t, "0", c.credited(1, 0, model))
	params, err := q.Params(c.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)
}

// tabCredited is what an asset was paid from the first lane of tab 1.
func (c *chain) tabCredited(asset int) int64 {
	c.t.Helper()
	n, ok := math.NewIntFromString(c.credited(1, 0, weal.AssetID(asset)))
	require.True(c.t, ok)
	return n.Int64()
}
