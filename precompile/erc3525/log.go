package erc3525

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/token"
)

// log adds an event of the standards', in the name of the contract called.
func log(call *runner.Call, event string, args ...any) error {
	return call.Emit(call.Self, events, event, args...)
}

// LogTransfer says, in the name of the contract at, that a whole token got
// another owner.
func LogTransfer(call *runner.Call, at, from, to common.Address, id uint256.Int) error {
	return call.Emit(at, events, "Transfer", from, to, id)
}

// LogMoved says that value moved from one token to another; zero stands for none.
func LogMoved(call *runner.Call, at common.Address, from, to, value uint256.Int) error {
	return call.Emit(at, events, "TransferValue", from, to, value)
}

// LogMint says that a token was made, with so much value.
func LogMint(call *runner.Call, at common.Address, t token.Token, value uint256.Int) error {
	if err := LogTransfer(call, at, zero, t.Owner, t.ID); err != nil {
		return err
	}
	if err := call.Emit(at, events, "SlotChanged", t.ID, uint256.Int{}, t.Slot); err != nil {
		return err
	}
	return LogMoved(call, at, uint256.Int{}, t.ID, value)
}

// LogBurn says that a token was burned, with its value.
func LogBurn(call *runner.Call, at common.Address, t token.Token) error {
	if err := LogMoved(call, at, t.ID, uint256.Int{}, t.Value); err != nil {
		return err
	}
	if err := call.Emit(at, events, "SlotChanged", t.ID, t.Slot, uint256.Int{}); err != nil {
		return err
	}
	return LogTransfer(call, at, t.Owner, zero, t.ID)
}

// logSpent says what remains of an allowance that the caller used up a part of.
func logSpent(call *runner.Call, id uint256.Int, spent token.Spent) error {
	if !spent.Used {
		return nil
	}
	return log(call, "ApprovalValue", id, call.Caller, spent.Left)
}
