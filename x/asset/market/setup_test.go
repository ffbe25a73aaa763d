package market_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"time"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// world is the market and the assets over a real store, with a bank that is a
// map. It does with the chain's coin what the contract does.
type world struct {
	market.Keeper
	assets keeper.Keeper
	ctx    sdk.Context
	bank   *bank
}

var (
	bech32 = addresscodec.NewBech32Codec(weal.Bech32Prefix)
	escrow = common.BytesToAddress(authtypes.NewModuleAddress(weal.Escrow))

	maker = addr("maker")
	alice = addr("alice")
	bob   = addr("bob")
	carol = addr("carol")

	// begin is the time of the first block.
	begin = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
)

const (
	aweal = weal.BaseDenom
	uusd  = "uusd"
	// rich is what everybody has of each denomination.
	rich = 1_000_000_000
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

// newWorld returns a chain without assets, where everybody is rich.
func newWorld(t tester) *world {
	t.Helper()
	w := bare(t)
	require.NoError(t, w.assets.InitGenesis(w.ctx, types.DefaultGenesis()))
	require.NoError(t, w.InitGenesis(w.ctx, types.MarketState{}))
	for _, who := range []common.Address{maker, alice, bob, carol} {
		w.bank.add(who, aweal, rich)
		w.bank.add(who, uusd, rich)
	}
	return w
}

// bare returns a chain before its genesis.
func bare(t tester) *world {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	w := &world{ctx: ctx.WithBlockHeight(7).WithBlockTime(begin), bank: &bank{balances: map[common.Address]sdk.Coins{}}}
	cdc, store := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(key)
	authority, err := bech32.BytesToString(addr("authority").Bytes())
	require.NoError(t, err)
	w.assets = keeper.NewKeeper(cdc, store, bech32, accounts{}, w.bank, authority, market.NewWatch(cdc, store))
	w.Keeper = market.NewKeeper(cdc, store, w.assets, w.bank)
	return w
}

// try runs f in a transaction: what a failing f changed is undone.
func (w *world) try(f func(ctx sdk.Context) error) error {
	ctx, write := w.ctx.CacheContext()
	before := maps.Clone(w.bank.balances)
	err := f(ctx)
	if err == nil {
		write()
	} else {
		w.bank.balances = before
	}
	return err
}

// later moves the clock.
func (w *world) later(d time.Duration) { w.ctx = w.ctx.WithBlockTime(w.ctx.BlockTime().Add(d)) }

// register makes an asset of maker's that earns in both denominations.
func (w *world) register(t tester, units uint64, resale uint32) (weal.AssetID, weal.ShareID) {
	t.Helper()
	seed := sha256.Sum256([]byte("key"))
	asset, share, err := w.assets.Register(w.ctx, maker, types.Registration{
		Kind: weal.KindModel, Manifest: weal.Hash{1}, ManifestURI: "https://example.org/manifest.json",
		Key:   weal.Hash(ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)),
		Units: units, Denoms: []string{aweal, uusd}, Resale: resale,
		Prices: []types.Price{{Unit: "use", Denom: aweal, Amount: "5"}},
	})
	require.NoError(t, err)
	return asset, share
}

// credit makes n of a denomination the asset's revenue.
func (w *world) credit(t tester, asset weal.AssetID, denom string, n uint64) {
	t.Helper()
	w.bank.add(escrow, denom, n)
	require.NoError(t, w.assets.Credit(w.ctx, asset, denom, weal.NewAmount(n)))
}

// split gives units of a share to another owner.
func (w *world) split(t tester, from weal.ShareID, to common.Address, units uint64) weal.ShareID {
	t.Helper()
	id, err := w.assets.Tokens.Split(w.ctx, token.Shares, keeper.TokenID(from), to, *uint256.NewInt(units))
	require.NoError(t, err)
	return weal.ShareID(id.Uint64())
}

// give hands a whole share over.
func (w *world) give(t tester, share weal.ShareID, to common.Address) {
	t.Helper()
	require.NoError(t, w.assets.Tokens.Give(w.ctx, token.Shares, keeper.TokenID(share), to))
}

func (w *world) share(t tester, id weal.ShareID) keeper.Share {
	t.Helper()
	s, err := w.assets.GetShare(w.ctx, id)
	require.NoError(t, err)
	return s
}

func (w *world) has(who common.Address, denom string) int64 {
	return w.bank.balances[who].AmountOf(denom).Int64()
}

// list, buy, offer, accept and cancel are the keeper's functions with the
// contract around them.
func (w *world) list(who common.Address, share weal.ShareID, t market.Terms) (id uint64, err error) {
	err = w.try(func(ctx sdk.Context) error {
		l, err := w.List(ctx, who, share, t)
		id = l.Id
		return err
	})
	return id, err
}

func (w *world) buy(who common.Address, listing, units uint64, into weal.ShareID) (s market.Sale, err error) {
	return w.buyAt(who, listing, units, nil, into)
}

func (w *world) buyAt(who common.Address, listing, units uint64, limit *uint256.Int, into weal.ShareID) (s market.Sale, err error) {
	err = w.try(func(ctx sdk.Context) error {
		if s, err = w.Buy(ctx, who, listing, units, limit, into); err != nil {
			return err
		}
		if s.Denom == aweal {
			if err := w.bank.move(who, market.Account, aweal, s.Price); err != nil {
				return err
			}
		}
		return w.settle(s.Owed)
	})
	return s, err
}

func (w *world) offer(who common.Address, asset weal.AssetID, t market.Terms, into weal.ShareID) (id uint64, err error) {
	err = w.try(func(ctx sdk.Context) error {
		if t.Denom == aweal {
			if err := w.bank.move(who, market.Account, aweal, t.Price); err != nil {
				return err
			}
		}
		o, err := w.MakeOffer(ctx, who, asset, t, into)
		id = o.Id
		return err
	})
	return id, err
}

func (w *world) accept(who common.Address, offer uint64, share weal.ShareID, units, least uint64) (s market.Sale, err error) {
	err = w.try(func(ctx sdk.Context) error {
		if s, err = w.Accept(ctx, who, offer, share, units, uint256.NewInt(least)); err != nil {
			return err
		}
		return w.settle(s.Owed)
	})
	return s, err
}

func (w *world) cancelOffer(who common.Address, offer uint64) error {
	return w.try(func(ctx sdk.Context) error {
		_, owed, err := w.CancelOffer(ctx, who, offer)
		if err != nil {
			return err
		}
		return w.settle(owed)
	})
}

func (w *world) cancelListing(who common.Address, listing uint64) error {
	return w.try(func(ctx sdk.Context) error {
		_, err := w.CancelListing(ctx, who, listing)
		return err
	})
}

func (w *world) settle(owed []market.Payout) error {
	for _, p := range owed {
		if err := w.bank.move(market.Account, p.To, aweal, p.Amount); err != nil {
			return err
		}
	}
	return nil
}

// bank is balances, and what nobody may send or receive.
type bank struct {
	balances map[common.Address]sdk.Coins
	blocked  map[common.Address]bool
	frozen   string
}

func (b *bank) add(to common.Address, denom string, n uint64) {
	b.balances[to] = b.balances[to].Add(sdk.NewCoin(denom, math.NewIntFromUint64(n)))
}

func (b *bank) move(from, to common.Address, denom string, n weal.Amount) error {
	coins := sdk.NewCoins(sdk.NewCoin(denom, math.NewIntFromBigInt(n.Big())))
	return b.SendCoins(context.Background(), from.Bytes(), to.Bytes(), coins)
}

func (b *bank) GetBalance(_ context.Context, a sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, b.balances[common.BytesToAddress(a)].AmountOf(denom))
}

func (b *bank) SpendableCoin(ctx context.Context, a sdk.AccAddress, denom string) sdk.Coin {
	return b.GetBalance(ctx, a, denom)
}

func (b *bank) HasSupply(_ context.Context, denom string) bool {
	return denom == aweal || denom == uusd
}

func (b *bank) IsSendEnabledDenom(_ context.Context, denom string) bool { return denom != b.frozen }

func (b *bank) BlockedAddr(a sdk.AccAddress) bool {
	who := common.BytesToAddress(a)
	return who == escrow || b.blocked[who]
}

func (b *bank) SendCoins(_ context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	payer, payee := common.BytesToAddress(from), common.BytesToAddress(to)
	if !coins.IsValid() {
		return fmt.Errorf("bad coins %s", coins)
	}
	left, short := b.balances[payer].SafeSub(coins...)
	if short {
		return fmt.Errorf("%s has not %s", payer, coins)
	}
	b.balances[payer] = left
	b.balances[payee] = b.balances[payee].Add(coins...)
	return nil
}

func (b *bank) SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error {
	return b.SendCoins(ctx, authtypes.NewModuleAddress(module), to, coins)
}

// accounts all exist.
type accounts struct{}

func (accounts) GetModuleAddress(m string) sdk.AccAddress { return authtypes.NewModuleAddress(m) }

func (accounts) HasAccount(context.Context, sdk.AccAddress) bool { return true }

func (accounts) NewAccountWithAddress(_ context.Context, a sdk.AccAddress) sdk.AccountI {
	return authtypes.NewBaseAccountWithAddress(a)
}

func (accounts) SetAccount(context.Context, sdk.AccountI) {}

var (
	_ types.BankKeeper    = (*bank)(nil)
	_ market.BankKeeper   = (*bank)(nil)
	_ types.AccountKeeper = accounts{}
)
