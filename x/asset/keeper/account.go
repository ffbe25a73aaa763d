package keeper

import (
	"context"
	"math/big"
	"slices"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// account is the whole account of one asset in one denomination, as exact
// numbers. Scaled numbers are in 1/2^64 of a smallest unit.
type account struct {
	revenue
	// royalties is what the ancestors are owed in all, royaltiesPaid what they pulled.
	royalties, royaltiesPaid *big.Int
	// pulled is what the asset has pulled from its descendants.
	pulled *big.Int
	// claimable is what its shares could claim now; standing is the same with
	// what they have beyond whole units, scaled. The row's treasury is what waits
	// for it, and contributors what they can still get.
	claimable, standing *big.Int
	contributors        contributors
}

// account reads all shares of an asset.
func (k Keeper) account(ctx context.Context, a types.Asset, denom string) (account, error) {
	r, err := k.revenue(ctx, weal.AssetID(a.Id), denom)
	if err != nil {
		return account{}, err
	}
	acc := account{
		revenue: r, royalties: new(big.Int), royaltiesPaid: new(big.Int),
		pulled:    new(big.Int).Sub(r.holders.Big(), r.own().Big()),
		claimable: new(big.Int), standing: new(big.Int),
	}
	for _, anc := range a.Ancestors {
		acc.royalties.Add(acc.royalties, part(r.lifetime, uint64(anc.BasisPoints)).Big())
		paid, err := stored.OrZero(k.paid.Get(ctx, collections.Join3(a.Id, anc.Asset, denom)))
		if err != nil {
			return acc, err
		}
		acc.royaltiesPaid.Add(acc.royaltiesPaid, paid.Big())
	}
	if acc.treasury, err = stored.OrZero(k.treasuries.Get(ctx, collections.Join(a.Id, denom))); err != nil {
		return acc, err
	}
	if acc.contributors, err = stored.OrZero(k.contributors.Get(ctx, collections.Join(a.Id, denom))); err != nil {
		return acc, err
	}
	i := slices.Index(a.Denoms, denom)
	err = k.eachShare(ctx, weal.AssetID(a.Id), func(s Share) error {
		marks, err := stored.OrZero(k.marks.Get(ctx, uint64(s.ID)))
		if err != nil {
			return err
		}
		m := markOf(marks, i)
		m.settle(s.Value, &r.perUnit)
		acc.claimable.Add(acc.claimable, m.owed.Big())
		acc.standing.Add(acc.standing, scaled(m.owed.Big()))
		acc.standing.Add(acc.standing, new(big.Int).SetUint64(m.fraction))
		return nil
	})
	return acc, err
}

// scaled returns n·2^64.
func scaled(n *big.Int) *big.Int { return new(big.Int).Lsh(n, scale) }

// revenueRows tells what an asset has earned, in the form of the query.
func (k Keeper) revenueRows(ctx context.Context, asset weal.AssetID) ([]types.RevenueRow, error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return nil, err
	}
	var rows []types.RevenueRow
	for _, denom := range a.Denoms {
		acc, err := k.account(ctx, a, denom)
		if err != nil {
			return nil, err
		}
		rows = append(rows, acc.row(denom))
	}
	return rows, nil
}

// row puts an account in the form of the query. What waits for the treasury and
// what contributors can still get are claimable, too. What the holders have is the
// lifetime credit less all royalties, plus what was pulled: carried has the few
// units between that and what the accumulator was given.
func (a account) row(denom string) types.RevenueRow {
	holders := new(big.Int).Sub(a.lifetime.Big(), a.royalties)
	holders.Add(holders, a.pulled)
	carried := new(big.Int).Sub(holders, a.claimed.Big())
	claimable := new(big.Int).Add(a.claimable, a.treasury.Big())
	claimable.Add(claimable, a.contributors.all())
	carried.Sub(carried, claimable)
	return types.RevenueRow{
		Denom: denom, Credited: a.lifetime.String(), Holders: holders.String(),
		Claimed: a.claimed.String(), Claimable: claimable.String(), Carried: carried.String(),
		Royalties: a.royalties.String(), RoyaltiesPaid: a.royaltiesPaid.String(),
	}
}
