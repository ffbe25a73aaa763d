package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Register makes an asset and mints its whole supply of units into one share,
// which the maker owns. The maker controls it, until it names another.
func (k Keeper) Register(ctx context.Context, maker common.Address, r types.Registration) (weal.AssetID, weal.ShareID, error) {
	a, err := k.describe(ctx, maker, r)
	if err != nil {
		return 0, 0, err
	}
	if a.Id, err = k.nextAsset.Next(ctx); err != nil {
		return 0, 0, err
	}
	// The share comes before the denominations: while units are made, there is
	// nothing to settle.
	first, err := k.Tokens.MintNext(ctx, token.Shares, maker, Slot(weal.AssetID(a.Id)), *uint256.NewInt(a.Units))
	if err != nil {
		return 0, 0, err
	}
	a.FirstShare = first.Uint64()
	if err := k.openRevenues(ctx, a); err != nil {
		return 0, 0, err
	}
	if err := k.setParents(ctx, a); err != nil {
		return 0, 0, err
	}
	if err := k.setVersion(ctx, a); err != nil {
		return 0, 0, err
	}
	types.Emit(ctx, types.EventRegister, types.AttrAsset, a.Id, types.AttrKind, r.Kind,
		types.AttrMaker, a.Maker, types.AttrShare, a.FirstShare)
	return weal.AssetID(a.Id), weal.ShareID(a.FirstShare), nil
}

// describe returns the asset that a registration makes, without its id and its
// share, if the module's rules and its parents' licences allow it. A credential
// that it takes is used.
func (k Keeper) describe(ctx context.Context, maker common.Address, r types.Registration) (a types.Asset, err error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return a, err
	}
	if maker == (common.Address{}) {
		return a, types.ErrRegistration.Wrap("the maker is the zero address")
	}
	if r.Units == 0 {
		r.Units = weal.DefaultUnits
	}
	if r.Licence.Unset() {
		r.Licence = types.OpenLicence()
	}
	if r.Licence, err = k.checkedLicence(ctx, r.Licence, params); err != nil {
		return a, err
	}
	if err := r.Validate(params); err != nil {
		return a, err
	}
	parents, err := k.parents(ctx, r.Parents)
	if err != nil {
		return a, err
	}
	a = types.Asset{
		Kind: uint32(r.Kind), Manifest: r.Manifest[:], ManifestUri: r.ManifestURI, Root: r.Root[:],
		Key: r.Key[:], Units: r.Units, Prices: slices.Clone(r.Prices), Denoms: slices.Clone(r.Denoms),
		Parents: parentRows(r.Parents, parents), Licence: r.Licence, Resale: r.Resale,
	}
	if a.Ancestors, err = k.flatten(ctx, r.Parents, parents, r.Denoms); err != nil {
		return a, err
	}
	if a.Maker, err = k.addresses.BytesToString(maker.Bytes()); err != nil {
		return a, err
	}
	a.Controller = a.Maker
	return a, k.derive(ctx, a, maker, parents)
}

// openRevenues makes a row for each denomination that a new asset earns in.
func (k Keeper) openRevenues(ctx context.Context, a types.Asset) error {
	if err := k.denoms.Set(ctx, a.Id, a.Denoms); err != nil {
		return err
	}
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
		Licence: a.Licence, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	})
}
