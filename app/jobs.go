package app

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/types"
	assetkeeper "github.com/weal-network/weal/x/asset/keeper"
	jobkeeper "github.com/weal-network/weal/x/job/keeper"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// newJobKeeper builds what is asked of assets, and calls that are booked. It reads
// the base fee, and its contract is one of the EVM's, so it comes between the two.
func (a *App) newJobKeeper() {
	a.JobKeeper = jobkeeper.NewKeeper(a.cdc, a.stores.service(jobtypes.StoreKey), a.AccountKeeper.AddressCodec(),
		a.BankKeeper, jobAssets{a.AssetKeeper}, a.FeeMarketKeeper, bookedCalls{a}, authority().String())
}

// jobAssets is what x/job needs of assets.
type jobAssets struct{ assetkeeper.Keeper }

var _ jobtypes.AssetKeeper = jobAssets{}

// MayUse implements jobtypes.AssetKeeper.
func (a jobAssets) MayUse(ctx context.Context, asset types.AssetID, who common.Address) (bool, string, error) {
	access, err := a.HasCredential(ctx, asset, who)
	return access.Allowed, access.Reason, err
}
