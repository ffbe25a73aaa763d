package keeper

import (
	"context"
	"errors"

	"github.com/cosmos/cosmos-sdk/types/query"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// queryServer answers the module's queries.
type queryServer struct{ k Keeper }

var _ types.QueryServer = queryServer{}

// NewQueryServer returns the server of the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k: k} }

// Params implements types.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.k.Params(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}

// Asset implements types.QueryServer.
func (q queryServer) Asset(ctx context.Context, req *types.QueryAssetRequest) (*types.QueryAssetResponse, error) {
	a, err := q.k.GetAsset(ctx, weal.AssetID(req.Id))
	if err != nil {
		return nil, answer(err)
	}
	return q.withOwner(ctx, a)
}

// Assets implements types.QueryServer.
func (q queryServer) Assets(ctx context.Context, req *types.QueryAssetsRequest) (*types.QueryAssetsResponse, error) {
	rows, page, err := query.CollectionPaginate(ctx, q.k.assets, req.Pagination,
		func(_ uint64, a types.Asset) (types.QueryAssetResponse, error) {
			row, err := q.withOwner(ctx, a)
			if err != nil {
				return types.QueryAssetResponse{}, err
			}
			return *row, nil
		})
	return &types.QueryAssetsResponse{Assets: rows, Pagination: page}, err
}

// withOwner adds who holds an asset's first share now.
func (q queryServer) withOwner(ctx context.Context, a types.Asset) (*types.QueryAssetResponse, error) {
	res := &types.QueryAssetResponse{Asset: a}
	account := weal.AssetAccount(weal.AssetID(a.Id))
	var err error
	if res.Account, err = q.k.addresses.BytesToString(account[:]); err != nil {
		return nil, err
	}
	if res.Circulating, err = q.k.Circulating(ctx, weal.AssetID(a.Id)); err != nil {
		return nil, err
	}
	s, err := q.k.GetShare(ctx, weal.ShareID(a.FirstShare))
	if errors.Is(err, types.ErrShareNotFound) {
		return res, nil // it was burned
	}
	if err != nil {
		return nil, err
	}
	res.Owner, err = q.k.addresses.BytesToString(s.Owner.Bytes())
	return res, err
}

// Version implements types.QueryServer.
func (q queryServer) Version(ctx context.Context, req *types.QueryVersionRequest) (*types.QueryVersionResponse, error) {
	v, err := q.k.GetVersion(ctx, weal.AssetID(req.Asset), req.Version)
	if err != nil {
		return nil, answer(err)
	}
	return &types.QueryVersionResponse{Version: v}, nil
}

// Share implements types.QueryServer.
func (q queryServer) Share(ctx context.Context, req *types.QueryShareRequest) (*types.QueryShareResponse, error) {
	s, err := q.k.GetShare(ctx, weal.ShareID(req.Id))
	if err != nil {
		return nil, answer(err)
	}
	row, err := q.k.shareProto(s)
	return &types.QueryShareResponse{Share: row}, err
}

// SharesOf implements types.QueryServer.
func (q queryServer) SharesOf(ctx context.Context, req *types.QuerySharesOfRequest) (*types.QuerySharesOfResponse, error) {
	owner, err := q.k.owner(req.Owner)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	tokens, page, err := q.k.Tokens.TokensOf(ctx, token.Shares, owner, req.Pagination)
	if err != nil {
		return nil, err
	}
	res := &types.QuerySharesOfResponse{Pagination: page}
	for _, t := range tokens {
		row, err := q.k.shareProto(shareOf(t))
		if err != nil {
			return nil, err
		}
		res.Shares = append(res.Shares, row)
	}
	return res, nil
}

// Claimable implements types.QueryServer.
func (q queryServer) Claimable(ctx context.Context, req *types.QueryClaimableRequest) (*types.QueryClaimableResponse, error) {
	denoms, amounts, err := q.k.Claimable(ctx, weal.ShareID(req.Share))
	if err != nil {
		return nil, answer(err)
	}
	res := &types.QueryClaimableResponse{}
	for i, d := range denoms {
		res.Amounts = append(res.Amounts, types.DenomAmount{Denom: d, Amount: amounts[i].String()})
	}
	return res, nil
}

// Revenue implements types.QueryServer. It reads every share of the asset.
func (q queryServer) Revenue(ctx context.Context, req *types.QueryRevenueRequest) (*types.QueryRevenueResponse, error) {
	rows, err := q.k.revenueRows(ctx, weal.AssetID(req.Asset))
	if err != nil {
		return nil, answer(err)
	}
	return &types.QueryRevenueResponse{Rows: rows}, nil
}

// Collection implements types.QueryServer.
func (q queryServer) Collection(ctx context.Context, req *types.QueryCollectionRequest) (*types.QueryCollectionResponse, error) {
	at, err := q.k.owner(req.Address)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	c, err := q.k.Tokens.CollectionAt(ctx, at)
	if err != nil {
		return nil, answer(err)
	}
	return &types.QueryCollectionResponse{Collection: c}, nil
}

// Collections implements types.QueryServer.
func (q queryServer) Collections(ctx context.Context, req *types.QueryCollectionsRequest) (*types.QueryCollectionsResponse, error) {
	rows, page, err := q.k.Tokens.Collections(ctx, req.Pagination)
	return &types.QueryCollectionsResponse{Collections: rows, Pagination: page}, err
}

// answer gives what is not there the status that clients understand.
func answer(err error) error {
	for _, missing := range []error{types.ErrAssetNotFound, types.ErrVersionNotFound, types.ErrShareNotFound, types.ErrCollectionNotFound} {
		if errors.Is(err, missing) {
			return status.Error(codes.NotFound, err.Error())
		}
	}
	return err
}
