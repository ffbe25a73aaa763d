package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// maxPage bounds a page: each row has an input and an answer.
const maxPage = 100

type querier struct{ k Keeper }

var _ types.QueryServer = querier{}

// NewQuerier returns the server of the module's queries.
func NewQuerier(k Keeper) types.QueryServer { return querier{k} }

// Params implements types.QueryServer.
func (q querier) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.k.Params(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}

// Request implements types.QueryServer.
func (q querier) Request(ctx context.Context, req *types.QueryRequestRequest) (*types.QueryRequestResponse, error) {
	row, err := q.row(ctx, req.GetId())
	if err != nil {
		return nil, failed(err)
	}
	return &row, nil
}

// OpenRequests implements types.QueryServer.
func (q querier) OpenRequests(ctx context.Context, req *types.QueryOpenRequestsRequest) (*types.QueryOpenRequestsResponse, error) {
	rows, page, err := query.CollectionPaginate(ctx, q.k.open, bounded(req.GetPagination()),
		func(key byNumber, _ collections.NoValue) (types.QueryRequestResponse, error) {
			return q.row(ctx, key.K2())
		},
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetAsset()))
	return &types.QueryOpenRequestsResponse{Requests: rows, Pagination: page}, failed(err)
}

// RequestsOf implements types.QueryServer.
func (q querier) RequestsOf(ctx context.Context, req *types.QueryRequestsOfRequest) (*types.QueryRequestsOfResponse, error) {
	who, err := q.k.account(req.GetRequester())
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "requester: %s", err)
	}
	rows, page, err := query.CollectionPaginate(ctx, q.k.ofRequester, bounded(req.GetPagination()),
		func(key byAccount, _ collections.NoValue) (types.QueryRequestResponse, error) {
			return q.row(ctx, key.K2())
		},
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](who.Bytes()))
	return &types.QueryRequestsOfResponse{Requests: rows, Pagination: page}, failed(err)
}

// Quote implements types.QueryServer.
func (q querier) Quote(ctx context.Context, req *types.QueryQuoteRequest) (*types.QueryQuoteResponse, error) {
	price, gasPay, err := q.k.Quote(ctx, weal.AssetID(req.GetAsset()), req.GetGas())
	return &types.QueryQuoteResponse{Price: price.String(), GasPay: gasPay.String()}, err
}

// Operator implements types.QueryServer.
func (q querier) Operator(ctx context.Context, req *types.QueryOperatorRequest) (*types.QueryOperatorResponse, error) {
	who, err := q.k.account(req.GetOperator())
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "operator: %s", err)
	}
	o, err := q.k.Operator(ctx, weal.AssetID(req.GetAsset()), who)
	return &types.QueryOperatorResponse{Operator: o}, err
}

// Operators implements types.QueryServer.
func (q querier) Operators(ctx context.Context, req *types.QueryOperatorsRequest) (*types.QueryOperatorsResponse, error) {
	rows, page, err := query.CollectionPaginate(ctx, q.k.operators, bounded(req.GetPagination()),
		func(_ operatorKey, o types.Operator) (types.Operator, error) { return o, nil },
		query.WithCollectionPaginationPairPrefix[uint64, sdk.AccAddress](req.GetAsset()))
	return &types.QueryOperatorsResponse{Operators: rows, Pagination: page}, err
}

// Booking implements types.QueryServer.
func (q querier) Booking(ctx context.Context, req *types.QueryBookingRequest) (*types.QueryBookingResponse, error) {
	b, err := q.k.Booking(ctx, req.GetId())
	return &types.QueryBookingResponse{Booking: b}, failed(err)
}

// Bookings implements types.QueryServer.
func (q querier) Bookings(ctx context.Context, req *types.QueryBookingsRequest) (*types.QueryBookingsResponse, error) {
	if req.GetOwner() == "" {
		rows, page, err := query.CollectionPaginate(ctx, q.k.bookings, bounded(req.GetPagination()),
			func(_ uint64, b types.Booking) (types.Booking, error) { return b, nil })
		return &types.QueryBookingsResponse{Bookings: rows, Pagination: page}, err
	}
	who, err := q.k.account(req.GetOwner())
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "owner: %s", err)
	}
	rows, page, err := query.CollectionPaginate(ctx, q.k.ofOwner, bounded(req.GetPagination()),
		func(key byAccount, _ collections.NoValue) (types.Booking, error) { return q.k.Booking(ctx, key.K2()) },
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](who.Bytes()))
	return &types.QueryBookingsResponse{Bookings: rows, Pagination: page}, err
}

// CallLogs implements types.QueryServer.
func (q querier) CallLogs(ctx context.Context, req *types.QueryCallLogsRequest) (*types.QueryCallLogsResponse, error) {
	if req.GetBooking() == 0 {
		rows, page, err := query.CollectionPaginate(ctx, q.k.records, bounded(req.GetPagination()),
			func(_ byNumber, r types.CallRecord) (types.CallRecord, error) { return r, nil })
		return &types.QueryCallLogsResponse{Calls: rows, Pagination: page}, err
	}
	rows, page, err := query.CollectionPaginate(ctx, q.k.calls, bounded(req.GetPagination()),
		func(key byNumber, position uint64) (types.CallRecord, error) {
			return q.k.records.Get(ctx, collections.Join(key.K2(), position))
		},
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetBooking()))
	return &types.QueryCallLogsResponse{Calls: rows, Pagination: page}, err
}

// GasPrice implements types.QueryServer.
func (q querier) GasPrice(ctx context.Context, _ *types.QueryGasPriceRequest) (*types.QueryGasPriceResponse, error) {
	price, err := q.k.GasPrice(ctx)
	return &types.QueryGasPriceResponse{Price: price.String()}, err
}

// row returns a request and its order.
func (q querier) row(ctx context.Context, id uint64) (types.QueryRequestResponse, error) {
	r, err := q.k.Request(ctx, id)
	if err != nil {
		return types.QueryRequestResponse{}, err
	}
	order, err := r.Order(pay.ChainHash(sdk.UnwrapSDKContext(ctx).ChainID()))
	return types.QueryRequestResponse{Request: r, Order: order[:]}, err
}

// bounded returns the page request with a limit of at most maxPage.
func bounded(p *query.PageRequest) *query.PageRequest {
	if p == nil {
		return &query.PageRequest{Limit: maxPage}
	}
	b := *p
	if b.Limit == 0 || b.Limit > maxPage {
		b.Limit = maxPage
	}
	return &b
}

// failed gives an error the code that clients look at.
func failed(err error) error {
	if errors.Is(err, types.ErrNotFound) || errors.Is(err, types.ErrBooking) {
		return status.Error(codes.NotFound, err.Error())
	}
	return err
}
