package contribution

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// queries implements types.ContributionQueryServer.
type queries struct{ Keeper }

// NewQueryServer returns what answers queries.
func NewQueryServer(k Keeper) types.ContributionQueryServer { return queries{k} }

// ContributionTerms implements types.ContributionQueryServer.
func (q queries) ContributionTerms(ctx context.Context, req *types.QueryContributionTermsRequest) (*types.QueryContributionTermsResponse, error) {
	res := &types.QueryContributionTermsResponse{}
	var err error
	if res.Terms, err = q.TermsOf(ctx, weal.AssetID(req.GetAsset())); err != nil {
		return nil, failed(err)
	}
	if res.Totals, err = q.Totals(ctx, weal.AssetID(req.GetAsset())); err != nil {
		return nil, failed(err)
	}
	if res.Pot, err = q.PotUnits(ctx, res.Terms); err != nil {
		return nil, failed(err)
	}
	return res, nil
}

// Contribution implements types.ContributionQueryServer.
func (q queries) Contribution(ctx context.Context, req *types.QueryContributionRequest) (*types.QueryContributionResponse, error) {
	res, err := q.row(ctx, req.GetId())
	if err != nil {
		return nil, failed(err)
	}
	return &res, nil
}

// Contributions implements types.ContributionQueryServer.
func (q queries) Contributions(ctx context.Context, req *types.QueryContributionsRequest) (*types.QueryContributionsResponse, error) {
	var rows []types.QueryContributionResponse
	var page *query.PageResponse
	var err error
	if asset := req.GetAsset(); asset == 0 {
		rows, page, err = query.CollectionPaginate(ctx, q.contributions, req.GetPagination(),
			func(id uint64, _ types.Contribution) (types.QueryContributionResponse, error) { return q.row(ctx, id) })
	} else {
		rows, page, err = query.CollectionPaginate(ctx, q.byAsset, req.GetPagination(),
			func(key indexKey, _ collections.NoValue) (types.QueryContributionResponse, error) {
				return q.row(ctx, key.K2())
			},
			query.WithCollectionPaginationPairPrefix[uint64, uint64](asset))
	}
	if err != nil {
		return nil, failed(err)
	}
	return &types.QueryContributionsResponse{Contributions: rows, Pagination: page}, nil
}

// row returns a contribution with what it has earned, in the order of its asset's
// denominations.
func (q queries) row(ctx context.Context, id uint64) (res types.QueryContributionResponse, err error) {
	if res.Contribution, err = q.Get(ctx, id); err != nil {
		return res, err
	}
	denoms, err := q.assets.Denoms(ctx, weal.AssetID(res.Contribution.Asset))
	if err != nil {
		return res, err
	}
	for _, denom := range denoms {
		e, err := q.earnings.Get(ctx, collections.Join(id, denom))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return res, err
		}
		res.Earnings = append(res.Earnings, e)
	}
	return res, nil
}

// ContributionPools implements types.ContributionQueryServer.
func (q queries) ContributionPools(ctx context.Context, req *types.QueryContributionPoolsRequest) (*types.QueryContributionPoolsResponse, error) {
	asset := weal.AssetID(req.GetAsset())
	a, err := q.assets.GetAsset(ctx, asset)
	if err != nil {
		return nil, failed(err)
	}
	res := &types.QueryContributionPoolsResponse{}
	for _, denom := range a.Denoms {
		waiting, granted, err := q.assets.ContributorsOf(ctx, asset, denom)
		if err != nil {
			return nil, failed(err)
		}
		res.Pools = append(res.Pools, types.ContributionPool{Denom: denom, Waiting: waiting.String(), Granted: granted.String()})
	}
	return res, nil
}

// Distributions implements types.ContributionQueryServer.
func (q queries) Distributions(ctx context.Context, req *types.QueryDistributionsRequest) (*types.QueryDistributionsResponse, error) {
	rows, page, err := query.CollectionPaginate(ctx, q.distributions, req.GetPagination(),
		func(_ indexKey, d types.Distribution) (types.Distribution, error) { return d, nil },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetAsset()))
	if err != nil {
		return nil, failed(err)
	}
	return &types.QueryDistributionsResponse{Distributions: rows, Pagination: page}, nil
}

// failed gives an error the code that clients look at.
func failed(err error) error {
	if errors.Is(err, types.ErrContributionNotFound) || errors.Is(err, types.ErrAssetNotFound) {
		return status.Error(codes.NotFound, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
