package market

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// MakeOffer takes the price of units of an asset into escrow, sent by caller. Of
// the chain's coin, it is in the contract's balance already. Units go to share to
// while it is the caller's, and to new ones otherwise.
func (k Keeper) MakeOffer(ctx context.Context, caller common.Address, asset weal.AssetID, t Terms, to weal.ShareID) (types.Offer, error) {
	a, err := k.assets.GetAsset(ctx, asset)
	if err != nil {
		return types.Offer{}, err
	}
	switch {
	case caller == common.Address{}:
		return types.Offer{}, types.ErrMarket.Wrap("the zero address buys nothing")
	case k.Blocked(caller):
		return types.Offer{}, types.ErrBlocked
	case t.Units == 0 || t.Units > a.Units:
		return types.Offer{}, types.ErrMarket.Wrapf("offer for 1 to %d units, got %d", a.Units, t.Units)
	}
	if err := k.checkPrice(ctx, t.Denom, t.Price); err != nil {
		return types.Offer{}, err
	}
	if err := mayEnd(ctx, t.Until); err != nil {
		return types.Offer{}, err
	}
	if err := k.checkInto(ctx, caller, asset, to); err != nil {
		return types.Offer{}, err
	}
	made, err := k.offered.Next(ctx)
	if err != nil {
		return types.Offer{}, err
	}
	o := types.Offer{
		Id: made + 1, Asset: uint64(asset), Buyer: caller.Hex(), Units: t.Units,
		Denom: t.Denom, Price: t.Price.String(), Until: t.Until, ToShare: uint64(to),
	}
	if err := k.offers.Set(ctx, o.Id, o); err != nil {
		return o, err
	}
	if err := k.assetOffers.Set(ctx, collections.Join(o.Asset, o.Id)); err != nil {
		return o, err
	}
	if o.Denom == weal.BaseDenom {
		return o, nil
	}
	var none []Payout
	return o, k.pay(ctx, &none, caller, Account, t.Denom, t.Price)
}

// checkInto returns an error unless units of an asset can go to a share of the
// buyer's.
func (k Keeper) checkInto(ctx context.Context, buyer common.Address, asset weal.AssetID, to weal.ShareID) error {
	if to == 0 {
		return nil
	}
	s, err := k.assets.GetShare(ctx, to)
	if err != nil {
		return err
	}
	if s.Owner != buyer {
		return types.ErrNotOwner.Wrapf("share %d, for units to go to", to)
	}
	if s.Asset != asset {
		return types.Err3525Slot
	}
	return nil
}

// OfferNow returns an offer, and why it cannot be accepted now; empty if it can.
func (k Keeper) OfferNow(ctx context.Context, id uint64) (o types.Offer, void string, err error) {
	o, err = k.Offer(ctx, id)
	return o, expired(ctx, o.Until), err
}

// Accept sells n units of a share to an offer, sent by caller, who may move the
// share. Its owner is paid, at least least after the royalty.
func (k Keeper) Accept(ctx context.Context, caller common.Address, id uint64, share weal.ShareID, n uint64, least *uint256.Int) (Sale, error) {
	o, void, err := k.OfferNow(ctx, id)
	if err != nil {
		return Sale{}, err
	}
	s, err := k.movable(ctx, caller, share)
	if err != nil {
		return Sale{}, err
	}
	sale := Sale{Asset: s.Asset, From: share, Units: n, Seller: s.Owner, Buyer: common.HexToAddress(o.Buyer), Denom: o.Denom}
	switch {
	case void != "":
		return sale, types.ErrMarket.Wrapf("offer %d is void: %s", id, void)
	case uint64(s.Asset) != o.Asset:
		return sale, types.ErrMarket.Wrapf("offer %d is for units of asset %d, share %d is of asset %d", id, o.Asset, share, s.Asset)
	case sale.Seller == sale.Buyer:
		return sale, types.ErrMarket.Wrapf("share %d is the buyer's own", share)
	case n == 0 || n > o.Units:
		return sale, types.ErrMarket.Wrapf("offer %d is for 1 to %d units, not %d", id, o.Units, n)
	case n > s.Value:
		return sale, types.ErrMarket.Wrapf("share %d holds %d units, not %d", share, s.Value, n)
	}
	price, err := weal.ParseAmount(o.Price)
	if err != nil {
		return sale, types.ErrBroken.Wrapf("offer %d: %s", id, err)
	}
	var left weal.Amount
	if sale.Price, left, err = types.DividePrice(price, n, o.Units, false); err != nil {
		return sale, err
	}
	if sale.To, err = k.into(ctx, o); err != nil {
		return sale, err
	}
	o.Units, o.Price = o.Units-n, left.String()
	if err := k.putOffer(ctx, o); err != nil {
		return sale, err
	}
	if err := k.payPrice(ctx, &sale, Account); err != nil {
		return sale, err
	}
	if least != nil && sale.Received.Big().Cmp(least.ToBig()) < 0 {
		return sale, types.ErrMarket.Wrapf("%d units bring %s%s, less than %s", n, sale.Received, o.Denom, least.Dec())
	}
	return sale, k.giveUnits(ctx, &sale)
}

// into returns the share that an offer's units go to, 0 being a new one: what the
// buyer does with its share must not keep others from accepting.
func (k Keeper) into(ctx context.Context, o types.Offer) (weal.ShareID, error) {
	if o.ToShare == 0 {
		return 0, nil
	}
	s, err := k.assets.GetShare(ctx, weal.ShareID(o.ToShare))
	if errors.Is(err, types.ErrShareNotFound) {
		return 0, nil
	}
	if err != nil || s.Owner.Hex() != o.Buyer {
		return 0, err
	}
	return s.ID, nil
}

// CancelOffer removes an offer and pays its buyer what is left of the price. It
// is sent by caller: the buyer, or anyone once it has expired.
func (k Keeper) CancelOffer(ctx context.Context, caller common.Address, id uint64) (o types.Offer, owed []Payout, err error) {
	o, void, err := k.OfferNow(ctx, id)
	if err != nil {
		return o, nil, err
	}
	if caller.Hex() != o.Buyer && void == "" {
		return o, nil, types.ErrMarket.Wrapf("offer %d is good; only its buyer may cancel it", id)
	}
	price, err := weal.ParseAmount(o.Price)
	if err != nil {
		return o, nil, types.ErrBroken.Wrapf("offer %d: %s", id, err)
	}
	gone := o
	gone.Units = 0
	if err := k.putOffer(ctx, gone); err != nil {
		return o, nil, err
	}
	err = k.pay(ctx, &owed, Account, common.HexToAddress(o.Buyer), o.Denom, price)
	return o, owed, err
}
