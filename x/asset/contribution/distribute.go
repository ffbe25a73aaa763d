package contribution

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// Points are what one contribution gets of what is divided, in relation to all
// that are named.
type Points struct {
	Contribution uint64
	Points       uint64
}

// Divided is what a distribution gave.
type Divided struct {
	types.Distribution
	// Amounts are those of the contributions, in the order they were named.
	Amounts []weal.Amount
}

// Distribute divides of what waits for an asset's contributors in a denomination,
// by points, sent by caller: the steward, or the asset's own account. Limit is the
// most that is divided; zero is all that waits. What the division leaves waits on.
// Root is the hash of the evidence that the points follow: it pays a contribution
// once.
func (k Keeper) Distribute(ctx context.Context, caller common.Address, asset weal.AssetID, denom string, limit weal.Amount, points []Points, root weal.Hash) (Divided, error) {
	t, err := k.TermsOf(ctx, asset)
	if err != nil {
		return Divided{}, err
	}
	if err := mayDecide(t, caller); err != nil {
		return Divided{}, err
	}
	pool, err := k.divisible(ctx, asset, denom, limit)
	if err != nil {
		return Divided{}, err
	}
	sum, err := addUp(points, root)
	if err != nil {
		return Divided{}, err
	}
	if err := k.fresh(ctx, asset, denom, root); err != nil {
		return Divided{}, err
	}
	d := Divided{Distribution: types.Distribution{
		Asset: t.Asset, Denom: denom, Root: root[:], By: caller.Hex(), Contributions: uint32(len(points)), Height: height(ctx),
	}}
	var given weal.Amount
	for _, p := range points {
		part, err := partOf(pool, p.Points, sum)
		if err != nil {
			return d, err
		}
		if err := k.earn(ctx, asset, denom, p.Contribution, part, root); err != nil {
			return d, err
		}
		given, _ = given.Add(part) // parts of pool, which fits
		d.Amounts = append(d.Amounts, part)
	}
	if given.IsZero() {
		return d, types.ErrContribution.Wrapf("%s%s is too little to divide among %d contributions", pool, denom, len(points))
	}
	if err := k.assets.GrantContributors(ctx, asset, denom, given); err != nil {
		return d, err
	}
	d.Amount = given.String()
	return d, k.note(ctx, &d.Distribution)
}

// divisible returns what is to be divided: limit, or all that waits if that is
// zero.
func (k Keeper) divisible(ctx context.Context, asset weal.AssetID, denom string, limit weal.Amount) (weal.Amount, error) {
	waits, _, err := k.assets.ContributorsOf(ctx, asset, denom)
	switch {
	case err != nil:
		return waits, err
	case waits.IsZero():
		return waits, types.ErrContribution.Wrapf("no %s waits for the contributors of asset %d", denom, asset)
	case limit.IsZero():
		return waits, nil
	case limit.Cmp(waits) > 0:
		return waits, types.ErrContribution.Wrapf("%s%s waits for the contributors of asset %d, not %s", waits, denom, asset, limit)
	}
	return limit, nil
}

// addUp returns the sum of points, each of which is at least 1.
func addUp(points []Points, root weal.Hash) (*uint256.Int, error) {
	if len(points) == 0 || len(points) > types.MaxDivided {
		return nil, types.ErrContribution.Wrapf("name 1 to %d contributions, got %d", types.MaxDivided, len(points))
	}
	if root.IsZero() {
		return nil, types.ErrContribution.Wrap("name the hash of the evidence that the points follow")
	}
	sum := new(uint256.Int)
	for _, p := range points {
		if p.Points == 0 {
			return nil, types.ErrContribution.Wrapf("contribution %d has no points; leave it out", p.Contribution)
		}
		sum.AddUint64(sum, p.Points)
	}
	return sum, nil
}

// fresh returns types.ErrContribution if evidence was used before, and other
// evidence since. The newest can pay more contributions, each once.
func (k Keeper) fresh(ctx context.Context, asset weal.AssetID, denom string, root weal.Hash) error {
	used, err := k.evidence.Has(ctx, collections.Join3(uint64(asset), denom, root[:]))
	if err != nil || !used {
		return err
	}
	latest, err := k.latest.Get(ctx, collections.Join(uint64(asset), denom))
	if err == nil && !bytes.Equal(latest, root[:]) {
		err = types.ErrContribution.Wrapf("the evidence %s was used before, and other evidence since", root)
	}
	return err
}

// partOf returns floor(pool·points/sum).
func partOf(pool weal.Amount, points uint64, sum *uint256.Int) (weal.Amount, error) {
	b := pool.Bytes()
	n := new(uint256.Int).SetBytes(b[:])
	n.Mul(n, uint256.NewInt(points))
	return weal.AmountFromBig(n.Div(n, sum).ToBig())
}

// earn gives a contribution its part.
func (k Keeper) earn(ctx context.Context, asset weal.AssetID, denom string, id uint64, part weal.Amount, root weal.Hash) error {
	c, err := k.Get(ctx, id)
	if err != nil {
		return err
	}
	if weal.AssetID(c.Asset) != asset {
		return types.ErrContribution.Wrapf("contribution %d is to asset %d", id, c.Asset)
	}
	if c.State != types.ContributionAccepted {
		return types.ErrContribution.Wrapf("contribution %d is not accepted", id)
	}
	e, err := k.earning(ctx, id, denom)
	if err != nil {
		return err
	}
	if common.BytesToHash(e.Root) == common.Hash(root) {
		return types.ErrContribution.Wrapf("contribution %d was paid %s by the evidence %s already", id, denom, root)
	}
	if e.Earned, err = added(e.Earned, part); err != nil {
		return err
	}
	if e.Owed, err = added(e.Owed, part); err != nil {
		return err
	}
	e.Root = root[:]
	return k.earnings.Set(ctx, collections.Join(id, denom), e)
}

// earning returns what a contribution has earned in a denomination.
func (k Keeper) earning(ctx context.Context, id uint64, denom string) (types.ContributionEarning, error) {
	e, err := stored.OrZero(k.earnings.Get(ctx, collections.Join(id, denom)))
	if e.Earned == "" {
		e = types.ContributionEarning{Contribution: id, Denom: denom, Earned: "0", Owed: "0"}
	}
	return e, err
}

// added is an amount of the store's, with more.
func added(s string, more weal.Amount) (string, error) {
	had, err := amount(s)
	if err != nil {
		return "", err
	}
	sum, ok := had.Add(more)
	if !ok {
		return "", types.ErrAmount.Wrap("a contribution cannot earn that much")
	}
	return sum.String(), nil
}

// note keeps what was divided, under the asset's next number.
func (k Keeper) note(ctx context.Context, d *types.Distribution) error {
	all, err := k.Totals(ctx, weal.AssetID(d.Asset))
	if err != nil {
		return err
	}
	all.Distributions++
	d.Number = all.Distributions
	if err := k.putDistribution(ctx, *d); err != nil {
		return err
	}
	return k.putTotals(ctx, all)
}

// putDistribution stores what was divided, and its evidence as the newest.
func (k Keeper) putDistribution(ctx context.Context, d types.Distribution) error {
	if err := k.distributions.Set(ctx, collections.Join(d.Asset, d.Number), d); err != nil {
		return err
	}
	if err := k.evidence.Set(ctx, collections.Join3(d.Asset, d.Denom, d.Root)); err != nil {
		return err
	}
	return k.latest.Set(ctx, collections.Join(d.Asset, d.Denom), d.Root)
}

// ContributorsOf returns what of an asset's revenue in a denomination waits to be
// divided, and what was divided and is not claimed yet.
func (k Keeper) ContributorsOf(ctx context.Context, asset weal.AssetID, denom string) (waiting, granted weal.Amount, err error) {
	return k.assets.ContributorsOf(ctx, asset, denom)
}
