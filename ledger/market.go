package ledger

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// Listing is a share, or units of it, for sale.
type Listing struct {
	ID    uint64        `json:"id"`
	Asset types.AssetID `json:"asset"`
	Share types.ShareID `json:"share"`
	// Seller is paid; Lister may be one who may move the share for it. Both are
	// EIP-55 hex addresses.
	Seller string `json:"seller"`
	Lister string `json:"lister"`
	// Units is how many are left, Price what they cost. Whole tells that the share
	// itself is sold.
	Units uint64       `json:"units"`
	Whole bool         `json:"whole"`
	Denom string       `json:"denom"`
	Price types.Amount `json:"price"`
	// Until is the last second it can be bought in; zero is none.
	Until time.Time `json:"until,omitzero"`
	// Void says why nothing of it can be bought now; empty if something can.
	Void string `json:"void,omitempty"`
}

// Offer is coins in escrow for units of an asset.
type Offer struct {
	ID    uint64        `json:"id"`
	Asset types.AssetID `json:"asset"`
	Buyer string        `json:"buyer"` // EIP-55 hex address
	// Units is how many are left to be bought, Price what is in escrow for them.
	Units uint64       `json:"units"`
	Denom string       `json:"denom"`
	Price types.Amount `json:"price"`
	// Until is the last second it can be accepted in; zero is none.
	Until time.Time `json:"until,omitzero"`
	// Into is the share that units go to while it is the buyer's; zero is a new one.
	Into types.ShareID `json:"into,omitempty"`
	// Void says why it cannot be accepted now; empty if it can.
	Void string `json:"void,omitempty"`
}

// Terms are what units are listed or offered for. Of a listing, zero Units is the
// whole share. A zero Until is no end.
type Terms struct {
	Units uint64
	Denom string
	Price types.Amount
	Until time.Time
}

// marketplace is the address of the contract where shares are bought and sold.
var marketplace = common.HexToAddress(types.MarketContract)

// callMarket is call of that contract. Coins go along if denom is the chain's own.
func (s *Sender) callMarket(ctx context.Context, denom string, amount types.Amount, signature string, args ...any) ([]any, error) {
	var value *big.Int
	if denom == types.BaseDenom {
		value = amount.Big()
	}
	return s.call(ctx, marketplace, value, solidity.Market, signature, args...)
}

// List puts a share, or units of it, up for sale and returns the listing's number.
func (s *Sender) List(ctx context.Context, share types.ShareID, t Terms) (uint64, error) {
	out, err := s.callMarket(ctx, "", types.Amount{}, "list(uint256,uint64,string,uint256,uint64)",
		number(uint64(share)), t.Units, t.Denom, t.Price.Big(), unix(t.Until))
	if err != nil {
		return 0, fmt.Errorf("list share %d: %w", share, s.explainShare(ctx, act{share: share}, err))
	}
	return numberOf(out[0]), nil
}

// Cost returns what units of a listing cost now; zero units are all that are left.
func (l *Ledger) Cost(ctx context.Context, listing, units uint64) (types.Amount, error) {
	out, err := l.view(ctx, marketplace, solidity.Market, "quote(uint256,uint64)", number(listing), units)
	if err != nil {
		return types.Amount{}, fmt.Errorf("read the price of listing %d: %w", listing, err)
	}
	return amountOf(out[0])
}

// Buy buys units of a listing, for at most so much, into a share of the sender's
// or a new one if into is zero. Zero units are all that are left. It returns the
// share and what was paid.
func (s *Sender) Buy(ctx context.Context, listing Listing, units uint64, most types.Amount, into types.ShareID) (types.ShareID, types.Amount, error) {
	out, err := s.callMarket(ctx, listing.Denom, most, "buy(uint256,uint64,uint256,uint256)",
		number(listing.ID), units, most.Big(), number(uint64(into)))
	if err != nil {
		return 0, types.Amount{}, fmt.Errorf("buy from listing %d: %w", listing.ID, err)
	}
	paid, err := amountOf(out[1])
	return types.ShareID(numberOf(out[0])), paid, err
}

// CancelListing removes a listing.
func (s *Sender) CancelListing(ctx context.Context, listing uint64) error {
	if _, err := s.callMarket(ctx, "", types.Amount{}, "cancelListing(uint256)", number(listing)); err != nil {
		return fmt.Errorf("cancel listing %d: %w", listing, err)
	}
	return nil
}

// Offer offers for units of an asset, and pays the price into escrow. It returns
// the offer's number.
func (s *Sender) Offer(ctx context.Context, asset types.AssetID, t Terms, into types.ShareID) (uint64, error) {
	out, err := s.callMarket(ctx, t.Denom, t.Price, "offer(uint256,uint64,string,uint256,uint64,uint256)",
		number(uint64(asset)), t.Units, t.Denom, t.Price.Big(), unix(t.Until), number(uint64(into)))
	if err != nil {
		return 0, fmt.Errorf("offer for asset %d: %w", asset, err)
	}
	return numberOf(out[0]), nil
}

// Brings returns what units sold to an offer bring the owner of a share, after
// the royalty.
func (l *Ledger) Brings(ctx context.Context, o Offer, share Share, units uint64) (types.Amount, error) {
	a, err := l.Asset(ctx, o.Asset)
	if err != nil {
		return types.Amount{}, err
	}
	if units == 0 || units > o.Units {
		return types.Amount{}, fmt.Errorf("offer %d is for 1 to %d units, not %d", o.ID, o.Units, units)
	}
	price, _, err := assettypes.DividePrice(o.Price, units, o.Units, false)
	if err != nil || share.Owner == a.Maker {
		return price, err
	}
	_, brings, err := assettypes.DivideSale(price, a.Resale)
	return brings, err
}

// Accept sells units of a share to an offer, for at least so much after the
// royalty, and returns what its owner was paid.
func (s *Sender) Accept(ctx context.Context, offer uint64, share types.ShareID, units uint64, least types.Amount) (types.Amount, error) {
	out, err := s.callMarket(ctx, "", types.Amount{}, "accept(uint256,uint256,uint64,uint256)",
		number(offer), number(uint64(share)), units, least.Big())
	if err != nil {
		return types.Amount{}, fmt.Errorf("accept offer %d: %w", offer, s.explainShare(ctx, act{share: share}, err))
	}
	return amountOf(out[0])
}

// CancelOffer removes an offer; what is left in escrow goes back to its buyer.
func (s *Sender) CancelOffer(ctx context.Context, offer uint64) error {
	if _, err := s.callMarket(ctx, "", types.Amount{}, "cancelOffer(uint256)", number(offer)); err != nil {
		return fmt.Errorf("cancel offer %d: %w", offer, err)
	}
	return nil
}

// Listing returns a listing.
func (l *Ledger) Listing(ctx context.Context, id uint64) (Listing, error) {
	res, err := l.market.Listing(ctx, &assettypes.QueryListingRequest{Id: id})
	if status.Code(err) == codes.NotFound {
		return Listing{}, missing{fmt.Sprintf("no open listing %d: it was never made, is sold out, or was cancelled; see: weal market show", id)}
	}
	if err != nil {
		return Listing{}, failed(fmt.Sprintf("read listing %d", id), err)
	}
	return listingOf(*res)
}

// Listings lists what is for sale of an asset, or of all if that is zero, the void
// ones too.
func (l *Ledger) Listings(ctx context.Context, asset types.AssetID) ([]Listing, error) {
	var all []Listing
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.market.Listings(ctx, &assettypes.QueryListingsRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed("list what is for sale", err)
		}
		for _, row := range res.Listings {
			one, err := listingOf(row)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// GetOffer returns an offer.
func (l *Ledger) GetOffer(ctx context.Context, id uint64) (Offer, error) {
	res, err := l.market.Offer(ctx, &assettypes.QueryOfferRequest{Id: id})
	if status.Code(err) == codes.NotFound {
		return Offer{}, missing{fmt.Sprintf("no open offer %d: it was never made, was accepted in full, or was cancelled; see: weal market show", id)}
	}
	if err != nil {
		return Offer{}, failed(fmt.Sprintf("read offer %d", id), err)
	}
	return offerOf(*res)
}

// Offers lists what is offered for an asset, or for all if that is zero, the
// expired ones too.
func (l *Ledger) Offers(ctx context.Context, asset types.AssetID) ([]Offer, error) {
	var all []Offer
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.market.Offers(ctx, &assettypes.QueryOffersRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed("list offers", err)
		}
		for _, row := range res.Offers {
			one, err := offerOf(row)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

func listingOf(row assettypes.QueryListingResponse) (Listing, error) {
	m := row.Listing
	price, err := types.ParseAmount(m.Price)
	if err != nil {
		return Listing{}, fmt.Errorf("read listing %d: %w", m.Id, err)
	}
	return Listing{
		ID: m.Id, Asset: types.AssetID(m.Asset), Share: types.ShareID(m.Share), Seller: m.Seller, Lister: m.Lister,
		Units: m.Units, Whole: m.Whole, Denom: m.Denom, Price: price, Until: moment(m.Until), Void: row.Void,
	}, nil
}

func offerOf(row assettypes.QueryOfferResponse) (Offer, error) {
	m := row.Offer
	price, err := types.ParseAmount(m.Price)
	if err != nil {
		return Offer{}, fmt.Errorf("read offer %d: %w", m.Id, err)
	}
	return Offer{
		ID: m.Id, Asset: types.AssetID(m.Asset), Buyer: m.Buyer, Units: m.Units, Denom: m.Denom, Price: price,
		Until: moment(m.Until), Into: types.ShareID(m.ToShare), Void: row.Void,
	}, nil
}

// unix is a time as contracts have it; zero is none.
func unix(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(1, t.Unix()))
}

// moment reads a time of a contract's. One beyond what a calendar can say, which
// JSON cannot hold, is read as the last that it can.
func moment(unix uint64) time.Time {
	const last = 253_402_300_799 // 9999-12-31T23:59:59Z
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(int64(min(unix, last)), 0).UTC()
}

// amountOf reads an amount that a contract returned.
func amountOf(v any) (types.Amount, error) {
	n, ok := v.(*big.Int)
	if !ok {
		return types.Amount{}, fmt.Errorf("the contract returned %T", v)
	}
	return types.AmountFromBig(n)
}
