package council_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// restart exports a world and starts another from it, which exports the same.
func restart(t tester, old *world) *world {
	t.Helper()
	assets, err := old.assets.ExportGenesis(old.ctx)
	require.NoError(t, err)
	state, err := old.ExportGenesis(old.ctx)
	require.NoError(t, err)
	w := newWorld(t)
	w.ctx = w.ctx.WithBlockHeight(old.ctx.BlockHeight()).WithBlockTime(old.ctx.BlockTime())
	require.NoError(t, w.assets.InitGenesis(w.ctx, assets))
	require.NoError(t, w.InitGenesis(w.ctx, state))
	again, err := w.ExportGenesis(w.ctx)
	require.NoError(t, err)
	require.True(t, proto.Equal(&state, &again), "%v\n%v", state, again)
	return w
}

// halfway is a world with a proposal in each state.
func halfway(t *testing.T) (w *world, asset weal.AssetID, a, b weal.ShareID) {
	t.Helper()
	w = newWorld(t)
	asset, a = w.register(t, alice, 1000)
	rules := types.DefaultCouncilRules()
	rules.VotingSeconds = 60
	require.NoError(t, w.SetRules(w.ctx, alice, asset, rules))
	b = w.split(t, a, bob, 300)
	w.split(t, a, weal.AssetAccount(asset), 100)
	var ids []uint64
	for range 4 {
		ids = append(ids, w.propose(t, alice, asset, a))
	}
	w.pass(t, 1, second)
	w.move(t, b, a, 10)
	require.NoError(t, w.Cancel(w.ctx, alice, ids[0]))
	w.vote(t, alice, ids[1], types.VoteNo, a)
	w.vote(t, alice, ids[2], types.VoteYes, a)
	w.vote(t, alice, ids[3], types.VoteYes, a)
	w.pass(t, 10, day)
	w.pass(t, 10, day/8)
	_, err := w.Execute(w.ctx, ids[3])
	require.NoError(t, err)

	w.propose(t, alice, asset, a) // voting
	w.pass(t, 1, second)
	require.NoError(t, w.Delegate(w.ctx, bob, asset, carol))
	w.vote(t, carol, 5, types.VoteNo, b)
	w.give(t, b, dave)
	w.propose(t, alice, asset, a) // voting
	w.pass(t, 1, second)
	w.move(t, a, b, 7)
	w.vote(t, alice, 6, types.VoteYes, a)
	w.propose(t, alice, asset, a) // pending
	want := []types.ProposalState{
		types.PROPOSAL_STATE_CANCELED, types.PROPOSAL_STATE_DEFEATED, types.PROPOSAL_STATE_READY, types.PROPOSAL_STATE_EXECUTED,
		types.PROPOSAL_STATE_VOTING, types.PROPOSAL_STATE_VOTING, types.PROPOSAL_STATE_PENDING,
	}
	for i, s := range want {
		require.Equal(t, s, w.state(t, uint64(i)+1))
	}
	return w, asset, a, b
}

// A chain that goes on from an export in the middle of votes decides the same.
func TestGenesis(t *testing.T) {
	old, _, a, b := halfway(t)
	require.NoError(t, old.Cancel(old.ctx, weal.AssetAccount(1), 6), "the newest of the snapshots is not needed, what is under it is")
	both := []*world{old, restart(t, old)}
	var ends []types.CouncilState
	for _, w := range both {
		for id, want := range map[uint64]uint64{5: 610} {
			owner, units := w.power(t, id, a)
			require.Equal(t, alice, owner)
			require.Equal(t, want, units)
		}
		owner, units := w.power(t, 5, b)
		require.Equal(t, bob, owner)
		require.EqualValues(t, 290, units)
		w.give(t, a, carol)
		w.pass(t, 1, second)
		owner, _ = w.power(t, 7, a)
		require.Equal(t, carol, owner)
		require.EqualValues(t, 610, w.vote(t, alice, 5, types.VoteYes, a))
		w.pass(t, 10, day)
		require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, 5))
		require.Equal(t, types.PROPOSAL_STATE_DEFEATED, w.state(t, 7))
		require.EqualValues(t, 8, w.propose(t, carol, 1, a))
		end, err := w.ExportGenesis(w.ctx)
		require.NoError(t, err)
		ends = append(ends, end)
	}
	require.Equal(t, ends[0], ends[1])
}

func TestGenesisIsChecked(t *testing.T) {
	old, _, _, _ := halfway(t)
	tests := map[string]func(g *types.CouncilState){
		"a gap":                        func(g *types.CouncilState) { g.Proposals = g.Proposals[1:] },
		"a ballot of another":          func(g *types.CouncilState) { g.Proposals[0].Ballot.Proposal = 2 },
		"a ballot of another asset":    func(g *types.CouncilState) { g.Proposals[0].Ballot.Asset = 2 },
		"no such asset":                func(g *types.CouncilState) { g.Proposals[0].Proposal.Asset, g.Proposals[0].Ballot.Asset = 9, 9 },
		"no calls":                     func(g *types.CouncilState) { g.Proposals[0].Proposal.Calls = nil },
		"a call to nowhere":            func(g *types.CouncilState) { g.Proposals[0].Proposal.Calls[0].To = "0x12" },
		"a call with less than none":   func(g *types.CouncilState) { g.Proposals[0].Proposal.Calls[0].Value = "-1" },
		"a call with a leading zero":   func(g *types.CouncilState) { g.Proposals[0].Proposal.Calls[0].Value = "01" },
		"a proposer that is none":      func(g *types.CouncilState) { g.Proposals[0].Proposal.Proposer = "bob" },
		"rules of a ballot":            func(g *types.CouncilState) { g.Proposals[0].Ballot.Rules.Quorum = 1 },
		"rules of an asset":            func(g *types.CouncilState) { g.Assets[0].Rules.Threshold = 1 },
		"a state that is not stored":   func(g *types.CouncilState) { g.Proposals[2].Ballot.State = types.PROPOSAL_STATE_READY },
		"a tally":                      func(g *types.CouncilState) { g.Proposals[5].Ballot.Yes++ },
		"units that were":              func(g *types.CouncilState) { g.Proposals[5].Ballot.Circulating++ },
		"units of the treasury then":   func(g *types.CouncilState) { g.Proposals[5].Ballot.Treasury++ },
		"units of the treasury":        func(g *types.CouncilState) { g.Assets[0].Treasury++ },
		"a treasury of no asset":       func(g *types.CouncilState) { g.Assets[0].Asset = 9 },
		"nothing written down":         func(g *types.CouncilState) { g.Assets[0].Newest = 0 },
		"written down under the first": func(g *types.CouncilState) { g.Assets[0].Newest = 5 },
		"written down under the next":  func(g *types.CouncilState) { g.Assets[0].Newest = 9 },
		"a snapshot is missing":        func(g *types.CouncilState) { g.Snapshots = g.Snapshots[1:] },
		"a snapshot of another's":      func(g *types.CouncilState) { g.Snapshots[0].Owner = weal.BaseDenom },
		"a snapshot of the future":     func(g *types.CouncilState) { g.Snapshots[0].Proposal = 9 },
		"a vote is missing":            func(g *types.CouncilState) { g.Votes = g.Votes[1:] },
		"a vote for nothing":           func(g *types.CouncilState) { g.Votes[0].Choice = 4 },
		"a vote on what is decided":    func(g *types.CouncilState) { g.Votes[0].Proposal = 1 },
		"a delegation of nobody":       func(g *types.CouncilState) { g.Delegations[0].Owner = "" },
		"a delegation to nobody":       func(g *types.CouncilState) { g.Delegations[0].Delegate = "" },
		"a delegation about nothing":   func(g *types.CouncilState) { g.Delegations[0].Asset = 9 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			assets, err := old.assets.ExportGenesis(old.ctx)
			require.NoError(t, err)
			g, err := old.ExportGenesis(old.ctx)
			require.NoError(t, err)
			w := newWorld(t)
			require.NoError(t, w.assets.InitGenesis(w.ctx, assets))
			ok, _ := w.ctx.CacheContext()
			require.NoError(t, w.InitGenesis(ok, g))
			spoil(&g)
			require.Error(t, w.InitGenesis(w.ctx, g))
		})
	}
}

func TestQueries(t *testing.T) {
	w, asset, a, b := halfway(t)
	council, err := w.queries.Council(w.ctx, &types.QueryCouncilRequest{Asset: uint64(asset)})
	require.NoError(t, err)
	require.EqualValues(t, 60, council.Rules.VotingSeconds)
	require.EqualValues(t, 900, council.Circulating)
	require.EqualValues(t, 100, council.Treasury)
	require.Equal(t, text(weal.AssetAccount(asset)), council.Account)

	p, err := w.queries.Proposal(w.ctx, &types.QueryProposalRequest{Id: 3})
	require.NoError(t, err)
	require.Equal(t, types.PROPOSAL_STATE_READY, p.Proposal.Ballot.State, "the state is that of now")
	require.Equal(t, proposal().Calls, p.Proposal.Proposal.Calls)

	all, err := w.queries.Proposals(w.ctx, &types.QueryProposalsRequest{})
	require.NoError(t, err)
	require.Len(t, all.Proposals, 7)
	other, _ := w.register(t, bob, 10)
	none, err := w.queries.Proposals(w.ctx, &types.QueryProposalsRequest{Asset: uint64(other)})
	require.NoError(t, err)
	require.Empty(t, none.Proposals)
	one, err := w.queries.Proposals(w.ctx, &types.QueryProposalsRequest{Asset: uint64(asset), Pagination: page(1, true)})
	require.NoError(t, err)
	require.Len(t, one.Proposals, 1)
	require.EqualValues(t, 7, one.Proposals[0].Proposal.Id)
	require.Empty(t, one.Proposals[0].Proposal.Calls)

	power, err := w.queries.Power(w.ctx, &types.QueryPowerRequest{Proposal: 5, Share: uint64(b)})
	require.NoError(t, err)
	require.Equal(t, &types.QueryPowerResponse{Owner: bob.Hex(), Power: 290, Choice: types.VoteNo, Delegated: true, Delegate: carol.Hex()}, power)
	power, err = w.queries.Power(w.ctx, &types.QueryPowerRequest{Proposal: 5, Share: uint64(a)})
	require.NoError(t, err)
	require.Equal(t, &types.QueryPowerResponse{Owner: alice.Hex(), Power: 610}, power)

	votes, err := w.queries.Votes(w.ctx, &types.QueryVotesRequest{Proposal: 6})
	require.NoError(t, err)
	require.Equal(t, []types.Vote{{Proposal: 6, Share: uint64(a), Choice: types.VoteYes}}, votes.Votes)
	list, err := w.queries.Delegations(w.ctx, &types.QueryDelegationsRequest{Asset: uint64(asset)})
	require.NoError(t, err)
	require.Equal(t, []types.Delegation{{Asset: uint64(asset), Owner: bob.Hex(), Delegate: carol.Hex()}}, list.Delegations)
	list, err = w.queries.Delegations(w.ctx, &types.QueryDelegationsRequest{Asset: uint64(other)})
	require.NoError(t, err)
	require.Empty(t, list.Delegations)

	for _, err := range []error{
		failed(w.queries.Council(w.ctx, &types.QueryCouncilRequest{Asset: 9})),
		failed(w.queries.Proposal(w.ctx, &types.QueryProposalRequest{Id: 99})),
		failed(w.queries.Power(w.ctx, &types.QueryPowerRequest{Proposal: 99})),
		failed(w.queries.Power(w.ctx, &types.QueryPowerRequest{Proposal: 5, Share: 99})),
		failed(w.queries.Votes(w.ctx, &types.QueryVotesRequest{Proposal: 99})),
	} {
		require.ErrorContains(t, err, "code = NotFound")
	}
	for _, err := range []error{
		failed(w.queries.Votes(w.ctx, &types.QueryVotesRequest{Proposal: 1})),
		failed(w.queries.Power(w.ctx, &types.QueryPowerRequest{Proposal: 1, Share: 1})),
	} {
		require.ErrorContains(t, err, "code = FailedPrecondition")
	}
	for _, err := range []error{
		failed(w.queries.Council(w.ctx, nil)), failed(w.queries.Proposal(w.ctx, nil)), failed(w.queries.Proposals(w.ctx, nil)),
		failed(w.queries.Power(w.ctx, nil)), failed(w.queries.Votes(w.ctx, nil)), failed(w.queries.Delegations(w.ctx, nil)),
	} {
		require.ErrorContains(t, err, "code = InvalidArgument")
	}
}

func failed[T any](_ T, err error) error { return err }
