package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// maxPage bounds a page of tabs: each comes with all of its lanes.
const maxPage = 100

type querier struct{ k Keeper }

var _ types.QueryServer = querier{}

// NewQuerier returns the server of the module's queries.
func NewQuerier(k Keeper) types.QueryServer { return querier{k} }

func (q querier) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.k.Params(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}

func (q querier) Tab(ctx context.Context, req *types.QueryTabRequest) (*types.QueryTabResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	t, err := q.k.Tab(ctx, req.Id)
	if errors.Is(err, types.ErrTabNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	return &types.QueryTabResponse{Tab: t}, err
}

func (q querier) Tabs(ctx context.Context, req *types.QueryTabsRequest) (*types.QueryTabsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	tabs, page, err := query.CollectionPaginate(ctx, q.k.tabs, bounded(req.Pagination),
		func(_ uint64, t types.Tab) (types.Tab, error) { return q.k.whole(ctx, t) })
	return &types.QueryTabsResponse{Tabs: tabs, Pagination: page}, err
}

func (q querier) TabsOf(ctx context.Context, req *types.QueryTabsOfRequest) (*types.QueryTabsOfResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	payer, err := q.k.addresses.StringToBytes(req.Payer)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "read payer: %s", err)
	}
	tabs, page, err := query.CollectionPaginate(ctx, q.k.payers, bounded(req.Pagination),
		func(key collections.Pair[sdk.AccAddress, uint64], _ collections.NoValue) (types.Tab, error) {
			return q.k.Tab(ctx, key.K2())
		},
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](payer))
	return &types.QueryTabsOfResponse{Tabs: tabs, Pagination: page}, err
}

func (q querier) Credited(ctx context.Context, req *types.QueryCreditedRequest) (*types.QueryCreditedResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	amount, err := orZero(q.k.credited.Get(ctx, collections.Join4(req.Tab, req.Epoch, req.Asset, req.Lane)))
	return &types.QueryCreditedResponse{Amount: amount.String()}, err
}

func (q querier) Watcher(ctx context.Context, req *types.QueryWatcherRequest) (*types.QueryWatcherResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	w, err := q.k.Watcher(ctx, weal.AssetID(req.Asset))
	return &types.QueryWatcherResponse{Watcher: w}, err
}

func (q querier) Watched(ctx context.Context, req *types.QueryWatchedRequest) (*types.QueryWatchedResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	account, err := q.k.addresses.StringToBytes(req.Watcher)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "read watcher: %s", err)
	}
	assets, page, err := query.CollectionPaginate(ctx, q.k.watched, req.Pagination,
		func(key collections.Pair[sdk.AccAddress, uint64], _ collections.NoValue) (types.Watcher, error) {
			return q.k.Watcher(ctx, weal.AssetID(key.K2()))
		},
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](account))
	return &types.QueryWatchedResponse{Assets: assets, Pagination: page}, err
}

var errEmpty = status.Error(codes.InvalidArgument, "empty request")

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
