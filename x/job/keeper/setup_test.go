package keeper_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	"github.com/weal-network/weal/x/job/keeper"
	"github.com/weal-network/weal/x/job/types"
)

const (
	// rich is what everybody has.
	rich = 1_000_000_000
	// gasPrice is of a unit of gas, ahead.
	gasPrice = 6
)

var (
	key    = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	begin  = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	maker  = addr("maker")
	people = []common.Address{maker, addr("alice"), addr("bob"), addr("carol")}
	// escrow is where credits go.
	escrow = addr(weal.Escrow)
)

func addr(name string) common.Address {
	h := sha256.Sum256([]byte(name))
	return common.BytesToAddress(h[:20])
}

// tester is a test, or a step of a property.
type tester interface {
	require.TestingT
	Helper()
}

// world is the module over a real store, with a bank and assets that are maps. It
// does with the chain's coin what the contract does.
type world struct {
	keeper.Keeper
	ctx    sdk.Context
	bank   *bank
	assets *assets
	evm    *evm
}

// bank has balances; nobody pays broken.
type bank struct {
	balances map[common.Address]int64
	broken   map[common.Address]bool
}

func (b *bank) GetBalance(_ context.Context, who sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewInt64Coin(denom, b.balances[common.BytesToAddress(who)])
}

func (b *bank) BlockedAddr(who sdk.AccAddress) bool { return common.BytesToAddress(who) == escrow }

func (b *bank) SendCoins(_ context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	f, t, n := common.BytesToAddress(from), common.BytesToAddress(to), coins.AmountOf(weal.BaseDenom).Int64()
	if b.balances[f] < n || b.broken[t] {
		return fmt.Errorf("%s cannot pay %d to %s", f, n, t)
	}
	b.balances[f] -= n
	b.balances[t] += n
	return nil
}

func (b *bank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error {
	return b.SendCoins(ctx, from, addr(module).Bytes(), coins)
}

// assets are 1 and 2, at a price; the maker controls them.
type assets struct {
	prices   map[weal.AssetID]string
	credited int64
}

func (a *assets) GetAsset(_ context.Context, id weal.AssetID) (assettypes.Asset, error) {
	price, ok := a.prices[id]
	if !ok {
		return assettypes.Asset{}, fmt.Errorf("asset %d not found", id)
	}
	k := pay.PublicKey(key)
	return assettypes.Asset{
		Id: uint64(id), Version: 1, Key: k[:],
		Prices: []assettypes.Price{{Unit: "tick", Denom: weal.BaseDenom, Amount: "1"}, {Unit: "use", Denom: weal.BaseDenom, Amount: price}},
	}, nil
}

func (a *assets) MayControl(_ context.Context, id weal.AssetID, who common.Address) error {
	if _, ok := a.prices[id]; !ok || who != maker {
		return fmt.Errorf("%s does not control asset %d", who, id)
	}
	return nil
}

func (a *assets) MayUse(context.Context, weal.AssetID, common.Address) (bool, string, error) {
	return true, "", nil
}

func (a *assets) Credit(_ context.Context, _ weal.AssetID, _ string, amount weal.Amount) error {
	a.credited += amount.Big().Int64()
	return nil
}

// evm makes calls by a script: what the data say happens.
type evm struct {
	bank *bank
	made []types.Call
	do   func(sdk.Context, types.Call) // is called in the midst, if not nil
}

// What a call's first byte makes it do.
const (
	works = iota
	reverts
	breaks
	panics
)

func (e *evm) Call(ctx sdk.Context, c types.Call) (types.Outcome, error) {
	e.made = append(e.made, c)
	if e.do != nil {
		e.do(ctx, c)
	}
	if c.Data[0] == works {
		return types.Outcome{OK: true, GasUsed: c.Gas - 5}, e.bank.SendCoins(ctx, c.From.Bytes(), c.To.Bytes(), coins(c.Value))
	}
	// The bank has no branches: what is dropped is undone by hand.
	if err := e.bank.SendCoins(ctx, c.From.Bytes(), keeper.Account.Bytes(), coins(c.Value)); err != nil {
		return types.Outcome{}, err
	}
	switch c.Data[0] {
	case reverts:
		return types.Outcome{GasUsed: 30_000, Reason: "no"}, nil
	case breaks:
		return types.Outcome{}, fmt.Errorf("it broke")
	}
	panic("it panics")
}

// fees has a base fee of 3.
type fees struct{}

func (fees) GetBaseFee(sdk.Context) math.LegacyDec { return math.LegacyNewDec(3) }

func newWorld(t tester) *world {
	t.Helper()
	w := &world{
		bank:   &bank{balances: map[common.Address]int64{}, broken: map[common.Address]bool{}},
		assets: &assets{prices: map[weal.AssetID]string{1: "1000", 2: "7"}},
		evm:    &evm{},
	}
	w.evm.bank = w.bank
	for _, who := range people {
		w.bank.balances[who] = rich
	}
	gs := types.DefaultGenesis()
	gs.Params.LeastBond, gs.Params.MaxOpenAsset, gs.Params.MaxOpenRequester = "100", 6, 4
	gs.Params.LifeBlocks, gs.Params.UnbondBlocks, gs.Params.UnbondSeconds, gs.Params.KeepSeconds = 3, 3, 60, 9000
	w.open(t, gs, 7, begin)
	return w
}

// open starts from a genesis state, with the coins that there are.
func (w *world) open(t tester, gs *types.GenesisState, height int64, at time.Time) {
	t.Helper()
	store := storetypes.NewKVStoreKey(types.StoreKey)
	header := cmtproto.Header{ChainID: weal.LocalChainID, Height: height, Time: at}
	w.ctx = testutil.DefaultContext(store, storetypes.NewTransientStoreKey("transient")).WithBlockHeader(header).
		WithBlockHeight(height).WithBlockTime(at).WithChainID(weal.LocalChainID)
	bech32 := addresscodec.NewBech32Codec(weal.Bech32Prefix)
	authority, err := bech32.BytesToString(addr("authority").Bytes())
	require.NoError(t, err)
	w.Keeper = keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(store),
		bech32, w.bank, w.assets, fees{}, w.evm, authority)
	require.NoError(t, w.InitGenesis(w.ctx, gs))
}

// try runs f in a transaction: what a failing f changed is undone.
func (w *world) try(f func(ctx sdk.Context) error) error {
	ctx, write := w.ctx.CacheContext()
	balances, credited := maps.Clone(w.bank.balances), w.assets.credited
	err := f(ctx)
	if err == nil {
		write()
	} else {
		w.bank.balances, w.assets.credited = balances, credited
	}
	return err
}

// block ends this block and begins another.
func (w *world) block(t tester, heights int64, seconds int64) {
	t.Helper()
	w.ctx = w.ctx.WithBlockHeight(w.ctx.BlockHeight() + heights).WithBlockTime(w.ctx.BlockTime().Add(time.Duration(seconds) * time.Second)).
		WithEventManager(sdk.NewEventManager())
	require.NoError(t, w.BeginBlock(w.ctx))
	require.NoError(t, w.EndBlock(w.ctx))
}

// ask asks and locks the coins.
func (w *world) ask(who common.Address, a keeper.Ask) (r types.Request, err error) {
	err = w.try(func(ctx sdk.Context) error {
		var locked weal.Amount
		if r, locked, err = w.Ask(ctx, who, a); err != nil {
			return err
		}
		return w.bank.SendCoins(ctx, who.Bytes(), keeper.Account.Bytes(), coins(locked))
	})
	return r, err
}

// deliver answers and pays the operator.
func (w *world) deliver(t tester, who common.Address, id uint64) (d keeper.Delivery, err error) {
	t.Helper()
	answer := []byte("because")
	err = w.try(func(ctx sdk.Context) error {
		if d, err = w.Deliver(ctx, who, id, keeper.Answer{Data: answer, Evidence: w.evidence(t, id, answer)}); err != nil {
			return err
		}
		return w.bank.SendCoins(ctx, keeper.Account.Bytes(), who.Bytes(), coins(d.Paid))
	})
	return d, err
}

func (w *world) evidence(t tester, id uint64, answer []byte) []byte {
	t.Helper()
	r, err := w.Request(w.ctx, id)
	if err != nil {
		return nil
	}
	chain := pay.ChainHash(weal.LocalChainID)
	order, err := r.Order(chain)
	require.NoError(t, err)
	price, err := weal.ParseAmount(r.Price)
	require.NoError(t, err)
	signed, err := pay.SignGroup([]pay.Receipt{{
		Chain: chain, Seq: id, Asset: weal.AssetID(r.Asset), Version: r.Version, Order: order,
		Input: weal.Hash(r.Input.Hash), Output: sha256.Sum256(answer), Amount: price, Policy: pay.PolicyAudit,
	}}, key)
	require.NoError(t, err)
	return signed[0].Bytes()
}

func coins(a weal.Amount) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(weal.BaseDenom, math.NewIntFromBigInt(a.Big())))
}

// A requester that cannot be paid keeps nobody else from it; it is paid later.
func TestUnpayable(t *testing.T) {
	w := newWorld(t)
	alice, bob := people[1], people[2]
	for _, who := range []common.Address{alice, bob} {
		_, err := w.ask(who, keeper.Ask{Asset: 1, MaxFee: weal.NewAmount(1000)})
		require.NoError(t, err)
	}
	w.bank.broken[alice] = true
	w.block(t, 5, 3601)
	require.EqualValues(t, rich, w.bank.balances[bob])
	require.EqualValues(t, 1000, w.bank.balances[keeper.Account])
	require.NoError(t, w.CheckInvariants(w.ctx))
	w.bank.broken[alice] = false
	w.block(t, 1, 1800)
	require.EqualValues(t, rich-1000, w.bank.balances[alice])
	w.block(t, 1, 1802)
	require.EqualValues(t, rich, w.bank.balances[alice])
	require.Zero(t, w.bank.balances[keeper.Account])
}

// What many requests expire at once, many blocks pay back.
func TestManyExpire(t *testing.T) {
	w := newWorld(t)
	p, err := w.Params(w.ctx)
	require.NoError(t, err)
	p.MaxOpenAsset, p.MaxOpenRequester = 1000, 1000
	_, err = keeper.NewMsgServer(w.Keeper).UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: sdk.MustBech32ifyAddressBytes(weal.Bech32Prefix, addr("authority").Bytes()), Params: p})
	require.NoError(t, err)
	for range 300 {
		_, err := w.ask(people[1], keeper.Ask{Asset: 2, MaxFee: weal.NewAmount(7)})
		require.NoError(t, err)
	}
	for _, left := range []int64{172, 44, 0} {
		w.block(t, 4, 3601)
		require.Equal(t, 7*left, w.bank.balances[keeper.Account])
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
}
