package types

import errorsmod "cosmossdk.io/errors"

// The module's errors. The codes are part of the interface: never reused.
var (
	// ErrNotFound: no request is kept under this number.
	ErrNotFound = errorsmod.Register(ModuleName, 2, "request not found")
	// ErrRequest: a request breaks a rule.
	ErrRequest = errorsmod.Register(ModuleName, 3, "bad request")
	// ErrFee: the price is beyond what the requester pays, or there is none.
	ErrFee = errorsmod.Register(ModuleName, 4, "fee does not fit")
	// ErrAccess: the requester may not use the asset.
	ErrAccess = errorsmod.Register(ModuleName, 5, "asset is closed")
	// ErrState: the request has ended, or has not.
	ErrState = errorsmod.Register(ModuleName, 6, "request is in another state")
	// ErrOperator: the account is no bonded operator of the asset.
	ErrOperator = errorsmod.Register(ModuleName, 7, "not an operator")
	// ErrEvidence: the receipt is not one of the asset's key for this request.
	ErrEvidence = errorsmod.Register(ModuleName, 8, "bad evidence")
	// ErrBond: a bond is too small, or cannot be moved now.
	ErrBond = errorsmod.Register(ModuleName, 9, "bad bond")
	// ErrCallback: the call-back cannot be made.
	ErrCallback = errorsmod.Register(ModuleName, 10, "no call-back")
	// ErrLimit: there are too many of something already.
	ErrLimit = errorsmod.Register(ModuleName, 11, "too many")
	// ErrParams: parameters break a rule.
	ErrParams = errorsmod.Register(ModuleName, 12, "bad params")
	// ErrGenesis: the genesis state contradicts itself.
	ErrGenesis = errorsmod.Register(ModuleName, 13, "bad genesis")
	// ErrBroken: an invariant does not hold.
	ErrBroken = errorsmod.Register(ModuleName, 14, "invariant broken")
	// ErrBlocked: the chain pays nothing to the account.
	ErrBlocked = errorsmod.Register(ModuleName, 15, "the chain pays nothing to this account")
	// ErrBooking: a booking breaks a rule, or there is none with this number.
	ErrBooking = errorsmod.Register(ModuleName, 16, "bad booking")
)
