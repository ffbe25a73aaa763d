package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// A maker puts a third of an asset aside for who adds to it; somebody adds, is
// granted units, and is paid by use of what questions brought the asset.
func TestContributions(t *testing.T) {
	s := newShop(t)
	ctx := t.Context()
	shares, err := s.l.SharesOf(ctx, s.owner.Address())
	require.NoError(t, err)
	pot := shares[0].ID
	terms, err := s.l.ContributionTerms(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, ledger.ContributionTerms{Asset: s.asset, Admission: "closed", Split: "none"}, terms)

	terms.Admission, terms.Steward, terms.Pot, terms.UnitsPerChunk = "review", s.owner.Address(), pot, 10
	terms.Part, terms.Split, terms.Deposit = 4_000, "citation", types.NewAmount(7)
	require.NoError(t, s.owner.SetContributionTerms(ctx, terms))
	require.NoError(t, s.owner.ApproveValue(ctx, pot, types.ContributionsContract, 600))
	terms.PotUnits = 600
	now, err := s.l.ContributionTerms(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, terms, now)
	bad := terms
	bad.Split = "luck"
	require.ErrorContains(t, s.owner.SetContributionTerms(ctx, bad), `split: want one of [none equal score citation], got "luck"`)

	add := ledger.NewContribution{Asset: s.asset, Root: types.Hash{1}, Chunks: 20, URI: "https://example.org/a", MinUnits: 201}
	_, _, err = s.payer.Contribute(ctx, add, terms)
	require.ErrorContains(t, err, "20 chunks are granted 200 units, less than 201")
	add.MinUnits = 200
	id, units, err := s.payer.Contribute(ctx, add, terms)
	require.NoError(t, err)
	require.EqualValues(t, 200, units)
	add.Root = types.Hash{2}
	spam, _, err := s.payer.Contribute(ctx, add, terms)
	require.NoError(t, err)
	back, _, err := s.payer.Contribute(ctx, ledger.NewContribution{Asset: s.asset, Root: types.Hash{3}, Chunks: 1}, terms)
	require.NoError(t, err)
	require.ErrorContains(t, s.payer.AcceptContributions(ctx, []uint64{id}), "the steward of asset 2 is")
	require.NoError(t, s.owner.RejectContributions(ctx, []uint64{spam}, true))
	require.NoError(t, s.payer.WithdrawContribution(ctx, back))
	require.NoError(t, s.owner.AcceptContributions(ctx, []uint64{id}))
	treasury, err := s.l.Balance(ctx, ledger.Hex(types.AssetAccount(s.asset)), types.BaseDenom)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(7), treasury)
	own, err := s.l.SharesOf(ctx, s.payer.Address())
	require.NoError(t, err)
	granted := own[len(own)-1]
	require.EqualValues(t, 200, granted.Value)
	require.ErrorContains(t, s.owner.SetContributionTerms(ctx, terms), "is another's: now only its council sets the terms")
	call, err := ledger.ContributionTermsCall(terms)
	require.NoError(t, err)
	require.Contains(t, call.Says(), "setTerms(asset: 2, terms: {admission: 1, steward: "+s.owner.Address())

	// A question is paid and settled; 40 % of it waits for contributors.
	require.NoError(t, s.buy(0, milli))
	_, err = s.Settle(ctx, s.owner)
	require.NoError(t, err)
	pools, err := s.l.ContributionPools(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, ledger.ContributionPool{Denom: types.BaseDenom, Waiting: types.NewAmount(milli * 4 / 10)}, pools[0])
	points := []ledger.ContributionPoints{{ID: id, Points: 3}}
	root := types.Hash{9}
	paid, err := s.owner.Distribute(ctx, s.asset, types.BaseDenom, points, root)
	require.NoError(t, err)
	require.Equal(t, []ledger.ContributionPayment{{ID: id, Points: 3, Amount: types.NewAmount(milli * 4 / 10)}}, paid)
	_, err = s.owner.Distribute(ctx, s.asset, types.BaseDenom, points, root)
	require.ErrorContains(t, err, "no aweal waits for the contributors of asset 2")

	c, err := s.l.Contribution(ctx, id)
	require.NoError(t, err)
	require.Equal(t, ledger.Contribution{
		ID: id, Asset: s.asset, Contributor: s.payer.Address(), Root: types.Hash{1}, Chunks: 20, URI: "https://example.org/a",
		State: "accepted", Units: 200, Share: granted.ID, Proposed: c.Proposed, Accepted: c.Accepted,
		Earnings: []ledger.ContributionEarning{{Denom: types.BaseDenom, Earned: types.NewAmount(milli * 4 / 10), Owed: types.NewAmount(milli * 4 / 10), Root: root}},
	}, c)
	all, err := s.l.Contributions(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, []ledger.Contribution{c}, all)
	divided, err := s.l.Distributions(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, []ledger.Distribution{{
		Number: 1, Denom: types.BaseDenom, Amount: types.NewAmount(milli * 4 / 10), Root: root, By: s.owner.Address(), Contributions: 1, Height: divided[0].Height,
	}}, divided)
	coins, err := s.payer.ClaimContributions(ctx, []uint64{id})
	require.NoError(t, err)
	require.Equal(t, []ledger.Coins{{Denom: types.BaseDenom, Amount: types.NewAmount(milli * 4 / 10)}}, coins)

	require.NoError(t, s.owner.CloseContributions(ctx, s.asset))
	_, err = s.l.Contribution(ctx, spam)
	require.ErrorIs(t, err, types.ErrNotFound)
}
