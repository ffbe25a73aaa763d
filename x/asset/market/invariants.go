package market

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// CheckInvariants reads the market's whole state and returns types.ErrBroken, with
// the name of the first invariant that does not hold.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	s, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := s.Validate(); err != nil {
		return types.ErrBroken.Wrapf("market: %s", err)
	}
	if err := k.checkEscrow(ctx, s.Offers); err != nil {
		return err
	}
	for _, l := range s.Listings {
		if err := k.checkListing(ctx, l); err != nil {
			return err
		}
	}
	if err := checkIndex(ctx, "listings", k.listings, k.assetListings, func(l types.Listing) uint64 { return l.Asset }); err != nil {
		return err
	}
	return checkIndex(ctx, "offers", k.offers, k.assetOffers, func(o types.Offer) uint64 { return o.Asset })
}

// held returns what offers have in escrow.
func held(offers []types.Offer) (sdk.Coins, error) {
	sum := sdk.NewCoins()
	for _, o := range offers {
		price, err := weal.ParseAmount(o.Price)
		if err != nil {
			return nil, types.ErrBroken.Wrapf("offer %d: %s", o.Id, err)
		}
		sum = sum.Add(sdk.NewCoin(o.Denom, math.NewIntFromBigInt(price.Big())))
	}
	return sum, nil
}

// checkEscrow: the market's account has at least what offers have in escrow. It
// may have more: anyone can send it coins.
func (k Keeper) checkEscrow(ctx context.Context, offers []types.Offer) error {
	sum, err := held(offers)
	if err != nil {
		return err
	}
	for _, c := range sum {
		if has := k.bank.GetBalance(ctx, Account.Bytes(), c.Denom); has.IsLT(c) {
			return types.ErrBroken.Wrapf("market: offers have %s in escrow, the account has %s", c, has)
		}
	}
	return nil
}

// checkListing: a share that did not change hands is the seller's still, and of
// the asset that the listing says.
func (k Keeper) checkListing(ctx context.Context, l types.Listing) error {
	s, err := k.assets.GetShare(ctx, weal.ShareID(l.Share))
	if errors.Is(err, types.ErrShareNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	row, err := k.watch.row(ctx, l.Share)
	if err != nil {
		return err
	}
	if uint64(s.Asset) != l.Asset || (row.Moves == l.Moves && s.Owner.Hex() != l.Seller) {
		return types.ErrBroken.Wrapf("market: listing %d: share %d of asset %d is %s's", l.Id, s.ID, s.Asset, s.Owner)
	}
	return nil
}

// checkIndex: an index names every row once, under its asset, and nothing else.
func checkIndex[T any](ctx context.Context, name string, all collections.Map[uint64, T], index collections.KeySet[byAsset], asset func(T) uint64) error {
	rows, err := values(ctx, all)
	if err != nil {
		return err
	}
	n := 0
	err = index.Walk(ctx, nil, func(key byAsset) (bool, error) {
		n++
		row, err := all.Get(ctx, key.K2())
		if err == nil && asset(row) != key.K1() {
			err = types.ErrBroken.Wrapf("market: the index of %s names %d under asset %d", name, key.K2(), key.K1())
		}
		return err != nil, err
	})
	if err == nil && n != len(rows) {
		err = types.ErrBroken.Wrapf("market: the index of %s names %d of %d", name, n, len(rows))
	}
	return err
}
