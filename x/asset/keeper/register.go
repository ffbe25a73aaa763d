package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Register makes an asset and mints its whole supply of units into one share,
// which the maker owns.
func (k Keeper) Register(ctx context.Context, maker common.Address, r types.Registration) (weal.AssetID, weal.ShareID, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, 0, err
	}
	if maker == (common.Address{}) {
		return 0, 0, types.ErrRegistration.Wrap("the maker is the zero address")
	}
	if r.Units == 0 {
		r.Units = weal.DefaultUnits
	}
	if err := r.Validate(params); err != nil {
		return 0, 0, err
	}
	lineage, err := k.flatten(ctx, r.Parents, r.Denoms)
	if err != nil {
		return 0, 0, err
	}
	id, err := k.nextAsset.Next(ctx)
	if err != nil {
		return 0, 0, err
	}
	first, err := k.mint(ctx, id, maker, r.Units)
	if err != nil {
		return 0, 0, err
	}
	a := types.Asset{
		Id: id, Kind: uint32(r.Kind), Manifest: r.Manifest[:], ManifestUri: r.ManifestURI, Root: r.Root[:],
		Key: r.Key[:], Units: r.Units, Prices: slices.Clone(r.Prices), Denoms: slices.Clone(r.Denoms),
		Ancestors: lineage, FirstShare: uint64(first),
	}
	if a.Maker, err = k.addresses.BytesToString(maker.Bytes()); err != nil {
		return 0, 0, err
	}
	if err := k.openRevenues(ctx, a); err != nil {
		return 0, 0, err
	}
	if err := k.setVersion(ctx, a); err != nil {
		return 0, 0, err
	}
	emit(ctx, types.EventRegister, types.AttrAsset, id, types.AttrKind, r.Kind,
		types.AttrMaker, a.Maker, types.AttrShare, first)
	return weal.AssetID(id), first, nil
}

// openRevenues makes a row for each denomination that a new asset earns in.
func (k Keeper) openRevenues(ctx context.Context, a types.Asset) error {
	for _, d := range a.Denoms {
		if err := k.revenues.Set(ctx, collections.Join(a.Id, d), newRevenue(a)); err != nil {
			return err
		}
	}
	return nil
}

// newRevenue returns the row of an asset that has earned nothing.
func newRevenue(a types.Asset) revenue {
	return revenue{units: a.Units, kept: uint16(types.BasisPoints - owedInAll(a.Ancestors))}
}

// setVersion counts the asset's version up and stores the asset and the version.
func (k Keeper) setVersion(ctx context.Context, a types.Asset) error {
	a.Version++
	if err := k.assets.Set(ctx, a.Id, a); err != nil {
		return err
	}
	return k.versions.Set(ctx, collections.Join(a.Id, a.Version), types.Version{
		Asset: a.Id, Version: a.Version, Manifest: a.Manifest, Root: a.Root, ManifestUri: a.ManifestUri,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	})
}
