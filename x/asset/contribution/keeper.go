package contribution

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// Account holds what proposals have deposited: it is the contract's, and what a
// pot's owner lets move units.
var Account = common.HexToAddress(weal.ContributionsContract)

// BankKeeper tells what accounts have, and who is paid.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
}

// The keys that have more than one part.
type (
	indexKey    = collections.Pair[uint64, uint64]                   // asset, contribution or number
	rootKey     = collections.Pair[uint64, []byte]                   // asset, root
	proposedKey = collections.Triple[uint64, sdk.AccAddress, []byte] // asset, contributor, root
	accountKey  = collections.Pair[uint64, sdk.AccAddress]           // asset, contributor
	earningKey  = collections.Pair[uint64, string]                   // contribution or asset, denom
	evidenceKey = collections.Triple[uint64, string, []byte]         // asset, denom, root
)

// Keeper reads and writes the contributions' part of the module's store. It holds
// no state of its own.
type Keeper struct {
	assets keeper.Keeper
	bank   BankKeeper

	terms         collections.Map[uint64, types.ContributionTerms]
	contributions collections.Map[uint64, types.Contribution]
	byAsset       collections.KeySet[indexKey]
	made          collections.Sequence
	accepted      collections.Map[rootKey, uint64]
	proposed      collections.Map[proposedKey, uint64]
	contributors  collections.Map[accountKey, types.Contributor]
	totals        collections.Map[uint64, types.ContributionTotals]
	earnings      collections.Map[earningKey, types.ContributionEarning]
	distributions collections.Map[indexKey, types.Distribution]
	evidence      collections.KeySet[evidenceKey]
	latest        collections.Map[earningKey, []byte]
}

// NewKeeper returns a keeper over the store of types.StoreKey.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, assets keeper.Keeper, bank BankKeeper) Keeper {
	var (
		sb    = collections.NewSchemaBuilder(stores)
		u64   = collections.Uint64Key
		acc   = sdk.AccAddressKey
		index = collections.PairKeyCodec(u64, u64)
	)
	k := Keeper{
		assets: assets, bank: bank,

		terms:         collections.NewMap(sb, types.ContributionTermsKey, "contribution_terms", u64, codec.CollValue[types.ContributionTerms](cdc)),
		contributions: collections.NewMap(sb, types.ContributionsKey, "contributions", u64, codec.CollValue[types.Contribution](cdc)),
		byAsset:       collections.NewKeySet(sb, types.ContributionsByAssetKey, "contributions_by_asset", index),
		made:          collections.NewSequence(sb, types.ContributionsMadeKey, "contributions_made"),
		accepted:      collections.NewMap(sb, types.AcceptedRootsKey, "accepted_roots", collections.PairKeyCodec(u64, collections.BytesKey), collections.Uint64Value),
		proposed:      collections.NewMap(sb, types.ProposedRootsKey, "proposed_roots", collections.TripleKeyCodec(u64, acc, collections.BytesKey), collections.Uint64Value),
		contributors:  collections.NewMap(sb, types.ContributorsOfKey, "contributors_of", collections.PairKeyCodec(u64, acc), codec.CollValue[types.Contributor](cdc)),
		totals:        collections.NewMap(sb, types.ContributionTotalsKey, "contribution_totals", u64, codec.CollValue[types.ContributionTotals](cdc)),
		earnings:      collections.NewMap(sb, types.ContributionEarningsKey, "contribution_earnings", collections.PairKeyCodec(u64, collections.StringKey), codec.CollValue[types.ContributionEarning](cdc)),
		distributions: collections.NewMap(sb, types.DistributionsKey, "distributions", index, codec.CollValue[types.Distribution](cdc)),
		evidence:      collections.NewKeySet(sb, types.EvidenceKey, "evidence", collections.TripleKeyCodec(u64, collections.StringKey, collections.BytesKey)),
		latest:        collections.NewMap(sb, types.LatestEvidenceKey, "latest_evidence", collections.PairKeyCodec(u64, collections.StringKey), collections.BytesValue),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("contribution: build schema: %w", err))
	}
	return k
}

// Get returns a contribution, or types.ErrContributionNotFound.
func (k Keeper) Get(ctx context.Context, id uint64) (types.Contribution, error) {
	c, err := k.contributions.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrContributionNotFound.Wrapf("contribution %d", id)
	}
	return c, err
}

// Blocked reports whether the chain never pays an account.
func (k Keeper) Blocked(who common.Address) bool { return k.bank.BlockedAddr(who.Bytes()) }

// Totals counts what was contributed to an asset.
func (k Keeper) Totals(ctx context.Context, asset weal.AssetID) (types.ContributionTotals, error) {
	t, err := stored.OrZero(k.totals.Get(ctx, uint64(asset)))
	t.Asset = uint64(asset)
	return t, err
}

// putTotals keeps no row for nothing.
func (k Keeper) putTotals(ctx context.Context, t types.ContributionTotals) error {
	if t == (types.ContributionTotals{Asset: t.Asset}) {
		return k.totals.Remove(ctx, t.Asset)
	}
	return k.totals.Set(ctx, t.Asset, t)
}

// contributor counts what an account contributed to an asset.
func (k Keeper) contributor(ctx context.Context, asset uint64, who common.Address) (types.Contributor, error) {
	c, err := stored.OrZero(k.contributors.Get(ctx, collections.Join(asset, sdk.AccAddress(who.Bytes()))))
	c.Asset, c.Contributor = asset, who.Hex()
	return c, err
}

// putContributor keeps no row for nothing.
func (k Keeper) putContributor(ctx context.Context, c types.Contributor) error {
	key := collections.Join(c.Asset, account(c.Contributor))
	if c.Open == 0 && c.Chunks == 0 {
		return k.contributors.Remove(ctx, key)
	}
	return k.contributors.Set(ctx, key, c)
}

// account reads an address as keys have it.
func account(hex string) sdk.AccAddress { return common.HexToAddress(hex).Bytes() }

// proposedRoot is the key of a proposal's root.
func proposedRoot(c types.Contribution) proposedKey {
	return collections.Join3(c.Asset, account(c.Contributor), c.Root)
}

// amount reads an amount of the store's.
func amount(s string) (weal.Amount, error) {
	a, err := weal.ParseAmount(s)
	if err != nil {
		err = types.ErrBroken.Wrapf("contribution: amount %q: %s", s, err)
	}
	return a, err
}

// coin makes an amount a coin of the bank's.
func coin(denom string, a weal.Amount) sdk.Coin {
	return sdk.NewCoin(denom, math.NewIntFromBigInt(a.Big()))
}

// height is the block's.
func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
