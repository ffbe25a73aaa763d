package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// The keys that have more than one part.
type (
	slotKey    = collections.Pair[uint64, uint64]                 // asset, share
	versionKey = collections.Pair[uint64, uint32]                 // asset, version
	ownedKey   = collections.Pair[sdk.AccAddress, uint64]         // owner, share
	allowKey   = collections.Pair[uint64, sdk.AccAddress]         // share, operator
	operKey    = collections.Pair[sdk.AccAddress, sdk.AccAddress] // owner, operator
	denomKey   = collections.Pair[uint64, string]                 // asset or share, denom
	royaltyKey = collections.Triple[uint64, uint64, string]       // asset, ancestor, denom
)

// Keeper reads and writes the module's store. It holds no state of its own.
type Keeper struct {
	addresses address.Codec
	accounts  types.AccountKeeper
	bank      types.BankKeeper
	authority string

	params     collections.Item[types.Params]
	nextAsset  collections.Sequence
	nextShare  collections.Sequence
	assets     collections.Map[uint64, types.Asset]
	versions   collections.Map[versionKey, types.Version]
	shares     collections.Map[uint64, share]
	slots      collections.KeySet[slotKey]
	owned      collections.KeySet[ownedKey]
	ownedCount collections.Map[sdk.AccAddress, uint64]
	allowances collections.Map[allowKey, uint256.Int]
	operators  collections.KeySet[operKey]
	revenues   collections.Map[denomKey, revenue]
	marks      collections.Map[denomKey, mark]
	paid       collections.Map[royaltyKey, weal.Amount]
}

// NewKeeper returns a keeper over the store of types.StoreKey. Authority is the
// address that may change the parameters, in addresses' form. It panics if the
// application has no module account weal.Escrow.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec,
	accounts types.AccountKeeper, bank types.BankKeeper, authority string,
) Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Errorf("asset: authority %q: %w", authority, err))
	}
	if accounts.GetModuleAddress(weal.Escrow) == nil {
		panic(fmt.Errorf("asset: there is no module account %q", weal.Escrow))
	}
	var (
		sb    = collections.NewSchemaBuilder(stores)
		u64   = collections.Uint64Key
		str   = collections.StringKey
		denom = collections.PairKeyCodec(u64, str)
		acc   = sdk.AccAddressKey
	)
	k := Keeper{
		addresses: addresses, accounts: accounts, bank: bank, authority: authority,

		params:     collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		nextAsset:  collections.NewSequence(sb, types.NextAssetKey, "next_asset"),
		nextShare:  collections.NewSequence(sb, types.NextShareKey, "next_share"),
		assets:     collections.NewMap(sb, types.AssetsKey, "assets", u64, codec.CollValue[types.Asset](cdc)),
		versions:   collections.NewMap(sb, types.VersionsKey, "versions", collections.PairKeyCodec(u64, collections.Uint32Key), codec.CollValue[types.Version](cdc)),
		shares:     collections.NewMap(sb, types.SharesKey, "shares", u64, shareValue),
		slots:      collections.NewKeySet(sb, types.SlotsKey, "slots", collections.PairKeyCodec(u64, u64)),
		owned:      collections.NewKeySet(sb, types.OwnedKey, "owned", collections.PairKeyCodec(acc, u64)),
		ownedCount: collections.NewMap(sb, types.OwnedCountKey, "owned_count", acc, collections.Uint64Value),
		allowances: collections.NewMap(sb, types.AllowancesKey, "allowances", collections.PairKeyCodec(u64, acc), allowanceValue),
		operators:  collections.NewKeySet(sb, types.OperatorsKey, "operators", collections.PairKeyCodec(acc, acc)),
		revenues:   collections.NewMap(sb, types.RevenuesKey, "revenues", denom, revenueValue),
		marks:      collections.NewMap(sb, types.MarksKey, "marks", denom, markValue),
		paid:       collections.NewMap(sb, types.RoyaltiesPaidKey, "royalties_paid", collections.TripleKeyCodec(u64, u64, str), amountValue),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("asset: build schema: %w", err))
	}
	return k
}

// Params returns the module's parameters.
func (k Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

// HasAsset reports whether the asset exists.
func (k Keeper) HasAsset(ctx context.Context, asset weal.AssetID) (bool, error) {
	return k.assets.Has(ctx, uint64(asset))
}

// GetAsset returns an asset, or types.ErrAssetNotFound.
func (k Keeper) GetAsset(ctx context.Context, asset weal.AssetID) (types.Asset, error) {
	a, err := k.assets.Get(ctx, uint64(asset))
	if errors.Is(err, collections.ErrNotFound) {
		return a, types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	return a, err
}

// GetVersion returns a version of an asset, or types.ErrVersionNotFound.
func (k Keeper) GetVersion(ctx context.Context, asset weal.AssetID, version uint32) (types.Version, error) {
	v, err := k.versions.Get(ctx, collections.Join(uint64(asset), version))
	if errors.Is(err, collections.ErrNotFound) {
		return v, types.ErrVersionNotFound.Wrapf("asset %d, version %d", asset, version)
	}
	return v, err
}

// orZero makes a row that does not exist a zero value.
func orZero[T any](v T, err error) (T, error) {
	if errors.Is(err, collections.ErrNotFound) {
		var zero T
		return zero, nil
	}
	return v, err
}
