package keeper_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

// world is a keeper over a real store, with a bank and accounts that are maps.
type world struct {
	keeper.Keeper
	ctx      sdk.Context
	bank     bank
	accounts accounts
	msgs     types.MsgServer
	queries  types.QueryServer
}

var (
	bech32    = addresscodec.NewBech32Codec(weal.Bech32Prefix)
	authority = sdk.AccAddress(addr("authority").Bytes())
	escrow    = authtypes.NewModuleAddress(weal.Escrow)
	alice     = addr("alice")
	bob       = addr("bob")
	carol     = addr("carol")
	mallory   = addr("mallory")
)

func addr(name string) common.Address {
	h := sha256.Sum256([]byte(name))
	return common.BytesToAddress(h[:20])
}

func text(a common.Address) string {
	s, err := bech32.BytesToString(a.Bytes())
	if err != nil {
		panic(err)
	}
	return s
}

// tester is a test, or a step of a property.
type tester interface {
	require.TestingT
	Helper()
}

func newWorld(t tester) *world {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	w := &world{ctx: ctx.WithBlockHeight(7), bank: bank{}, accounts: accounts{}}
	w.Keeper = keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), bech32, w.accounts, w.bank, text(common.BytesToAddress(authority)))
	w.msgs, w.queries = keeper.NewMsgServer(w.Keeper), keeper.NewQueryServer(w.Keeper)
	require.NoError(t, w.InitGenesis(w.ctx, types.DefaultGenesis()))
	return w
}

// commit ends a block. Iterators go over all that was not committed each time.
func (w *world) commit() {
	w.ctx.MultiStore().(storetypes.CommitMultiStore).Commit()
}

// try runs f in a transaction: what a failing f changed is undone.
func (w *world) try(f func(ctx sdk.Context) error) error {
	ctx, write := w.ctx.CacheContext()
	coins := w.bank.clone()
	err := f(ctx)
	if err == nil {
		write()
	} else {
		w.bank.restore(coins)
	}
	return err
}

// registration is a valid one, which earns in aweal and uusd.
func registration() types.Registration {
	seed := sha256.Sum256([]byte("key"))
	var key weal.Hash
	copy(key[:], ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
	return types.Registration{
		Kind: weal.KindData, Manifest: weal.Hash{1}, ManifestURI: "https://example.org/manifest.json",
		Root: weal.Hash{2}, Key: key, Units: 1000, Denoms: []string{"aweal", "uusd"},
		Prices: []types.Price{{Unit: "passage", Denom: "aweal", Amount: "5"}},
	}
}

// register makes an asset of maker's and returns it and its first share.
func (w *world) register(t tester, maker common.Address, units uint64, parents ...types.Royalty) (weal.AssetID, weal.ShareID) {
	t.Helper()
	r := registration()
	r.Units, r.Parents = units, parents
	asset, share, err := w.Register(w.ctx, maker, r)
	require.NoError(t, err)
	return asset, share
}

// credit puts coins in escrow and makes them the asset's revenue.
func (w *world) credit(t tester, asset weal.AssetID, denom string, n uint64) {
	t.Helper()
	w.bank.add(escrow, denom, n)
	require.NoError(t, w.Credit(w.ctx, asset, denom, weal.NewAmount(n)))
}

// claimable returns what a share could claim in aweal.
func (w *world) claimable(t tester, id weal.ShareID) string {
	t.Helper()
	denoms, amounts, err := w.Claimable(w.ctx, id)
	require.NoError(t, err)
	require.Equal(t, "aweal", denoms[0])
	return amounts[0].String()
}

func (w *world) owner(t tester, id weal.ShareID) common.Address {
	t.Helper()
	s, err := w.GetShare(w.ctx, id)
	require.NoError(t, err)
	return s.Owner
}

// bank is balances by account and denomination.
type bank map[string]sdk.Coins

func (b bank) add(to sdk.AccAddress, denom string, n uint64) {
	b[string(to)] = b[string(to)].Add(sdk.NewCoin(denom, sdkInt(n)))
}

func (b bank) clone() bank {
	c := bank{}
	for k, v := range b {
		c[k] = v
	}
	return c
}

func (b bank) restore(old bank) {
	clear(b)
	for k, v := range old {
		b[k] = v
	}
}

func (b bank) GetBalance(_ context.Context, a sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, b[string(a)].AmountOf(denom))
}

func (b bank) SpendableCoin(ctx context.Context, a sdk.AccAddress, denom string) sdk.Coin {
	return b.GetBalance(ctx, a, denom)
}

func (b bank) BlockedAddr(a sdk.AccAddress) bool { return a.Equals(escrow) }

func (b bank) SendCoins(_ context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	left, short := b[string(from)].SafeSub(coins...)
	if short {
		return fmt.Errorf("%s has not %s", from, coins)
	}
	b[string(from)] = left
	b[string(to)] = b[string(to)].Add(coins...)
	return nil
}

func (b bank) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error {
	from := authtypes.NewModuleAddress(module)
	left, short := b[string(from)].SafeSub(coins...)
	if short {
		return fmt.Errorf("%s has not %s", module, coins)
	}
	b[string(from)] = left
	b[string(to)] = b[string(to)].Add(coins...)
	return nil
}

// accounts is the accounts that exist.
type accounts map[string]bool

func (a accounts) GetModuleAddress(m string) sdk.AccAddress { return authtypes.NewModuleAddress(m) }

func (a accounts) HasAccount(_ context.Context, addr sdk.AccAddress) bool { return a[string(addr)] }

func (a accounts) NewAccountWithAddress(_ context.Context, addr sdk.AccAddress) sdk.AccountI {
	return authtypes.NewBaseAccountWithAddress(addr)
}

func (a accounts) SetAccount(_ context.Context, acc sdk.AccountI) {
	a[string(acc.GetAddress())] = true
}

var (
	_ types.BankKeeper    = bank{}
	_ types.AccountKeeper = accounts{}
)
