package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// parents reads the assets that a child names.
func (k Keeper) parents(ctx context.Context, named []types.Royalty) ([]types.Asset, error) {
	if len(named) > weal.MaxAncestors {
		return nil, types.ErrLineage.Wrapf("at most %d parents, got %d", weal.MaxAncestors, len(named))
	}
	var parents []types.Asset
	for i, n := range named {
		if slices.ContainsFunc(named[:i], func(m types.Royalty) bool { return m.Asset == n.Asset }) {
			return nil, types.ErrLineage.Wrapf("asset %d is named twice", n.Asset)
		}
		parent, err := k.GetAsset(ctx, weal.AssetID(n.Asset))
		if err != nil {
			return nil, err
		}
		parents = append(parents, parent)
	}
	return parents, nil
}

// parentRows is what is kept of a child's parents: the version each is in now is
// the one that the child is made under.
func parentRows(named []types.Royalty, parents []types.Asset) []types.Parent {
	var rows []types.Parent
	for i, p := range parents {
		rows = append(rows, types.Parent{Asset: p.Id, BasisPoints: named[i].BasisPoints, Version: p.Version})
	}
	return rows
}

// setParents makes an asset a child of its parents, so that they find it.
func (k Keeper) setParents(ctx context.Context, a types.Asset) error {
	for _, p := range a.Parents {
		if err := k.children.Set(ctx, collections.Join(p.Asset, a.Id)); err != nil {
			return err
		}
	}
	return nil
}

// flatten returns the lineage of a child of parents: the parents as named, then
// what each of them owes to its own ancestors, parent by parent. An ancestor
// that is reached on several ways is owed the sum. There are at most
// weal.MaxAncestors, and all together are owed at most the whole.
//
// Every ancestor that is owed something must earn in all of denoms: otherwise
// its royalties in the others could never be pulled.
func (k Keeper) flatten(ctx context.Context, named []types.Royalty, parents []types.Asset, denoms []string) ([]types.Royalty, error) {
	var lineage []types.Royalty
	add := func(r types.Royalty) error {
		if r.BasisPoints > types.BasisPoints {
			return types.ErrLineage.Wrapf("asset %d cannot be owed more than %d basis points, got %d", r.Asset, types.BasisPoints, r.BasisPoints)
		}
		i := slices.IndexFunc(lineage, func(have types.Royalty) bool { return have.Asset == r.Asset })
		if i >= 0 {
			lineage[i].BasisPoints += r.BasisPoints
			return nil
		}
		if len(lineage) == weal.MaxAncestors {
			return types.ErrLineage.Wrapf("more than %d ancestors", weal.MaxAncestors)
		}
		lineage = append(lineage, r)
		return nil
	}
	for _, n := range named {
		if err := add(n); err != nil {
			return nil, err
		}
	}
	for _, p := range parents {
		for _, r := range p.Ancestors {
			if err := add(r); err != nil {
				return nil, err
			}
		}
	}
	if total := owedInAll(lineage); total > types.BasisPoints {
		return nil, types.ErrLineage.Wrapf("ancestors would be owed %d of %d basis points", total, types.BasisPoints)
	}
	return lineage, k.earnAll(ctx, lineage, denoms)
}

// earnAll checks that whoever is owed something earns in all of denoms.
func (k Keeper) earnAll(ctx context.Context, lineage []types.Royalty, denoms []string) error {
	for _, r := range lineage {
		if r.BasisPoints == 0 {
			continue
		}
		for _, d := range denoms {
			if _, err := k.revenue(ctx, weal.AssetID(r.Asset), d); err != nil {
				return types.ErrLineage.Wrapf("royalties could not be paid: %s", err)
			}
		}
	}
	return nil
}

// owedInAll adds up the basis points of a lineage.
func owedInAll(lineage []types.Royalty) (total uint64) {
	for _, r := range lineage {
		total += uint64(r.BasisPoints)
	}
	return total
}
