package keeper_test

import (
	"context"
	"fmt"
	"maps"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/keeper"
	"github.com/weal-network/weal/x/tab/types"
)

const (
	denom     = weal.BaseDenom
	milli     = 1_000_000_000_000_000 // 0.001 WEAL, the least cap
	gateway   = weal.AssetID(1)
	model     = weal.AssetID(2)
	vault     = weal.AssetID(3)
	lastAsset = weal.AssetID(2000) // assets 1 to this exist
)

// tester is what the harness needs of *testing.T, *rapid.T and *testing.F.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

// chain is x/tab on a real multistore, with a bank and an x/asset in memory.
type chain struct {
	t     tester
	ctx   sdk.Context
	key   *storetypes.KVStoreKey
	k     keeper.Keeper
	msgs  types.MsgServer
	money *money
}

// money is the fake of the bank and of x/asset: who has what of the escrow.
type money struct {
	balances map[string]math.Int // "account/denom"; the escrow's account is its name
	revenue  map[weal.AssetID]math.Int
	credits  int // how often Credit was called
}

var (
	_ types.BankKeeper  = (*money)(nil)
	_ types.AssetKeeper = (*money)(nil)
)

func (m *money) move(from, to string, coins sdk.Coins) error {
	for _, c := range coins {
		have := m.of(from, c.Denom)
		if have.LT(c.Amount) {
			return fmt.Errorf("%s has %s, needs %s", from, have, c)
		}
		m.balances[from+"/"+c.Denom] = have.Sub(c.Amount)
		m.balances[to+"/"+c.Denom] = m.of(to, c.Denom).Add(c.Amount)
	}
	return nil
}

func (m *money) of(account, denom string) math.Int {
	if b, ok := m.balances[account+"/"+denom]; ok {
		return b
	}
	return math.ZeroInt()
}

func (m *money) earned(a weal.AssetID) math.Int {
	if r, ok := m.revenue[a]; ok {
		return r
	}
	return math.ZeroInt()
}

func (m *money) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error {
	return m.move(from.String(), module, coins)
}

func (m *money) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error {
	return m.move(module, to.String(), coins)
}

func (m *money) SendCoinsFromModuleToModule(_ context.Context, from, to string, coins sdk.Coins) error {
	return m.move(from, to, coins)
}

func (m *money) BurnCoins(_ context.Context, module string, coins sdk.Coins) error {
	return m.move(module, "burned", coins)
}

func (m *money) Credit(_ context.Context, a weal.AssetID, _ string, amount weal.Amount) error {
	if a == 0 || a > lastAsset {
		return fmt.Errorf("asset %d not found", a)
	}
	m.credits++
	m.revenue[a] = m.earned(a).Add(math.NewIntFromBigInt(amount.Big()))
	return nil
}

// MayControl: alice controls every asset.
func (m *money) MayControl(_ context.Context, a weal.AssetID, who common.Address) error {
	if a == 0 || a > lastAsset || who != common.BytesToAddress(account("alice")) {
		return fmt.Errorf("%s does not control asset %d", who, a)
	}
	return nil
}

func (m *money) HasAsset(_ context.Context, a weal.AssetID) (bool, error) {
	return a > 0 && a <= lastAsset, nil
}

func account(name string) sdk.AccAddress { return sdk.AccAddress(fmt.Sprintf("%-20s", name)) }

// newChain starts at height 1 with default parameters and accounts alice and bob
// that have 1,000 WEAL each.
func newChain(t tester) *chain {
	t.Helper()
	m := &money{balances: map[string]math.Int{}, revenue: map[weal.AssetID]math.Int{}}
	for _, name := range []string{"alice", "bob"} {
		m.balances[account(name).String()+"/"+denom] = math.NewInt(milli).MulRaw(1_000_000)
	}
	return newChainWith(t, m, types.DefaultGenesis())
}

// newChainWith starts at height 1 from a genesis state, with balances that fit it.
func newChainWith(t tester, m *money, gs *types.GenesisState) *chain {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	db := dbm.NewMemDB()
	cms := store.NewCommitMultiStore(db, log.NewNopLogger())
	cms.MountStoreWithDB(key, storetypes.StoreTypeIAVL, db)
	require.NoError(t, cms.LoadLatestVersion())

	header := cmtproto.Header{ChainID: weal.LocalChainID, Height: 1, Time: time.Unix(1_800_000_000, 0).UTC()}
	c := &chain{t: t, ctx: sdk.NewContext(cms, header, false, log.NewNopLogger()), key: key, money: m}
	registry := codectypes.NewInterfaceRegistry()
	types.RegisterInterfaces(registry)
	addresses := addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix())
	c.k = keeper.NewKeeper(codec.NewProtoCodec(registry), runtime.NewKVStoreService(key), addresses, m, m, account("gov").String())
	c.msgs = keeper.NewMsgServer(c.k)
	require.NoError(t, c.k.InitGenesis(c.ctx, gs))
	return c
}

// try runs f as a message runs: what it wrote is dropped if it fails. The
// invariants are checked either way.
func (c *chain) try(f func(ctx sdk.Context) error) error {
	c.t.Helper()
	balances, revenue := maps.Clone(c.money.balances), maps.Clone(c.money.revenue)
	ctx, write := c.ctx.CacheContext()
	err := f(ctx)
	if err == nil {
		write()
	} else {
		c.money.balances, c.money.revenue = balances, revenue
	}
	c.check()
	return err
}

// check checks the invariants, and that every coin in escrow has one owner.
func (c *chain) check() {
	c.t.Helper()
	require.NoError(c.t, c.k.Check(c.ctx))
	held, err := c.k.Held(c.ctx)
	require.NoError(c.t, err)
	owned := held.AmountOf(denom)
	for _, r := range c.money.revenue {
		owned = owned.Add(r)
	}
	require.Equal(c.t, owned.String(), c.money.of(weal.Escrow, denom).String(), "escrow")
}

// pass lets n blocks pass, each dt after the one before.
func (c *chain) pass(n int, dt time.Duration) {
	c.t.Helper()
	for range n {
		c.ctx = c.ctx.WithBlockHeight(c.ctx.BlockHeight() + 1).WithBlockTime(c.ctx.BlockTime().Add(dt)).
			WithEventManager(sdk.NewEventManager())
		require.NoError(c.t, c.k.BeginBlock(c.ctx))
	}
}

func (c *chain) balance(name string) math.Int { return c.money.of(account(name).String(), denom) }

// open opens a tab of alice's whose deposit is the sum of its lanes' caps, with
// the least bond, and returns its id.
func (c *chain) open(lanes ...types.NewLane) uint64 {
	c.t.Helper()
	deposit := math.ZeroInt()
	for _, l := range lanes {
		n, ok := math.NewIntFromString(l.Cap)
		require.True(c.t, ok)
		deposit = deposit.Add(n)
	}
	return c.openWith(&types.MsgOpen{Deposit: deposit.String(), Bond: deposit.QuoRaw(20).String(), Lanes: lanes})
}

func (c *chain) openWith(msg *types.MsgOpen) (id uint64) {
	c.t.Helper()
	msg.Payer, msg.Denom = account("alice").String(), denom
	require.NoError(c.t, c.try(func(ctx sdk.Context) error {
		r, err := c.msgs.Open(ctx, msg)
		if err == nil {
			id = r.Tab
		}
		return err
	}))
	return id
}

// settle settles as bob and returns what was credited.
func (c *chain) settle(s ...types.Settlement) (credits []types.CreditedNow, err error) {
	c.t.Helper()
	err = c.try(func(ctx sdk.Context) error {
		r, err := c.msgs.Settle(ctx, &types.MsgSettle{Sender: account("bob").String(), Settlements: s})
		if err == nil {
			credits = r.Credits
		}
		return err
	})
	return credits, err
}

// mustSettle settles and returns the sum of what was credited.
func (c *chain) mustSettle(s ...types.Settlement) uint64 {
	c.t.Helper()
	credits, err := c.settle(s...)
	require.NoError(c.t, err)
	total := math.ZeroInt()
	for _, p := range credits {
		n, ok := math.NewIntFromString(p.Amount)
		require.True(c.t, ok)
		require.True(c.t, n.IsPositive())
		total = total.Add(n)
	}
	return total.Uint64()
}

func (c *chain) close(tab uint64) error {
	c.t.Helper()
	return c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.Close(ctx, &types.MsgClose{Payer: account("alice").String(), Tab: tab})
		return err
	})
}

// withdraw withdraws as bob and returns the refund.
func (c *chain) withdraw(tab uint64) (refund string, err error) {
	c.t.Helper()
	err = c.try(func(ctx sdk.Context) error {
		r, err := c.msgs.Withdraw(ctx, &types.MsgWithdraw{Sender: account("bob").String(), Tab: tab})
		if err == nil {
			refund = r.Refund
		}
		return err
	})
	return refund, err
}

// shut closes a tab, waits for its window and withdraws.
func (c *chain) shut(tab uint64) string {
	c.t.Helper()
	require.NoError(c.t, c.close(tab))
	c.pass(101, 6*time.Second)
	refund, err := c.withdraw(tab)
	require.NoError(c.t, err)
	return refund
}

func (c *chain) tab(id uint64) types.Tab {
	c.t.Helper()
	t, err := c.k.Tab(c.ctx, id)
	require.NoError(c.t, err)
	return t
}
