package keeper

import (
	"context"
	"encoding/hex"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Update makes a new version of an asset, sent by caller, who controls it, with
// manifest, root and prices as the message says: what it leaves out is then
// empty, but for the licence, which stays. Versions are kept for ever.
func (k Keeper) Update(ctx context.Context, caller common.Address, msg *types.MsgUpdate) (types.Version, error) {
	asset := weal.AssetID(msg.Asset)
	a, err := k.controlled(ctx, asset, caller)
	if err != nil {
		return types.Version{}, err
	}
	was := a.Licence
	if a, err = k.revised(ctx, a, msg); err != nil {
		return types.Version{}, err
	}
	if err := k.keepsLicences(ctx, a); err != nil {
		return types.Version{}, err
	}
	if err := k.setVersion(ctx, a); err != nil {
		return types.Version{}, err
	}
	v, err := k.GetVersion(ctx, asset, a.Version+1)
	if err != nil {
		return types.Version{}, err
	}
	types.Emit(ctx, types.EventUpdate, types.AttrAsset, a.Id, types.AttrVersion, v.Version,
		types.AttrManifest, hex.EncodeToString(v.Manifest), types.AttrRoot, hex.EncodeToString(v.Root))
	if !was.Is(v.Licence) {
		types.Emit(ctx, types.EventLicence, types.AttrAsset, a.Id, types.AttrVersion, v.Version,
			types.AttrLicence, weal.LicenceKind(v.Licence.Kind))
	}
	return v, nil
}

// revised returns an asset as an update wants it, in its old version.
func (k Keeper) revised(ctx context.Context, a types.Asset, msg *types.MsgUpdate) (types.Asset, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return a, err
	}
	manifest, err := weal.HashFromBytes(msg.Manifest)
	if err != nil {
		return a, types.ErrRegistration.Wrapf("manifest: %s", err)
	}
	root, err := weal.HashFromBytes(msg.Root)
	if err != nil {
		return a, types.ErrRegistration.Wrapf("root: %s", err)
	}
	if err := types.ValidateManifest(manifest, msg.ManifestUri, params); err != nil {
		return a, err
	}
	if err := types.ValidatePrices(msg.Prices, a.Denoms, params); err != nil {
		return a, err
	}
	if msg.Licence != nil {
		if a.Licence, err = k.checkedLicence(ctx, *msg.Licence, params); err != nil {
			return a, err
		}
	}
	a.Manifest, a.ManifestUri, a.Root, a.Prices = manifest[:], msg.ManifestUri, root[:], msg.Prices
	return a, nil
}

// sameAddress reports whether two texts name the same account: an address has
// more than one text form.
func (k Keeper) sameAddress(a, b string) (bool, error) {
	x, err := k.addresses.StringToBytes(a)
	if err != nil {
		return false, err
	}
	y, err := k.addresses.StringToBytes(b)
	return string(x) == string(y), err
}
