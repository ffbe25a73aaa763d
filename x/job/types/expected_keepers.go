package types

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// BankKeeper moves the chain's coin out of the contract's account, and into it.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
	SendCoins(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error
}

// AssetKeeper knows the assets.
type AssetKeeper interface {
	GetAsset(ctx context.Context, asset weal.AssetID) (assettypes.Asset, error)
	// MayControl fails unless the asset exists and who controls it.
	MayControl(ctx context.Context, asset weal.AssetID, who common.Address) error
	// MayUse tells whether an account may use the asset now, and why or why not.
	MayUse(ctx context.Context, asset weal.AssetID, who common.Address) (ok bool, reason string, err error)
	// Credit makes amount of denom, already in escrow, the asset's revenue.
	Credit(ctx context.Context, asset weal.AssetID, denom string, amount weal.Amount) error
}

// FeeMarket knows what gas costs.
type FeeMarket interface {
	// GetBaseFee returns aweal for a unit of gas; nil if there is no such price.
	GetBaseFee(ctx sdk.Context) math.LegacyDec
}

// EVM makes booked calls.
type EVM interface {
	// Call runs a message in ctx and leaves there what it did. An error is a call
	// that could not be made at all; a panic is one that broke the machine.
	Call(ctx sdk.Context, c Call) (Outcome, error)
}

// Call is a message to a contract.
type Call struct {
	From, To common.Address
	Value    weal.Amount
	GasPrice weal.Amount
	Gas      uint64
	Data     []byte
}

// Outcome is what a call came to.
type Outcome struct {
	OK bool
	// GasUsed is what the call used, before anything is given back for clearing.
	GasUsed uint64
	// Reason is why it failed.
	Reason string
	Logs   []CallLog
}
