package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
)

// BankKeeper moves coins into and out of the escrow account, and burns those
// that the module's own account was given for it.
type BankKeeper interface {
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, coins sdk.Coins) error
	BurnCoins(ctx context.Context, module string, coins sdk.Coins) error
}

// AssetKeeper knows the assets and whose the coins in escrow are.
type AssetKeeper interface {
	// Credit makes amount of denom, already in escrow, the asset's revenue. It
	// fails if there is no such asset or it does not earn in denom.
	Credit(ctx context.Context, asset weal.AssetID, denom string, amount weal.Amount) error
	// HasAsset reports whether the asset exists.
	HasAsset(ctx context.Context, asset weal.AssetID) (bool, error)
	// MayControl fails unless the asset exists and who controls it.
	MayControl(ctx context.Context, asset weal.AssetID, who common.Address) error
}
