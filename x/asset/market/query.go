package market

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/x/asset/types"
)

// queries implements types.MarketQueryServer.
type queries struct{ Keeper }

// NewQueryServer returns what answers queries.
func NewQueryServer(k Keeper) types.MarketQueryServer { return queries{k} }

// Listing implements types.MarketQueryServer.
func (q queries) Listing(ctx context.Context, req *types.QueryListingRequest) (*types.QueryListingResponse, error) {
	l, err := q.listingRow(ctx, req.GetId())
	if err != nil {
		return nil, failed(err)
	}
	return &l, nil
}

// Listings implements types.MarketQueryServer.
func (q queries) Listings(ctx context.Context, req *types.QueryListingsRequest) (*types.QueryListingsResponse, error) {
	rows, page, err := list(ctx, q.listings, q.assetListings, req.GetAsset(), req.GetPagination(), q.listingRow)
	if err != nil {
		return nil, failed(err)
	}
	return &types.QueryListingsResponse{Listings: rows, Pagination: page}, nil
}

// Offer implements types.MarketQueryServer.
func (q queries) Offer(ctx context.Context, req *types.QueryOfferRequest) (*types.QueryOfferResponse, error) {
	o, err := q.offerRow(ctx, req.GetId())
	if err != nil {
		return nil, failed(err)
	}
	return &o, nil
}

// Offers implements types.MarketQueryServer.
func (q queries) Offers(ctx context.Context, req *types.QueryOffersRequest) (*types.QueryOffersResponse, error) {
	rows, page, err := list(ctx, q.offers, q.assetOffers, req.GetAsset(), req.GetPagination(), q.offerRow)
	if err != nil {
		return nil, failed(err)
	}
	return &types.QueryOffersResponse{Offers: rows, Pagination: page}, nil
}

func (q queries) listingRow(ctx context.Context, id uint64) (types.QueryListingResponse, error) {
	l, void, err := q.ListingNow(ctx, id)
	return types.QueryListingResponse{Listing: l, Void: void}, err
}

func (q queries) offerRow(ctx context.Context, id uint64) (types.QueryOfferResponse, error) {
	o, void, err := q.OfferNow(ctx, id)
	return types.QueryOfferResponse{Offer: o, Void: void}, err
}

// list returns a page of all rows, or of those that an index has for an asset.
func list[T, Row any](ctx context.Context, all collections.Map[uint64, T], index collections.KeySet[byAsset], asset uint64,
	page *query.PageRequest, row func(context.Context, uint64) (Row, error),
) ([]Row, *query.PageResponse, error) {
	if asset == 0 {
		return query.CollectionPaginate(ctx, all, page, func(id uint64, _ T) (Row, error) { return row(ctx, id) })
	}
	of := query.WithCollectionPaginationPairPrefix[uint64, uint64](asset)
	return query.CollectionPaginate(ctx, index, page, func(key byAsset, _ collections.NoValue) (Row, error) {
		return row(ctx, key.K2())
	}, of)
}

// failed gives an error the code that clients look at.
func failed(err error) error {
	if errors.Is(err, types.ErrListingNotFound) || errors.Is(err, types.ErrOfferNotFound) {
		return status.Error(codes.NotFound, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
