package council

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// maxPage bounds a page of proposals: texts and rules are with each.
const maxPage = 100

type querier struct{ k Keeper }

var _ types.CouncilQueryServer = querier{}

// NewQuerier returns the server of the councils' queries.
func NewQuerier(k Keeper) types.CouncilQueryServer { return querier{k} }

var errEmpty = status.Error(codes.InvalidArgument, "empty request")

// told gives what does not exist its code.
func told(err error) error {
	switch {
	case errors.Is(err, types.ErrAssetNotFound), errors.Is(err, types.ErrProposalNotFound), errors.Is(err, types.ErrShareNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrCouncil):
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	return err
}

func (q querier) Council(ctx context.Context, req *types.QueryCouncilRequest) (*types.QueryCouncilResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	asset := weal.AssetID(req.Asset)
	res := &types.QueryCouncilResponse{Account: account(asset).Hex()}
	var err error
	if res.Rules, err = q.k.RulesOf(ctx, asset); err != nil {
		return nil, told(err)
	}
	res.Circulating, res.Treasury, err = q.k.Units(ctx, asset)
	return res, told(err)
}

func (q querier) Proposal(ctx context.Context, req *types.QueryProposalRequest) (*types.QueryProposalResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	p, err := q.k.GetProposal(ctx, req.Id)
	if err != nil {
		return nil, told(err)
	}
	row, err := q.row(ctx, p)
	return &types.QueryProposalResponse{Proposal: row}, err
}

// row puts a proposal together with its ballot.
func (q querier) row(ctx context.Context, p types.Proposal) (types.ProposalRow, error) {
	b, err := q.k.GetBallot(ctx, p.Id)
	return types.ProposalRow{Proposal: p, Ballot: b}, err
}

func (q querier) Proposals(ctx context.Context, req *types.QueryProposalsRequest) (*types.QueryProposalsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	short := func(p types.Proposal) (types.ProposalRow, error) {
		p.Calls = nil
		return q.row(ctx, p)
	}
	var (
		res  = &types.QueryProposalsResponse{}
		page = bounded(req.Pagination)
		err  error
	)
	if req.Asset == 0 {
		res.Proposals, res.Pagination, err = query.CollectionPaginate(ctx, q.k.proposals, page,
			func(_ uint64, p types.Proposal) (types.ProposalRow, error) { return short(p) })
		return res, err
	}
	res.Proposals, res.Pagination, err = query.CollectionPaginate(ctx, q.k.byAsset, page,
		func(key assetProposalKey, _ collections.NoValue) (types.ProposalRow, error) {
			p, err := q.k.GetProposal(ctx, key.K2())
			if err != nil {
				return types.ProposalRow{}, err
			}
			return short(p)
		}, query.WithCollectionPaginationPairPrefix[uint64, uint64](req.Asset))
	return res, err
}

func (q querier) Power(ctx context.Context, req *types.QueryPowerRequest) (*types.QueryPowerResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	b, err := q.k.ballot(ctx, req.Proposal)
	if err != nil {
		return nil, told(err)
	}
	asset, share := weal.AssetID(b.Asset), weal.ShareID(req.Share)
	owner, units, err := q.k.Power(ctx, req.Proposal, share)
	if err != nil {
		return nil, told(err)
	}
	choice, delegated, err := q.k.Said(ctx, req.Proposal, share)
	if err != nil {
		return nil, err
	}
	d, err := q.k.DelegateOf(ctx, asset, owner)
	return &types.QueryPowerResponse{
		Owner: text(owner), Power: units, Choice: uint32(choice), Delegated: delegated, Delegate: text(d),
	}, err
}

func (q querier) Votes(ctx context.Context, req *types.QueryVotesRequest) (*types.QueryVotesResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	if _, err := q.k.voting(ctx, req.Proposal); err != nil {
		return nil, told(err)
	}
	votes, page, err := query.CollectionPaginate(ctx, q.k.votes, bounded(req.Pagination),
		func(key voteKey, s said) (types.Vote, error) { return voteProto(key, s), nil },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.Proposal))
	return &types.QueryVotesResponse{Votes: votes, Pagination: page}, err
}

func (q querier) Delegations(ctx context.Context, req *types.QueryDelegationsRequest) (*types.QueryDelegationsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	list, page, err := query.CollectionPaginate(ctx, q.k.delegates, bounded(req.Pagination),
		func(key delegateKey, to common.Address) (types.Delegation, error) {
			return delegationProto(key, to), nil
		},
		func(o *query.CollectionsPaginateOptions[delegateKey]) {
			prefix := collections.PairPrefix[uint64, sdk.AccAddress](req.Asset)
			o.Prefix = &prefix
		})
	return &types.QueryDelegationsResponse{Delegations: list, Pagination: page}, err
}

func voteProto(key voteKey, s said) types.Vote {
	return types.Vote{Proposal: key.K1(), Share: key.K2(), Choice: uint32(s.choice), Delegated: s.delegated}
}

func delegationProto(key delegateKey, to common.Address) types.Delegation {
	return types.Delegation{Asset: key.K1(), Owner: text(common.BytesToAddress(key.K2())), Delegate: text(to)}
}

// text returns an address in hex; zero is empty.
func text(a common.Address) string {
	if a == (common.Address{}) {
		return ""
	}
	return a.Hex()
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
