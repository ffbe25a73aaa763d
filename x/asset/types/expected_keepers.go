package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// AccountKeeper makes accounts for owners that have none.
type AccountKeeper interface {
	// GetModuleAddress returns nil if there is no such module account.
	GetModuleAddress(module string) sdk.AccAddress
	HasAccount(ctx context.Context, addr sdk.AccAddress) bool
	NewAccountWithAddress(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	SetAccount(ctx context.Context, acc sdk.AccountI)
}

// BankKeeper moves coins out of the escrow account, and out of treasuries.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	// BlockedAddr reports whether an account is one that nobody may pay: a
	// module's, or that of a contract that is written in Go.
	BlockedAddr(addr sdk.AccAddress) bool
	SendCoins(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error
}
