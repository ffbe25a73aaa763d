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

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// The keys that have more than one part.
type (
	versionKey    = collections.Pair[uint64, uint32]           // asset, version
	denomKey      = collections.Pair[uint64, string]           // asset, denom
	royaltyKey    = collections.Triple[uint64, uint64, string] // asset, ancestor, denom
	childKey      = collections.Pair[uint64, uint64]           // parent, child
	credentialKey = collections.Pair[uint64, sdk.AccAddress]   // asset, holder
)

// Keeper reads and writes the module's store. It holds no state of its own.
type Keeper struct {
	// Tokens are the shares of all assets, and the tokens of collections.
	Tokens token.Book

	addresses address.Codec
	accounts  types.AccountKeeper
	bank      types.BankKeeper
	authority string

	params       collections.Item[types.Params]
	nextAsset    collections.Sequence
	assets       collections.Map[uint64, types.Asset]
	versions     collections.Map[versionKey, types.Version]
	denoms       collections.Map[uint64, []string]
	revenues     collections.Map[denomKey, revenue]
	marks        collections.Map[uint64, []mark]
	paid         collections.Map[royaltyKey, weal.Amount]
	treasuries   collections.Map[denomKey, weal.Amount]
	contributors collections.Map[denomKey, contributors]
	children     collections.KeySet[childKey]
	credentials  collections.Map[credentialKey, types.Credential]
}

// NewKeeper returns a keeper over the store of types.StoreKey. Authority is the
// address that may change the parameters, in addresses' form. Watchers hear of
// changes of tokens after the keeper itself. It panics if the application has no
// module account weal.Escrow.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec,
	accounts types.AccountKeeper, bank types.BankKeeper, authority string, watchers ...token.Watcher,
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
	k := &Keeper{
		addresses: addresses, accounts: accounts, bank: bank, authority: authority,

		params:       collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		nextAsset:    collections.NewSequence(sb, types.NextAssetKey, "next_asset"),
		assets:       collections.NewMap(sb, types.AssetsKey, "assets", u64, codec.CollValue[types.Asset](cdc)),
		versions:     collections.NewMap(sb, types.VersionsKey, "versions", collections.PairKeyCodec(u64, collections.Uint32Key), codec.CollValue[types.Version](cdc)),
		denoms:       collections.NewMap(sb, types.DenomsKey, "denoms", u64, denomsValue),
		revenues:     collections.NewMap(sb, types.RevenuesKey, "revenues", denom, revenueValue),
		marks:        collections.NewMap(sb, types.MarksKey, "marks", u64, marksValue),
		paid:         collections.NewMap(sb, types.RoyaltiesPaidKey, "royalties_paid", collections.TripleKeyCodec(u64, u64, str), amountValue),
		treasuries:   collections.NewMap(sb, types.TreasuriesKey, "treasuries", denom, amountValue),
		contributors: collections.NewMap(sb, types.ContributorsKey, "contributors", denom, contributorsValue),
		children:     collections.NewKeySet(sb, types.ChildrenKey, "children", collections.PairKeyCodec(u64, u64)),
		credentials:  collections.NewMap(sb, types.CredentialsKey, "credentials", collections.PairKeyCodec(u64, acc), codec.CollValue[types.Credential](cdc)),
	}
	k.Tokens = token.New(sb, cdc, append([]token.Watcher{settler{k}}, watchers...)...)
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("asset: build schema: %w", err))
	}
	return *k
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
