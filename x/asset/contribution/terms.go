package contribution

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// TermsOf returns what an asset takes contributions under, or
// types.ErrAssetNotFound. An asset that has set no terms is closed.
func (k Keeper) TermsOf(ctx context.Context, asset weal.AssetID) (types.ContributionTerms, error) {
	t, err := k.terms.Get(ctx, uint64(asset))
	if !errors.Is(err, collections.ErrNotFound) {
		return t, err
	}
	ok, err := k.assets.HasAsset(ctx, asset)
	if err == nil && !ok {
		err = types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	return types.NoContributions(asset), err
}

// SetTerms sets an asset's terms, sent by caller: the asset's own account, or its
// controller as long as that owns every share. They hold for what comes from now
// on; of what was proposed before, the units that were promised stay.
func (k Keeper) SetTerms(ctx context.Context, caller common.Address, t types.ContributionTerms) error {
	if err := t.Validate(); err != nil {
		return err
	}
	asset := weal.AssetID(t.Asset)
	if err := k.assets.MayControl(ctx, asset, caller); err != nil {
		return err
	}
	if caller != weal.AssetAccount(asset) {
		if err := k.ownsAll(ctx, asset, caller); err != nil {
			return err
		}
	}
	if t.Pot != 0 {
		s, err := k.assets.GetShare(ctx, weal.ShareID(t.Pot))
		if err != nil {
			return err
		}
		if uint64(s.Asset) != t.Asset {
			return types.ErrContribution.Wrapf("the pot, share %d, is of asset %d", t.Pot, s.Asset)
		}
	}
	if err := k.assets.SetContributorsPart(ctx, asset, uint16(t.Part)); err != nil {
		return err
	}
	if t == types.NoContributions(asset) {
		return k.terms.Remove(ctx, t.Asset)
	}
	return k.terms.Set(ctx, t.Asset, t)
}

// ownsAll returns types.ErrContribution unless an account owns every share of an
// asset, at most as many as one vote may name.
func (k Keeper) ownsAll(ctx context.Context, asset weal.AssetID, who common.Address) error {
	other, n, err := k.assets.OthersShare(ctx, asset, who, types.MaxVoteShares)
	switch {
	case err != nil:
		return err
	case other != 0:
		return types.ErrContribution.Wrapf("share %d of asset %d is another's: now only its council sets the terms", other, asset)
	case n > types.MaxVoteShares:
		return types.ErrContribution.Wrapf("asset %d has %d shares; put them together first, into %d at most", asset, n, types.MaxVoteShares)
	}
	return nil
}

// Close takes no more contributions to an asset, sent by caller: its steward, or
// who controls it. What was proposed stays, and can be decided about.
func (k Keeper) Close(ctx context.Context, caller common.Address, asset weal.AssetID) (types.ContributionTerms, error) {
	t, err := k.TermsOf(ctx, asset)
	if err != nil {
		return t, err
	}
	if caller.Hex() != t.Steward {
		if err := k.assets.MayControl(ctx, asset, caller); err != nil {
			return t, err
		}
	}
	if t.Admission == types.AdmissionClosed {
		return t, types.ErrContribution.Wrapf("asset %d takes none already", asset)
	}
	t.Admission = types.AdmissionClosed
	if t == types.NoContributions(asset) {
		return t, k.terms.Remove(ctx, t.Asset)
	}
	return t, k.terms.Set(ctx, t.Asset, t)
}

// mayDecide returns types.ErrContribution unless caller accepts, rejects and
// distributes: the steward, or the asset's own account.
func mayDecide(t types.ContributionTerms, caller common.Address) error {
	if caller == weal.AssetAccount(weal.AssetID(t.Asset)) || caller.Hex() == t.Steward {
		return nil
	}
	if t.Steward == "" {
		return types.ErrContribution.Wrapf("asset %d has no steward: its council decides", t.Asset)
	}
	return types.ErrContribution.Wrapf("the steward of asset %d is %s; it decides, or the council", t.Asset, t.Steward)
}

// PotUnits returns how many units the pot can grant now: what it holds, and what
// of it its owner lets the contract move.
func (k Keeper) PotUnits(ctx context.Context, t types.ContributionTerms) (uint64, error) {
	if t.Pot == 0 {
		return 0, nil
	}
	id := keeper.TokenID(weal.ShareID(t.Pot))
	pot, err := k.assets.Tokens.Get(ctx, token.Shares, id)
	if errors.Is(err, types.ErrTokenNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	may, err := k.assets.Tokens.MayMove(ctx, token.Shares, Account, id)
	if err != nil || may {
		return pot.Value.Uint64(), err
	}
	allowed, err := k.assets.Tokens.Allowance(ctx, token.Shares, id, Account)
	return least(allowed, pot.Value.Uint64()), err
}

// least returns the lesser of two numbers.
func least(a uint256.Int, b uint64) uint64 {
	if a.IsUint64() {
		return min(a.Uint64(), b)
	}
	return b
}
