package keeper

import (
	"cmp"
	"context"
	"slices"

	"cosmossdk.io/collections"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// MaxFamily is the most assets that one question for a family returns.
const MaxFamily = 1000

// Family returns an asset, its ancestors and its descendants, in the order of
// their numbers: at most limit, nearest first, ancestors before descendants. Cut
// tells that there are more. What was made from an ancestor on another way, or
// what a descendant was made from besides, does not belong to it.
func (k Keeper) Family(ctx context.Context, asset weal.AssetID, limit int) (family []types.Asset, cut bool, err error) {
	root, err := k.GetAsset(ctx, asset)
	if err != nil {
		return nil, false, err
	}
	f := relatives{k: k, limit: limit, seen: map[uint64]bool{root.Id: true}, found: []types.Asset{root}}
	if err := f.follow(ctx, root, up); err != nil {
		return nil, false, err
	}
	if err := f.follow(ctx, root, down); err != nil {
		return nil, false, err
	}
	slices.SortFunc(f.found, func(a, b types.Asset) int { return cmp.Compare(a.Id, b.Id) })
	return f.found, f.cut, nil
}

// relatives is a family that is being looked up.
type relatives struct {
	k     Keeper
	limit int
	seen  map[uint64]bool
	found []types.Asset
	cut   bool
}

// direction calls f with the next of kin of an asset; f tells when to stop.
type direction func(ctx context.Context, k Keeper, a types.Asset, f func(uint64) (stop bool, err error)) error

// up goes to the parents of an asset.
func up(_ context.Context, _ Keeper, a types.Asset, f func(uint64) (bool, error)) error {
	for _, p := range a.Parents {
		if stop, err := f(p.Asset); err != nil || stop {
			return err
		}
	}
	return nil
}

// down goes to the children of an asset.
func down(ctx context.Context, k Keeper, a types.Asset, f func(uint64) (bool, error)) error {
	r := collections.NewPrefixedPairRange[uint64, uint64](a.Id)
	return k.children.Walk(ctx, r, func(key childKey) (bool, error) { return f(key.K2()) })
}

// follow adds all that is reached from root in one direction, the nearest first,
// until there are enough.
func (f *relatives) follow(ctx context.Context, root types.Asset, to direction) error {
	for wave := []types.Asset{root}; len(wave) > 0 && !f.cut; {
		var next []types.Asset
		for _, a := range wave {
			err := to(ctx, f.k, a, func(id uint64) (bool, error) {
				if f.seen[id] {
					return false, nil
				}
				if len(f.found) >= f.limit {
					f.cut = true
					return true, nil
				}
				kin, err := f.k.GetAsset(ctx, weal.AssetID(id))
				if err != nil {
					return true, err
				}
				f.seen[id] = true
				f.found, next = append(f.found, kin), append(next, kin)
				return false, nil
			})
			if err != nil || f.cut {
				return err
			}
		}
		wave = next
	}
	return nil
}
