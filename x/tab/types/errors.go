package types

import errorsmod "cosmossdk.io/errors"

// The module's errors. The codes are part of the interface: never reused.
var (
	// ErrTabNotFound: no tab has this id.
	ErrTabNotFound = errorsmod.Register(ModuleName, 2, "tab not found")
	// ErrLaneNotFound: the tab has no such lane in that epoch.
	ErrLaneNotFound = errorsmod.Register(ModuleName, 3, "lane not found")
	// ErrTabClosed: the tab is closing or closed, and this needs an open one;
	// or the tab or the lane has ended and nothing is held for the lane.
	ErrTabClosed = errorsmod.Register(ModuleName, 4, "tab is closed")
	// ErrNotPayer: only the tab's payer may do this.
	ErrNotPayer = errorsmod.Register(ModuleName, 5, "not the tab's payer")
	// ErrWindow: the closing window has not ended.
	ErrWindow = errorsmod.Register(ModuleName, 6, "closing window has not ended")
	// ErrAmount: an amount is no number, or too small, or too great.
	ErrAmount = errorsmod.Register(ModuleName, 7, "bad amount")
	// ErrLane: a lane to be opened breaks a rule.
	ErrLane = errorsmod.Register(ModuleName, 8, "bad lane")
	// ErrVoucher: the voucher's bytes, chain or signature are wrong.
	ErrVoucher = errorsmod.Register(ModuleName, 9, "bad voucher")
	// ErrClaim: a claim's bytes or proof are wrong.
	ErrClaim = errorsmod.Register(ModuleName, 10, "bad claim")
	// ErrParams: parameters break a rule.
	ErrParams = errorsmod.Register(ModuleName, 11, "bad params")
	// ErrGenesis: the genesis state contradicts itself.
	ErrGenesis = errorsmod.Register(ModuleName, 12, "bad genesis")
	// ErrBroken: an invariant does not hold.
	ErrBroken = errorsmod.Register(ModuleName, 13, "invariant broken")
	// ErrRevoked: the lane's key was revoked already, and this needs a lane in use.
	ErrRevoked = errorsmod.Register(ModuleName, 14, "lane is revoked")
	// ErrCheckpoint: a checkpoint's epoch, sum or cap is wrong.
	ErrCheckpoint = errorsmod.Register(ModuleName, 15, "bad checkpoint")
	// ErrOffence: what was shown is no offence, or was proven already.
	ErrOffence = errorsmod.Register(ModuleName, 16, "no offence")
	// ErrWatcher: a watcher to be named has no account of 20 bytes, or too great a fee.
	ErrWatcher = errorsmod.Register(ModuleName, 17, "bad watcher")
)
