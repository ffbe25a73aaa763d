package market

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Terms are what a share, or units of an asset, are listed or offered for.
type Terms struct {
	// Units is how many; of a listing, 0 is the whole share.
	Units uint64
	// Denom and Price are what all of them cost.
	Denom string
	Price weal.Amount
	// Until is the last second that it holds in, as Unix time; 0 is none.
	Until uint64
}

// Sale is what was sold at once, for Price.
type Sale struct {
	Asset weal.AssetID
	// From is the share that units were sold of, To the one they went to. They are
	// the same if the whole share was sold.
	From, To weal.ShareID
	// Made tells that To was made for it, Whole that a whole share was sold.
	Made, Whole   bool
	Units         uint64
	Seller, Buyer common.Address
	Denom         string
	// Price = Received, which the seller was paid, + Royalty, which Maker was.
	Price, Received, Royalty weal.Amount
	Maker                    common.Address
	// Earned is what the escrow paid the seller of a whole share.
	Earned []keeper.Payment
	// Owed is what the contract has still to pay.
	Owed []Payout
}

// List puts a share, or units of it, up for sale, sent by caller, who may move
// the share. The seller, who will be paid, is the share's owner.
func (k Keeper) List(ctx context.Context, caller common.Address, share weal.ShareID, t Terms) (types.Listing, error) {
	s, err := k.movable(ctx, caller, share)
	if err != nil {
		return types.Listing{}, err
	}
	if t.Units > s.Value {
		return types.Listing{}, types.ErrMarket.Wrapf("share %d holds %d units, not %d", share, s.Value, t.Units)
	}
	if s.Value == 0 {
		return types.Listing{}, types.ErrMarket.Wrapf("share %d holds no units", share)
	}
	if err := k.checkPrice(ctx, t.Denom, t.Price); err != nil {
		return types.Listing{}, err
	}
	if err := mayEnd(ctx, t.Until); err != nil {
		return types.Listing{}, err
	}
	made, err := k.listed.Next(ctx)
	if err != nil {
		return types.Listing{}, err
	}
	l := types.Listing{
		Id: made + 1, Asset: uint64(s.Asset), Share: uint64(share), Seller: s.Owner.Hex(), Lister: caller.Hex(),
		Units: t.Units, Whole: t.Units == 0, Denom: t.Denom, Price: t.Price.String(), Until: t.Until,
	}
	if l.Whole {
		l.Units = s.Value
	}
	if l.Moves, err = k.watch.note(ctx, l.Share); err != nil {
		return l, err
	}
	if err := k.listings.Set(ctx, l.Id, l); err != nil {
		return l, err
	}
	return l, k.assetListings.Set(ctx, collections.Join(l.Asset, l.Id))
}

// movable returns a share that caller may move, or types.ErrShareNotFound or
// types.ErrNotOwner.
func (k Keeper) movable(ctx context.Context, caller common.Address, share weal.ShareID) (keeper.Share, error) {
	s, err := k.assets.GetShare(ctx, share)
	if err != nil {
		return s, err
	}
	may, err := k.assets.Tokens.MayMove(ctx, token.Shares, caller, keeper.TokenID(share))
	if err == nil && !may {
		err = types.ErrNotOwner.Wrapf("share %d, nor approved to move it", share)
	}
	return s, err
}

// ListingNow returns a listing, and why nothing of it can be bought now; empty if
// something can.
func (k Keeper) ListingNow(ctx context.Context, id uint64) (l types.Listing, void string, err error) {
	if l, err = k.Listing(ctx, id); err != nil {
		return l, "", err
	}
	_, void, err = k.state(ctx, l)
	return l, void, err
}

// state returns a listing's share, and why the listing is void, if it is.
func (k Keeper) state(ctx context.Context, l types.Listing) (s keeper.Share, void string, err error) {
	if void = expired(ctx, l.Until); void != "" {
		return s, void, nil
	}
	s, err = k.assets.GetShare(ctx, weal.ShareID(l.Share))
	if errors.Is(err, types.ErrShareNotFound) {
		return s, "its share was burned", nil
	}
	if err != nil {
		return s, "", err
	}
	row, err := k.watch.row(ctx, l.Share)
	if err != nil {
		return s, "", err
	}
	switch {
	case row.Moves != l.Moves:
		return s, "its share changed hands since it was listed", nil
	case l.Whole && s.Value != l.Units:
		return s, "its share holds other units than when it was listed", nil
	case s.Value == 0:
		return s, "its share holds no units any more", nil
	}
	may, err := k.assets.Tokens.MayMove(ctx, token.Shares, common.HexToAddress(l.Lister), keeper.TokenID(s.ID))
	if err == nil && !may {
		void = "who listed it may not move its share any more"
	}
	return s, void, err
}

// Quote is what units of a listing cost now.
type Quote struct {
	Listing types.Listing
	// Units is how many were asked for, Price what they cost, and Left what the
	// others will.
	Units       uint64
	Price, Left weal.Amount
}

// Cost returns what n units of a listing cost now; 0 is all that are left, and
// the only answer of a whole share.
func (k Keeper) Cost(ctx context.Context, id, n uint64) (q Quote, err error) {
	if q.Listing, err = k.Listing(ctx, id); err != nil {
		return q, err
	}
	share, void, err := k.state(ctx, q.Listing)
	if err != nil {
		return q, err
	}
	l := q.Listing
	if q.Units = n; n == 0 {
		q.Units = l.Units
	}
	switch {
	case void != "":
		return q, types.ErrMarket.Wrapf("listing %d is void: %s", id, void)
	case l.Whole && q.Units != l.Units:
		return q, types.ErrMarket.Wrapf("listing %d is of a whole share of %d units, not of %d; name 0", id, l.Units, n)
	case q.Units > l.Units:
		return q, types.ErrMarket.Wrapf("listing %d has %d units left, not %d", id, l.Units, q.Units)
	case q.Units > share.Value:
		return q, types.ErrMarket.Wrapf("share %d holds %d units by now, not %d", share.ID, share.Value, q.Units)
	}
	price, err := weal.ParseAmount(l.Price)
	if err != nil {
		return q, types.ErrBroken.Wrapf("listing %d: %s", id, err)
	}
	q.Price, q.Left, err = types.DividePrice(price, q.Units, l.Units, true)
	return q, err
}

// Buy sells n units of a listing to caller: 0 is all that are left. They go to
// share to of the caller's, or to a new one if that is 0. They cost at most limit,
// nil being no limit. Of a coin of the chain's, the price is in the contract's
// balance already.
func (k Keeper) Buy(ctx context.Context, caller common.Address, id, n uint64, limit *uint256.Int, to weal.ShareID) (Sale, error) {
	q, err := k.Cost(ctx, id, n)
	if err != nil {
		return Sale{}, err
	}
	l := q.Listing
	sale := Sale{
		Asset: weal.AssetID(l.Asset), From: weal.ShareID(l.Share), To: to, Whole: l.Whole, Units: q.Units,
		Seller: common.HexToAddress(l.Seller), Buyer: caller, Denom: l.Denom, Price: q.Price,
	}
	switch {
	case caller == common.Address{}:
		return sale, types.ErrMarket.Wrap("the zero address buys nothing")
	case caller == sale.Seller:
		return sale, types.ErrMarket.Wrapf("listing %d is the buyer's own", id)
	case limit != nil && q.Price.Big().Cmp(limit.ToBig()) > 0:
		return sale, types.ErrMarket.Wrapf("%d units of listing %d cost %s%s, more than %s", q.Units, id, q.Price, l.Denom, limit.Dec())
	case l.Whole && to != 0:
		return sale, types.ErrMarket.Wrapf("listing %d is of a whole share, which goes into no other", id)
	}
	l.Units, l.Price = l.Units-q.Units, q.Left.String()
	if err := k.putListing(ctx, l); err != nil {
		return sale, err
	}
	if err := k.payPrice(ctx, &sale, caller); err != nil {
		return sale, err
	}
	if l.Whole {
		return sale, k.giveWhole(ctx, &sale)
	}
	return sale, k.giveUnits(ctx, &sale)
}

// giveWhole hands a share over. What it has earned is the seller's.
func (k Keeper) giveWhole(ctx context.Context, s *Sale) (err error) {
	s.To = s.From
	if s.Earned, err = k.assets.PayShare(ctx, s.From); err != nil {
		return err
	}
	return k.assets.Tokens.Give(ctx, token.Shares, keeper.TokenID(s.From), s.Buyer)
}

// giveUnits moves units into the buyer's share, or into a new one.
func (k Keeper) giveUnits(ctx context.Context, s *Sale) error {
	from, units := keeper.TokenID(s.From), *uint256.NewInt(s.Units)
	if s.To == 0 {
		id, err := k.assets.Tokens.Split(ctx, token.Shares, from, s.Buyer, units)
		s.To, s.Made = weal.ShareID(id.Uint64()), true
		return err
	}
	to, err := k.assets.GetShare(ctx, s.To)
	if err != nil {
		return err
	}
	if to.Owner != s.Buyer {
		return types.ErrNotOwner.Wrapf("share %d, for units to go to", s.To)
	}
	return k.assets.Tokens.Move(ctx, token.Shares, from, keeper.TokenID(s.To), units)
}

// CancelListing removes a listing, sent by caller: its seller, its lister, who
// else may move the share, or anyone once it is void.
func (k Keeper) CancelListing(ctx context.Context, caller common.Address, id uint64) (types.Listing, error) {
	l, err := k.Listing(ctx, id)
	if err != nil {
		return l, err
	}
	if may, err := k.mayCancel(ctx, caller, l); err != nil {
		return l, err
	} else if !may {
		return l, types.ErrMarket.Wrapf("listing %d is good; only who may move its share may cancel it", id)
	}
	gone := l
	gone.Units = 0
	return l, k.putListing(ctx, gone)
}

func (k Keeper) mayCancel(ctx context.Context, caller common.Address, l types.Listing) (bool, error) {
	if by := caller.Hex(); by == l.Seller || by == l.Lister {
		return true, nil
	}
	if _, void, err := k.state(ctx, l); err != nil || void != "" {
		return void != "", err
	}
	return k.assets.Tokens.MayMove(ctx, token.Shares, caller, keeper.TokenID(weal.ShareID(l.Share)))
}
