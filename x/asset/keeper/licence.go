package keeper

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// checkedLicence returns l as it is stored, or types.ErrLicence, with the reason.
func (k Keeper) checkedLicence(ctx context.Context, l types.Licence, p types.Params) (types.Licence, error) {
	if common.IsHexAddress(l.Collection) {
		l.Collection = common.HexToAddress(l.Collection).Hex()
	}
	if err := l.Validate(p); err != nil {
		return l, err
	}
	if l.Collection == "" {
		return l, nil
	}
	if _, err := k.collectionNumber(ctx, common.HexToAddress(l.Collection)); err != nil {
		return l, types.ErrLicence.Wrap(err.Error())
	}
	return l, nil
}

// derive checks that maker may register a, which names its parents, under their
// licences as they are now.
func (k Keeper) derive(ctx context.Context, a types.Asset, maker common.Address, parents []types.Asset) error {
	for i, p := range parents {
		if err := p.Licence.MayDerive(p.Id, a.Parents[i].BasisPoints); err != nil {
			return err
		}
		if err := p.Licence.MayBe(p.Id, a.Licence, a.Prices); err != nil {
			return err
		}
		if p.Licence.Kind == uint32(weal.LicenceCredential) {
			if err := k.permit(ctx, p, maker); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepsLicences checks that a is what the licences allow under which it was
// registered: those of its parents' versions then, not those of now.
func (k Keeper) keepsLicences(ctx context.Context, a types.Asset) error {
	for _, p := range a.Parents {
		v, err := k.GetVersion(ctx, weal.AssetID(p.Asset), p.Version)
		if err != nil {
			return err
		}
		if err := v.Licence.MayBe(p.Asset, a.Licence, a.Prices); err != nil {
			return err
		}
	}
	return nil
}

// checkLicences reads all assets and credentials and returns types.ErrBroken if
// an asset's licence is not one or not that of its newest version, if its
// controller is none, if it breaks a licence that it was registered under, or if
// a credential was used more often than it may be.
func (k Keeper) checkLicences(ctx context.Context) error {
	p, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	err = k.eachAsset(ctx, func(a types.Asset) error {
		if err := k.checkTerms(ctx, a, p); err != nil {
			return types.ErrBroken.Wrapf("licence: asset %d: %s", a.Id, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return k.credentials.Walk(ctx, nil, func(key credentialKey, c types.Credential) (bool, error) {
		holder, err := k.owner(c.Holder)
		if err != nil || common.BytesToAddress(key.K2()) != holder || key.K1() != c.Asset || (c.Uses != 0 && c.Used > c.Uses) {
			return true, types.ErrBroken.Wrapf("credential: %s for asset %d, %d of %d uses (%v)", c.Holder, c.Asset, c.Used, c.Uses, err)
		}
		return false, nil
	})
}

// checkTerms is checkLicences of one asset.
func (k Keeper) checkTerms(ctx context.Context, a types.Asset, params types.Params) error {
	// Governance may have made URIs shorter since.
	params.MaxUriBytes = max(params.MaxUriBytes, uint32(len(a.Licence.TermsUri)))
	stored, err := k.checkedLicence(ctx, a.Licence, params)
	if err != nil {
		return err
	}
	newest, err := k.GetVersion(ctx, weal.AssetID(a.Id), a.Version)
	if err != nil {
		return err
	}
	if !newest.Licence.Is(a.Licence) || !stored.Is(a.Licence) {
		return types.ErrLicence.Wrapf("version %d has another", a.Version)
	}
	if _, err := k.owner(a.Controller); err != nil {
		return err
	}
	for _, p := range a.Parents {
		if p.Asset >= a.Id {
			return types.ErrLineage.Wrapf("asset %d cannot be its parent", p.Asset)
		}
		v, err := k.GetVersion(ctx, weal.AssetID(p.Asset), p.Version)
		if err != nil {
			return err
		}
		if err := v.Licence.MayDerive(p.Asset, p.BasisPoints); err != nil {
			return err
		}
	}
	return k.keepsLicences(ctx, a)
}
