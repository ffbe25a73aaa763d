package keeper

import (
	"context"
	"encoding/hex"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// update makes a new version of an asset, with manifest, root and prices as the
// message says: what it leaves out is then empty. Versions are kept for ever.
func (k Keeper) update(ctx context.Context, msg *types.MsgUpdate) (uint32, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	a, err := k.GetAsset(ctx, weal.AssetID(msg.Asset))
	if err != nil {
		return 0, err
	}
	if same, err := k.sameAddress(msg.Sender, a.Maker); err != nil {
		return 0, err
	} else if !same {
		return 0, types.ErrNotMaker.Wrapf("asset %d is %s's", a.Id, a.Maker)
	}
	manifest, err := weal.HashFromBytes(msg.Manifest)
	if err != nil {
		return 0, types.ErrRegistration.Wrapf("manifest: %s", err)
	}
	root, err := weal.HashFromBytes(msg.Root)
	if err != nil {
		return 0, types.ErrRegistration.Wrapf("root: %s", err)
	}
	if err := types.ValidateManifest(manifest, msg.ManifestUri, params); err != nil {
		return 0, err
	}
	if err := types.ValidatePrices(msg.Prices, a.Denoms, params); err != nil {
		return 0, err
	}
	a.Manifest, a.ManifestUri, a.Root, a.Prices = manifest[:], msg.ManifestUri, root[:], msg.Prices
	if err := k.setVersion(ctx, a); err != nil {
		return 0, err
	}
	emit(ctx, types.EventUpdate, types.AttrAsset, a.Id, types.AttrVersion, a.Version+1,
		types.AttrManifest, hex.EncodeToString(manifest[:]), types.AttrRoot, hex.EncodeToString(root[:]))
	return a.Version + 1, nil
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
