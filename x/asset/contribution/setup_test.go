package contribution_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
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
	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// world is contributions and assets over a real store, with a bank that is a map.
// It does with the chain's coin what the contract does.
type world struct {
	contribution.Keeper
	assets keeper.Keeper
	ctx    sdk.Context
	bank   *bank
}

var (
	bech32 = addresscodec.NewBech32Codec(weal.Bech32Prefix)
	escrow = common.BytesToAddress(authtypes.NewModuleAddress(weal.Escrow))

	maker   = addr("maker")
	steward = addr("steward")
	alice   = addr("alice")
	bob     = addr("bob")
	carol   = addr("carol")
)

const (
	aweal = weal.BaseDenom
	uusd  = "uusd"
	// rich is what everybody has of the chain's coin, supply the units of an asset.
	rich   = 1_000_000_000
	supply = 1_000_000
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
	require.NoError(t, w.InitGenesis(w.ctx, types.ContributionState{}))
	for _, who := range []common.Address{maker, steward, alice, bob, carol} {
		w.bank.add(who, aweal, rich)
	}
	return w
}

// bare returns a chain before its genesis.
func bare(t tester) *world {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	begin := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	w := &world{ctx: ctx.WithBlockHeight(7).WithBlockTime(begin), bank: &bank{balances: map[common.Address]sdk.Coins{}}}
	cdc, store := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(key)
	authority, err := bech32.BytesToString(addr("authority").Bytes())
	require.NoError(t, err)
	w.assets = keeper.NewKeeper(cdc, store, bech32, accounts{}, w.bank, authority)
	w.Keeper = contribution.NewKeeper(cdc, store, w.assets, w.bank)
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

// register makes an asset of maker's that earns in both denominations.
func (w *world) register(t tester) (weal.AssetID, weal.ShareID) {
	t.Helper()
	seed := sha256.Sum256([]byte("key"))
	asset, share, err := w.assets.Register(w.ctx, maker, types.Registration{
		Kind: weal.KindData, Manifest: weal.Hash{1}, ManifestURI: "https://example.org/manifest.json",
		Key:   weal.Hash(ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)),
		Units: supply, Denoms: []string{aweal, uusd}, Prices: []types.Price{{Unit: "use", Denom: aweal, Amount: "5"}},
	})
	require.NoError(t, err)
	return asset, share
}

// approve lets contributions be granted units of a share of maker's.
func (w *world) approve(t tester, share weal.ShareID, units uint64) {
	t.Helper()
	require.NoError(t, w.assets.Tokens.ApproveValue(w.ctx, token.Shares, maker, contribution.Account, keeper.TokenID(share), *uint256.NewInt(units)))
}

// credit makes n of a denomination the asset's revenue.
func (w *world) credit(t tester, asset weal.AssetID, denom string, n uint64) {
	t.Helper()
	w.bank.add(escrow, denom, n)
	require.NoError(t, w.assets.Credit(w.ctx, asset, denom, weal.NewAmount(n)))
}

func (w *world) has(who common.Address, denom string) *big.Int {
	return w.bank.balances[who].AmountOf(denom).BigInt()
}

// contribute, withdraw, accept and reject are the keeper's functions with the
// contract around them.
func (w *world) contribute(who common.Address, asset weal.AssetID, c contribution.Content, sent uint64) (made types.Contribution, err error) {
	err = w.try(func(ctx sdk.Context) error {
		amount := weal.NewAmount(sent)
		if err := w.bank.move(who, contribution.Account, amount); err != nil {
			return err
		}
		var g *contribution.Grant
		if made, g, err = w.Contribute(ctx, who, asset, c, 0, 0, amount); err != nil || g == nil {
			return err
		}
		return w.pay(g.Refund)
	})
	return made, err
}

func (w *world) withdraw(who common.Address, id uint64) error {
	return w.try(func(ctx sdk.Context) error {
		_, owed, err := w.Withdraw(ctx, who, id)
		if err != nil {
			return err
		}
		return w.pay(owed)
	})
}

func (w *world) accept(who common.Address, ids ...uint64) (grants []contribution.Grant, err error) {
	err = w.try(func(ctx sdk.Context) error {
		if grants, err = w.Accept(ctx, who, ids); err != nil {
			return err
		}
		for _, g := range grants {
			if err := w.pay(g.Refund); err != nil {
				return err
			}
		}
		return nil
	})
	return grants, err
}

func (w *world) reject(who common.Address, spam bool, ids ...uint64) error {
	return w.try(func(ctx sdk.Context) error {
		all, err := w.Reject(ctx, who, ids, spam)
		if err != nil {
			return err
		}
		for _, r := range all {
			if err := w.pay(r.Refund); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) distribute(who common.Address, asset weal.AssetID, denom string, limit weal.Amount, points []contribution.Points, root weal.Hash) (d contribution.Divided, err error) {
	err = w.try(func(ctx sdk.Context) error {
		d, err = w.Distribute(ctx, who, asset, denom, limit, points, root)
		return err
	})
	return d, err
}

func (w *world) pay(p contribution.Payout) error {
	return w.bank.move(contribution.Account, p.To, p.Amount)
}

// bank is balances.
type bank struct {
	balances map[common.Address]sdk.Coins
}

func (b *bank) add(to common.Address, denom string, n uint64) {
	b.balances[to] = b.balances[to].Add(sdk.NewCoin(denom, math.NewIntFromUint64(n)))
}

// move moves the chain's coin.
func (b *bank) move(from, to common.Address, n weal.Amount) error {
	if n.IsZero() {
		return nil
	}
	coins := sdk.NewCoins(sdk.NewCoin(aweal, math.NewIntFromBigInt(n.Big())))
	return b.SendCoins(context.Background(), from.Bytes(), to.Bytes(), coins)
}

func (b *bank) GetBalance(_ context.Context, a sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, b.balances[common.BytesToAddress(a)].AmountOf(denom))
}

func (b *bank) SpendableCoin(ctx context.Context, a sdk.AccAddress, denom string) sdk.Coin {
	return b.GetBalance(ctx, a, denom)
}

func (b *bank) BlockedAddr(a sdk.AccAddress) bool { return common.BytesToAddress(a) == escrow }

func (b *bank) SendCoins(_ context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	payer, payee := common.BytesToAddress(from), common.BytesToAddress(to)
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
	_ types.BankKeeper        = (*bank)(nil)
	_ contribution.BankKeeper = (*bank)(nil)
	_ types.AccountKeeper     = accounts{}
)
