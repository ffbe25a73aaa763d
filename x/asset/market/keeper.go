package market

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

// Account holds what is in escrow: it is the contract's.
var Account = common.HexToAddress(weal.MarketContract)

// byAsset is the key of an index: asset, number.
type byAsset = collections.Pair[uint64, uint64]

// Keeper reads and writes the market's part of the module's store. It holds no
// state of its own.
type Keeper struct {
	assets keeper.Keeper
	bank   BankKeeper
	watch  Watch

	listings      collections.Map[uint64, types.Listing]
	assetListings collections.KeySet[byAsset]
	offers        collections.Map[uint64, types.Offer]
	assetOffers   collections.KeySet[byAsset]
	listed        collections.Sequence
	offered       collections.Sequence
}

// NewKeeper returns a keeper over the store of types.StoreKey. The keeper of
// assets has a Watch over the same store among its watchers.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, assets keeper.Keeper, bank BankKeeper) Keeper {
	var (
		sb    = collections.NewSchemaBuilder(stores)
		u64   = collections.Uint64Key
		index = collections.PairKeyCodec(u64, u64)
	)
	k := Keeper{
		assets: assets, bank: bank, watch: NewWatch(cdc, stores),

		listings:      collections.NewMap(sb, types.ListingsKey, "listings", u64, codec.CollValue[types.Listing](cdc)),
		assetListings: collections.NewKeySet(sb, types.ListingsByAssetKey, "listings_by_asset", index),
		offers:        collections.NewMap(sb, types.OffersKey, "offers", u64, codec.CollValue[types.Offer](cdc)),
		assetOffers:   collections.NewKeySet(sb, types.OffersByAssetKey, "offers_by_asset", index),
		listed:        collections.NewSequence(sb, types.ListedKey, "listed"),
		offered:       collections.NewSequence(sb, types.OfferedKey, "offered"),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("market: build schema: %w", err))
	}
	return k
}

// Listing returns a listing, or types.ErrListingNotFound.
func (k Keeper) Listing(ctx context.Context, id uint64) (types.Listing, error) {
	l, err := k.listings.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrListingNotFound.Wrapf("listing %d", id)
	}
	return l, err
}

// Offer returns an offer, or types.ErrOfferNotFound.
func (k Keeper) Offer(ctx context.Context, id uint64) (types.Offer, error) {
	o, err := k.offers.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrOfferNotFound.Wrapf("offer %d", id)
	}
	return o, err
}

// Blocked reports whether the chain never pays an account.
func (k Keeper) Blocked(who common.Address) bool { return k.bank.BlockedAddr(who.Bytes()) }

// putListing stores a listing with what is left of it, or removes it if that is
// nothing.
func (k Keeper) putListing(ctx context.Context, l types.Listing) error {
	if l.Units > 0 {
		return k.listings.Set(ctx, l.Id, l)
	}
	if err := k.listings.Remove(ctx, l.Id); err != nil {
		return err
	}
	if err := k.assetListings.Remove(ctx, collections.Join(l.Asset, l.Id)); err != nil {
		return err
	}
	return k.watch.forget(ctx, l.Share)
}

// putOffer stores an offer with what is left of it, or removes it if that is
// nothing.
func (k Keeper) putOffer(ctx context.Context, o types.Offer) error {
	if o.Units > 0 {
		return k.offers.Set(ctx, o.Id, o)
	}
	if err := k.offers.Remove(ctx, o.Id); err != nil {
		return err
	}
	return k.assetOffers.Remove(ctx, collections.Join(o.Asset, o.Id))
}

// expired says that until has passed; empty if it has not.
func expired(ctx context.Context, until uint64) string {
	if until == 0 || now(ctx) <= until {
		return ""
	}
	return "expired at " + stamp(until)
}

// mayEnd returns types.ErrMarket if until is in the past already.
func mayEnd(ctx context.Context, until uint64) error {
	if expired(ctx, until) != "" {
		return types.ErrMarket.Wrapf("it would end at %s, and it is %s; name a later time, or 0 for none", stamp(until), stamp(now(ctx)))
	}
	return nil
}

// now is the block's time, as Unix time.
func now(ctx context.Context) uint64 {
	return uint64(max(0, sdk.UnwrapSDKContext(ctx).BlockTime().Unix()))
}

// stamp writes a Unix time for people. Times beyond what a calendar can say are
// written as the number.
func stamp(unix uint64) string {
	const year10000 = 253_402_300_800
	if unix >= year10000 {
		return fmt.Sprint(unix)
	}
	return time.Unix(int64(unix), 0).UTC().Format(time.RFC3339)
}
