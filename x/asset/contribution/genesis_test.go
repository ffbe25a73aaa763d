package contribution_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/types"
)

// requireSameAfterExport exports a chain and loads it into another.
func requireSameAfterExport(t tester, w *world) {
	t.Helper()
	assets, err := w.assets.ExportGenesis(w.ctx)
	require.NoError(t, err)
	state, err := w.ExportGenesis(w.ctx)
	require.NoError(t, err)
	other := bare(t)
	other.bank.balances = w.bank.balances
	require.NoError(t, other.assets.InitGenesis(other.ctx, assets))
	require.NoError(t, other.InitGenesis(other.ctx, state))
	again, err := other.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, state, again)
	require.NoError(t, other.CheckInvariants(other.ctx))
}

// withSome is a chain with an accepted contribution that is owed something, and a
// proposal.
func withSome(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	asset, pot := w.register(t)
	w.approve(t, pot, 100)
	require.NoError(t, w.SetTerms(w.ctx, maker, types.ContributionTerms{
		Asset: uint64(asset), Admission: types.AdmissionReview, Steward: steward.Hex(), Pot: uint64(pot), UnitsPerChunk: 5, Part: 5_000, Deposit: "7",
	}))
	for i := range byte(2) {
		_, err := w.contribute(alice, asset, contribution.Content{Root: weal.Hash{i + 1}, Chunks: 3}, 7)
		require.NoError(t, err)
	}
	_, err := w.accept(steward, 1)
	require.NoError(t, err)
	w.credit(t, asset, uusd, 1001)
	_, err = w.distribute(steward, asset, uusd, weal.Amount{}, []contribution.Points{{Contribution: 1, Points: 1}}, weal.Hash{9})
	require.NoError(t, err)
	return w
}

// A state that contradicts itself, or the assets, is not loaded.
func TestGenesisRefuses(t *testing.T) {
	w := withSome(t)
	requireSameAfterExport(t, w)
	for why, change := range map[string]func(*types.ContributionState){
		"1 were made": func(s *types.ContributionState) { s.Made = 1 },
		"its root is there twice": func(s *types.ContributionState) {
			s.Contributions[1].Root, s.Contributions[1].State, s.Contributions[1].Deposit = s.Contributions[0].Root, 2, "0"
		},
		"state 3":                   func(s *types.ContributionState) { s.Contributions[0].State = 3 },
		"its deposit is still held": func(s *types.ContributionState) { s.Contributions[1].State = 2 },
		"a root of 3 bytes":         func(s *types.ContributionState) { s.Contributions[0].Root = []byte{1, 2, 3} },
		"EIP-55":                    func(s *types.ContributionState) { s.Contributions[0].Contributor = "0xab" },
		"0 chunks":                  func(s *types.ContributionState) { s.Contributions[0].Chunks = 0 },
		"contributor 0x":            func(s *types.ContributionState) { s.Contributors[0].Open = 5 },
		"0 contributors":            func(s *types.ContributionState) { s.Contributors = nil },
		"there are {1 1 1 3 15 1}":  func(s *types.ContributionState) { s.Totals[0].Units++ },
		"its terms are there twice": func(s *types.ContributionState) { s.Terms = append(s.Terms, s.Terms[0]) },
		"terms say 4000":            func(s *types.ContributionState) { s.Terms[0].Part = 4_000 },
		"which does not exist":      func(s *types.ContributionState) { s.Terms[0].Asset = 9 },
		"owed 501 of 500":           func(s *types.ContributionState) { s.Earnings[0].Owed = "501" },
		"granted is 500":            func(s *types.ContributionState) { s.Earnings[0].Owed = "499" },
		"what their assets do not": func(s *types.ContributionState) {
			e := s.Earnings[0]
			e.Denom = "ueur"
			s.Earnings = append(s.Earnings, e)
		},
		"it earns nothing":          func(s *types.ContributionState) { s.Earnings[0].Contribution = 2 },
		"want number 1":             func(s *types.ContributionState) { s.Distributions[0].Number = 2 },
		"is deposited, the account": func(s *types.ContributionState) { s.Contributions[1].Deposit = "8" },
		"root of 0 bytes":           func(s *types.ContributionState) { s.Distributions[0].Root = nil },
	} {
		t.Run(why, func(t *testing.T) {
			assets, err := w.assets.ExportGenesis(w.ctx)
			require.NoError(t, err)
			state, err := w.ExportGenesis(w.ctx)
			require.NoError(t, err)
			other := bare(t)
			other.bank.balances = w.bank.balances
			require.NoError(t, other.assets.InitGenesis(other.ctx, assets))
			change(&state)
			require.ErrorContains(t, other.InitGenesis(other.ctx, state), why)
		})
	}
}

// Queries tell what there is.
func TestQueries(t *testing.T) {
	w := withSome(t)
	q := contribution.NewQueryServer(w.Keeper)
	terms, err := q.ContributionTerms(w.ctx, &types.QueryContributionTermsRequest{Asset: 1})
	require.NoError(t, err)
	require.EqualValues(t, 85, terms.Pot)
	require.Equal(t, types.ContributionTotals{Asset: 1, Open: 1, Accepted: 1, Chunks: 3, Units: 15, Distributions: 1}, terms.Totals)
	all, err := q.Contributions(w.ctx, &types.QueryContributionsRequest{})
	require.NoError(t, err)
	require.Len(t, all.Contributions, 2)
	of, err := q.Contributions(w.ctx, &types.QueryContributionsRequest{Asset: 1})
	require.NoError(t, err)
	require.Equal(t, all.Contributions, of.Contributions)
	none, err := q.Contributions(w.ctx, &types.QueryContributionsRequest{Asset: 2})
	require.NoError(t, err)
	require.Empty(t, none.Contributions)
	require.Equal(t, "500", all.Contributions[0].Earnings[0].Earned)
	pools, err := q.ContributionPools(w.ctx, &types.QueryContributionPoolsRequest{Asset: 1})
	require.NoError(t, err)
	require.Equal(t, []types.ContributionPool{{Denom: aweal, Waiting: "0", Granted: "0"}, {Denom: uusd, Waiting: "0", Granted: "500"}}, pools.Pools)
	divided, err := q.Distributions(w.ctx, &types.QueryDistributionsRequest{Asset: 1})
	require.NoError(t, err)
	require.Equal(t, "500", divided.Distributions[0].Amount)
	_, err = q.Contribution(w.ctx, &types.QueryContributionRequest{Id: 9})
	require.ErrorContains(t, err, "NotFound")
	_, err = q.ContributionTerms(w.ctx, &types.QueryContributionTermsRequest{Asset: 9})
	require.ErrorContains(t, err, "asset 9: asset not found")
}
