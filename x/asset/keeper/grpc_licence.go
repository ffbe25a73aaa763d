package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Family implements types.QueryServer.
func (q queryServer) Family(ctx context.Context, req *types.QueryFamilyRequest) (*types.QueryFamilyResponse, error) {
	limit := MaxFamily
	if req.Limit != 0 {
		limit = int(min(req.Limit, MaxFamily))
	}
	family, cut, err := q.k.Family(ctx, weal.AssetID(req.Asset), limit)
	if err != nil {
		return nil, answer(err)
	}
	return &types.QueryFamilyResponse{Assets: family, Cut: cut}, nil
}

// Credential implements types.QueryServer.
func (q queryServer) Credential(ctx context.Context, req *types.QueryCredentialRequest) (*types.QueryCredentialResponse, error) {
	holder, err := q.k.owner(req.Holder)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	access, err := q.k.HasCredential(ctx, weal.AssetID(req.Asset), holder)
	if err != nil {
		return nil, answer(err)
	}
	return &types.QueryCredentialResponse{
		Allowed: access.Allowed, Reason: access.Reason, Credential: access.Credential,
		Open: access.Open, Counted: access.Counted,
	}, nil
}

// Credentials implements types.QueryServer.
func (q queryServer) Credentials(ctx context.Context, req *types.QueryCredentialsRequest) (*types.QueryCredentialsResponse, error) {
	if _, err := q.k.GetAsset(ctx, weal.AssetID(req.Asset)); err != nil {
		return nil, answer(err)
	}
	rows, page, err := query.CollectionPaginate(ctx, q.k.credentials, req.Pagination,
		func(_ credentialKey, c types.Credential) (types.Credential, error) { return c, nil },
		query.WithCollectionPaginationPairPrefix[uint64, sdk.AccAddress](req.Asset))
	return &types.QueryCredentialsResponse{Credentials: rows, Pagination: page}, err
}
