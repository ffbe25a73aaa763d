package council

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// RulesOf returns the rules of an asset's council, or types.ErrAssetNotFound.
func (k Keeper) RulesOf(ctx context.Context, asset weal.AssetID) (types.CouncilRules, error) {
	r, err := k.rules.Get(ctx, uint64(asset))
	if !errors.Is(err, collections.ErrNotFound) {
		return r, err
	}
	ok, err := k.assets.HasAsset(ctx, asset)
	if err == nil && !ok {
		err = types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	return types.DefaultCouncilRules(), err
}

// SetRules sets the rules for proposals to come, sent by caller: the asset's own
// account, or its controller as long as that owns every share.
func (k Keeper) SetRules(ctx context.Context, caller common.Address, asset weal.AssetID, r types.CouncilRules) error {
	if err := r.Validate(); err != nil {
		return err
	}
	if err := k.assets.MayControl(ctx, asset, caller); err != nil {
		return err
	}
	if caller != account(asset) {
		if err := k.ownsAll(ctx, asset, caller); err != nil {
			return err
		}
	}
	return k.rules.Set(ctx, uint64(asset), r)
}

// ownsAll returns types.ErrCouncil unless an account owns every share of an
// asset, at most as many as one vote may name.
func (k Keeper) ownsAll(ctx context.Context, asset weal.AssetID, who common.Address) error {
	other, n, err := k.assets.OthersShare(ctx, asset, who, types.MaxVoteShares)
	if err != nil {
		return err
	}
	if other != 0 {
		return types.ErrCouncil.Wrapf("share %d of asset %d is another's: now only its council sets its rules", other, asset)
	}
	if n > types.MaxVoteShares {
		return types.ErrCouncil.Wrapf("asset %d has %d shares; put them together first, into %d at most", asset, n, types.MaxVoteShares)
	}
	return nil
}
