package contribution

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// CheckInvariants reads the contributions' whole state and returns types.ErrBroken,
// with the name of the first invariant that does not hold.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	s, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := s.Validate(); err != nil {
		return types.ErrBroken.Wrapf("contributions: %s", err)
	}
	for _, check := range []func(context.Context, types.ContributionState) error{
		k.checkTerms, k.checkEarnings, k.checkDeposits, k.checkIndexes, k.checkEvidence,
	} {
		if err := check(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// eachAsset calls f with every asset: ids count from 1, and none is ever gone.
func (k Keeper) eachAsset(ctx context.Context, f func(weal.AssetID) error) error {
	for id := weal.AssetID(1); ; id++ {
		ok, err := k.assets.HasAsset(ctx, id)
		if err != nil || !ok {
			return err
		}
		if err := f(id); err != nil {
			return err
		}
	}
}

// checkTerms: what an asset's revenue gives contributors is what its terms say;
// terms are of assets that exist.
func (k Keeper) checkTerms(ctx context.Context, s types.ContributionState) error {
	parts := map[weal.AssetID]uint32{}
	for _, t := range s.Terms {
		if ok, err := k.assets.HasAsset(ctx, weal.AssetID(t.Asset)); err != nil || !ok {
			return types.ErrBroken.Wrapf("contributions: terms of asset %d, which does not exist (%v)", t.Asset, err)
		}
		parts[weal.AssetID(t.Asset)] = t.Part
	}
	return k.eachAsset(ctx, func(id weal.AssetID) error {
		part, err := k.assets.ContributorsPart(ctx, id)
		if err == nil && uint32(part) != parts[id] {
			err = types.ErrBroken.Wrapf("contributions: contributors of asset %d get %d basis points, its terms say %d", id, part, parts[id])
		}
		return err
	})
}

// checkEarnings: what contributions are owed is what was granted.
func (k Keeper) checkEarnings(ctx context.Context, s types.ContributionState) error {
	type line struct {
		asset weal.AssetID
		denom string
	}
	of := map[uint64]weal.AssetID{}
	for _, c := range s.Contributions {
		of[c.Id] = weal.AssetID(c.Asset)
	}
	owed := map[line]weal.Amount{}
	for _, e := range s.Earnings {
		l := line{of[e.Contribution], e.Denom}
		n, err := amount(e.Owed)
		if err != nil {
			return err
		}
		sum, ok := owed[l].Add(n)
		if !ok {
			return types.ErrBroken.Wrapf("contributions: asset %d owes too much %s", l.asset, l.denom)
		}
		owed[l] = sum
	}
	err := k.eachAsset(ctx, func(id weal.AssetID) error {
		denoms, err := k.assets.Denoms(ctx, id)
		if err != nil {
			return err
		}
		for _, denom := range denoms {
			_, granted, err := k.assets.ContributorsOf(ctx, id, denom)
			if err != nil {
				return err
			}
			if l := (line{id, denom}); owed[l] != granted {
				return types.ErrBroken.Wrapf("contributions: to asset %d are owed %s %s, granted is %s", id, owed[l], denom, granted)
			}
			delete(owed, line{id, denom})
		}
		return nil
	})
	if err == nil && len(owed) > 0 {
		err = types.ErrBroken.Wrapf("contributions: %d sums are owed in what their assets do not earn in", len(owed))
	}
	return err
}

// checkDeposits: the contract's account has at least what proposals have
// deposited. It may have more: anyone can send it coins.
func (k Keeper) checkDeposits(ctx context.Context, s types.ContributionState) error {
	var sum weal.Amount
	for _, c := range s.Contributions {
		n, err := amount(c.Deposit)
		if err != nil {
			return err
		}
		var ok bool
		if sum, ok = sum.Add(n); !ok {
			return types.ErrBroken.Wrap("contributions: more was deposited than there is")
		}
	}
	held := coin(weal.BaseDenom, sum)
	if has := k.bank.GetBalance(ctx, Account.Bytes(), weal.BaseDenom); has.IsLT(held) {
		return types.ErrBroken.Wrapf("contributions: %s is deposited, the account has %s", held, has)
	}
	return nil
}

// checkIndexes: each index names every row that it is of, and nothing else.
func (k Keeper) checkIndexes(ctx context.Context, s types.ContributionState) error {
	var accepted, proposed int
	for _, c := range s.Contributions {
		if ok, err := k.byAsset.Has(ctx, collections.Join(c.Asset, c.Id)); err != nil || !ok {
			return types.ErrBroken.Wrapf("contributions: asset %d does not name contribution %d (%v)", c.Asset, c.Id, err)
		}
		id, err := uint64(0), error(nil)
		if c.State == types.ContributionAccepted {
			accepted++
			id, err = k.accepted.Get(ctx, collections.Join(c.Asset, c.Root))
		} else {
			proposed++
			id, err = k.proposed.Get(ctx, proposedRoot(c))
		}
		if err != nil || id != c.Id {
			return types.ErrBroken.Wrapf("contributions: the root of %d is named by %d (%v)", c.Id, id, err)
		}
	}
	named, err := walked(ctx, k.byAsset.Walk)
	if err == nil && named != accepted+proposed {
		err = types.ErrBroken.Wrapf("contributions: assets name %d of %d", named, accepted+proposed)
	}
	if err != nil {
		return err
	}
	return k.checkRoots(ctx, accepted, proposed)
}

// checkRoots: there are as many roots as contributions.
func (k Keeper) checkRoots(ctx context.Context, accepted, proposed int) error {
	one, err := values(ctx, k.accepted)
	if err != nil {
		return err
	}
	other, err := values(ctx, k.proposed)
	if err == nil && (len(one) != accepted || len(other) != proposed) {
		err = types.ErrBroken.Wrapf("contributions: %d and %d roots of %d and %d", len(one), len(other), accepted, proposed)
	}
	return err
}

// checkEvidence: what was used is the evidence of all distributions, and the
// newest that of the newest.
func (k Keeper) checkEvidence(ctx context.Context, s types.ContributionState) error {
	type line struct {
		asset uint64
		denom string
	}
	type evidence struct {
		line
		root string
	}
	used, newest := map[evidence]bool{}, map[line][]byte{}
	for _, d := range s.Distributions {
		l := line{d.Asset, d.Denom}
		used[evidence{l, string(d.Root)}] = true
		newest[l] = d.Root
		if ok, err := k.evidence.Has(ctx, collections.Join3(d.Asset, d.Denom, d.Root)); err != nil || !ok {
			return types.ErrBroken.Wrapf("contributions: the evidence of distribution %d of asset %d is not known (%v)", d.Number, d.Asset, err)
		}
	}
	n, err := walked(ctx, k.evidence.Walk)
	if err == nil && n != len(used) {
		err = types.ErrBroken.Wrapf("contributions: %d pieces of evidence are known of %d", n, len(used))
	}
	if err != nil {
		return err
	}
	latest := 0
	err = k.latest.Walk(ctx, nil, func(key earningKey, root []byte) (bool, error) {
		latest++
		if !bytes.Equal(newest[line{key.K1(), key.K2()}], root) {
			return true, types.ErrBroken.Wrapf("contributions: the newest evidence of asset %d in %s is another", key.K1(), key.K2())
		}
		return false, nil
	})
	if err == nil && latest != len(newest) {
		err = types.ErrBroken.Wrapf("contributions: %d newest pieces of evidence of %d", latest, len(newest))
	}
	return err
}

// walked counts the keys of an index.
func walked[K any](ctx context.Context, walk func(context.Context, collections.Ranger[K], func(K) (bool, error)) error) (n int, err error) {
	err = walk(ctx, nil, func(K) (bool, error) {
		n++
		return false, nil
	})
	return n, err
}
