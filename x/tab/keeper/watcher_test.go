package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/keeper"
	"github.com/weal-network/weal/x/tab/types"
)

// setWatcher names a watcher as an account.
func (c *chain) setWatcher(from string, w types.Watcher) error {
	c.t.Helper()
	return c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.SetWatcher(ctx, &types.MsgSetWatcher{
			Sender: account(from).String(), Asset: w.Asset, Watcher: w.Watcher, BasisPoints: w.BasisPoints,
		})
		return err
	})
}

// watch lets an asset name bob, who settles, for a fee.
func (c *chain) watch(a weal.AssetID, points uint32) {
	c.t.Helper()
	require.NoError(c.t, c.setWatcher("alice", types.Watcher{Asset: uint64(a), Watcher: account("bob").String(), BasisPoints: points}))
}

// as settles as an account and returns what that account got.
func (c *chain) as(name string, s ...types.Settlement) (got int64) {
	c.t.Helper()
	before := c.balance(name)
	require.NoError(c.t, c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.Settle(ctx, &types.MsgSettle{Sender: account(name).String(), Settlements: s})
		return err
	}))
	return c.balance(name).Sub(before).Int64()
}

func TestWatcherGetsItsFee(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	c.watch(vault, 250)
	p := lane.sign(1, []pay.Leaf{leaf(model, 5000), leaf(vault, 10_039)})
	before := c.balance("bob")
	credits, err := c.settle(p.of(model, vault))
	require.NoError(t, err)
	require.Equal(t, []types.CreditedNow{
		{Asset: uint64(model), Denom: denom, Amount: "5000"},
		{Asset: uint64(vault), Denom: denom, Amount: "9789", Fee: "250"}, // 250.975, rounded for the asset
	}, credits)
	require.EqualValues(t, 250, c.balance("bob").Sub(before).Int64())
	require.EqualValues(t, 9789, c.money.earned(vault).Int64())
	require.EqualValues(t, 5000, c.money.earned(model).Int64(), "it names nobody")
	require.Equal(t, "10039", c.credited(1, 0, vault), "the lane has paid all of it")
}

// Whoever settles first gets nothing of it but the watcher that the asset names.
func TestNobodyElseGetsTheFee(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	c.watch(vault, 1000)
	require.Zero(t, c.as("carol", lane.sign(1, []pay.Leaf{leaf(vault, 1000)}).of(vault)))
	require.EqualValues(t, 1000, c.money.earned(vault).Int64())
	require.Zero(t, c.as("alice", lane.sign(2, []pay.Leaf{leaf(vault, 2000)}).of(vault)), "nor who controls the asset")
	require.EqualValues(t, 2000, c.money.earned(vault).Int64())
}

// A watcher gets its fee once for each coin, whatever it brings again, and in
// however many pieces.
func TestWatcherCannotClaimAFeeTwice(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	c.watch(vault, 1000)
	p := lane.sign(1, []pay.Leaf{leaf(vault, 1000)})
	require.EqualValues(t, 100, c.as("bob", p.of(vault), p.of(vault)))
	require.Zero(t, c.as("bob", p.of(vault)))
	var pieces int64
	for i := range uint64(100) {
		pieces += c.as("bob", lane.sign(2+i, []pay.Leaf{leaf(vault, 1001+i)}).of(vault))
	}
	require.Zero(t, pieces, "pieces are rounded for the asset")
	require.EqualValues(t, 1000, c.money.earned(vault).Int64())
}

// A watcher that settles an older leaf takes its fee of that, and nothing from
// what the newer one still brings.
func TestWatcherSettlesAnOlderLeaf(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	c.watch(vault, 1000)
	older, newer := lane.sign(1, []pay.Leaf{leaf(vault, 1000)}), lane.sign(2, []pay.Leaf{leaf(vault, 9000)})
	require.EqualValues(t, 100, c.as("bob", older.of(vault)))
	require.Zero(t, c.as("carol", newer.of(vault)))
	require.EqualValues(t, 8900, c.money.earned(vault).Int64())
}

// A lane that is over its cap pays what it has, and the fee is a part of that.
func TestWatcherOfALaneOverItsCap(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	c.watch(vault, 1000)
	c.mustSettle(lane.sign(1, []pay.Leaf{leaf(model, milli-100)}).of(model))
	require.EqualValues(t, 10, c.as("bob", lane.sign(2, []pay.Leaf{leaf(vault, 5000)}).of(vault)))
	require.EqualValues(t, 90, c.money.earned(vault).Int64())
}

// What is held of a tab that was closed pays the fee, though no refund.
func TestWatcherOfAClosedTab(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	c.watch(vault, 500)
	p := lane.sign(1, []pay.Leaf{leaf(model, 1000), leaf(vault, 2000)})
	c.mustSettle(p.of(model)) // shows the total
	c.shut(1)
	require.EqualValues(t, 100, c.as("bob", p.of(vault)))
	require.EqualValues(t, 1900, c.money.earned(vault).Int64())
}

// A leaf of a checkpoint pays the fee to a watcher that brings it; the payer's own
// message pays none, also if the payer is the watcher.
func TestWatcherOfACheckpoint(t *testing.T) {
	c, _, _ := twoLanes(t)
	c.watch(vault, 1000)
	require.NoError(t, c.setWatcher("alice", types.Watcher{Asset: uint64(model), Watcher: account("alice").String(), BasisPoints: 1000}))
	before := c.balance("alice")
	p := c.checkpointOf(1, 0, leaf(model, 2000), leaf(vault, 1000))
	paid, err := c.checkpoint(p.msg(3000, model))
	require.NoError(t, err)
	require.EqualValues(t, 2000, paid)
	require.Equal(t, before.String(), c.balance("alice").String())
	require.EqualValues(t, 100, c.as("bob", p.of(vault)))
	require.EqualValues(t, 900, c.money.earned(vault).Int64())
	require.Zero(t, c.as("bob", p.of(vault)))
}

// The refund counts what the lane paid, whoever got it.
func TestWatcherIsRefundedToo(t *testing.T) {
	c := newChain(t)
	lane := signer(t, "lane", 1, 0)
	c.openWith(&types.MsgOpen{
		Deposit: "1000000000000000", Bond: "50000000000000", FeeReserve: "850000000000", Lanes: []types.NewLane{lane.newLane(milli)},
	})
	c.watch(vault, 1000)
	const worth = 20 * refund
	require.EqualValues(t, refund, c.as("bob", lane.sign(1, []pay.Leaf{leaf(vault, 1)}).of(vault)))
	require.EqualValues(t, refund+worth/10, c.as("bob", lane.sign(2, []pay.Leaf{leaf(vault, 1+worth)}).of(vault)))
}

func TestOnlyWhoControlsAnAssetNamesItsWatcher(t *testing.T) {
	c := newChain(t)
	bob := account("bob").String()
	require.Error(t, c.setWatcher("bob", types.Watcher{Asset: uint64(vault), Watcher: bob, BasisPoints: 1000}))
	require.Error(t, c.setWatcher("alice", types.Watcher{Asset: uint64(lastAsset) + 1, Watcher: bob}), "no such asset")
	for name, w := range map[string]types.Watcher{
		"too great a fee": {Watcher: bob, BasisPoints: 1001},
		"overflow":        {Watcher: bob, BasisPoints: math.MaxUint32},
		"no address":      {Watcher: "bob"},
		"a long account":  {Watcher: sdk.AccAddress(make([]byte, 32)).String()},
		"fee for nobody":  {BasisPoints: 1},
	} {
		w.Asset = uint64(vault)
		require.ErrorIs(t, c.setWatcher("alice", w), types.ErrWatcher, name)
	}
	c.watch(vault, 1000)
	require.NoError(t, c.setWatcher("alice", types.Watcher{Asset: uint64(vault)}))
	lane := c.oneLane(milli)
	require.Zero(t, c.as("bob", lane.sign(1, []pay.Leaf{leaf(vault, 1000)}).of(vault)), "it names nobody any more")
}

func TestWatcherQueries(t *testing.T) {
	c := newChain(t)
	q := keeper.NewQuerier(c.k)
	bob := account("bob").String()
	for a := weal.AssetID(1); a <= 3; a++ {
		c.watch(a, uint32(a)*100)
	}
	require.NoError(t, c.setWatcher("alice", types.Watcher{Asset: 2, Watcher: account("carol").String(), BasisPoints: 7}))
	one, err := q.Watcher(c.ctx, &types.QueryWatcherRequest{Asset: 3})
	require.NoError(t, err)
	require.Equal(t, types.Watcher{Asset: 3, Watcher: bob, BasisPoints: 300}, one.Watcher)
	none, err := q.Watcher(c.ctx, &types.QueryWatcherRequest{Asset: 9})
	require.NoError(t, err)
	require.Equal(t, types.Watcher{Asset: 9}, none.Watcher)
	page, err := q.Watched(c.ctx, &types.QueryWatchedRequest{Watcher: bob, Pagination: &query.PageRequest{Limit: 1}})
	require.NoError(t, err)
	require.Equal(t, []types.Watcher{{Asset: 1, Watcher: bob, BasisPoints: 100}}, page.Assets)
	rest, err := q.Watched(c.ctx, &types.QueryWatchedRequest{Watcher: bob, Pagination: &query.PageRequest{Key: page.Pagination.NextKey}})
	require.NoError(t, err)
	require.Equal(t, []types.Watcher{one.Watcher}, rest.Assets)
	_, err = q.Watched(c.ctx, &types.QueryWatchedRequest{Watcher: "bob"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestWatchersInGenesis(t *testing.T) {
	c := newChain(t)
	c.watch(vault, 77)
	c.watch(model, 0)
	gs, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	bob := account("bob").String()
	require.Equal(t, []types.Watcher{{Asset: uint64(model), Watcher: bob}, {Asset: uint64(vault), Watcher: bob, BasisPoints: 77}}, gs.Watchers)
	again := newChainWith(t, c.money, gs)
	again.check()
	second, err := again.k.ExportGenesis(again.ctx)
	require.NoError(t, err)
	require.Equal(t, gs, second)
	for name, change := range map[string]func([]types.Watcher){
		"order": func(w []types.Watcher) { w[0], w[1] = w[1], w[0] },
		"twice": func(w []types.Watcher) { w[1].Asset = w[0].Asset },
		"fee":   func(w []types.Watcher) { w[0].BasisPoints = 1001 },
		"none":  func(w []types.Watcher) { w[0].Watcher = "" },
	} {
		bad := *gs
		bad.Watchers = append([]types.Watcher(nil), gs.Watchers...)
		change(bad.Watchers)
		require.ErrorIs(t, newChain(t).k.InitGenesis(c.ctx, &bad), types.ErrGenesis, name)
	}
	gs.Watchers[0].Watcher = "bob"
	fresh := newChain(t)
	require.ErrorIs(t, fresh.k.InitGenesis(fresh.ctx, gs), types.ErrWatcher)
}
