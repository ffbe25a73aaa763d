package erc3525

import (
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// erc3525 lists the functions of ERC-3525 itself.
func (s Standard) erc3525() []runner.Function {
	return []runner.Function{
		View("balanceOf(uint256)", s.valueOf),
		View("slotOf(uint256)", s.slotOf),
		View("allowance(uint256,address)", s.allowance),
		Write("approve(uint256,address,uint256)", s.approveValue),
		Write("transferFrom(uint256,uint256,uint256)", s.moveValue),
		Write("transferFrom(uint256,address,uint256)", s.splitValue),
		Write("burnValue(uint256,uint256)", s.burnValue),
	}
}

func (s Standard) valueOf(call *runner.Call) ([]any, error) {
	t, err := s.Token(call, 0, types.Err3525Token)
	return One(t.Value, err)
}

func (s Standard) slotOf(call *runner.Call) ([]any, error) {
	t, err := s.Token(call, 0, types.Err3525Token)
	return One(t.Slot, err)
}

func (s Standard) allowance(call *runner.Call) ([]any, error) {
	return One(s.Allowance(call.Context, in(call), call.Number(0), call.Address(1)))
}

func (s Standard) approveValue(call *runner.Call) ([]any, error) {
	id, operator, value := call.Number(0), call.Address(1), call.Number(2)
	if err := s.ApproveValue(call.Context, in(call), call.Caller, operator, id, value); err != nil {
		return nil, err
	}
	return nil, log(call, "ApprovalValue", id, operator, value)
}

func (s Standard) moveValue(call *runner.Call) ([]any, error) {
	from, to, value := call.Number(0), call.Number(1), call.Number(2)
	spent, err := s.MoveValue(call.Context, in(call), call.Caller, from, to, value)
	if err != nil {
		return nil, err
	}
	if err := logSpent(call, from, spent); err != nil {
		return nil, err
	}
	call.After(AskERC3525(call.Caller, spent.Owner, from, to, value))
	return nil, LogMoved(call, call.Self, from, to, value)
}

func (s Standard) splitValue(call *runner.Call) ([]any, error) {
	from, to, value := call.Number(0), call.Address(1), call.Number(2)
	id, spent, err := s.SplitValue(call.Context, in(call), call.Caller, from, to, value)
	if err != nil {
		return nil, err
	}
	if err := logSpent(call, from, spent); err != nil {
		return nil, err
	}
	made := token.Token{ID: id, Slot: spent.Slot, Owner: to}
	if err := LogMint(call, call.Self, made, uint256.Int{}); err != nil {
		return nil, err
	}
	call.After(AskERC3525(call.Caller, to, from, id, value))
	return []any{id}, LogMoved(call, call.Self, from, id, value)
}

func (s Standard) burnValue(call *runner.Call) ([]any, error) {
	id, value := call.Number(0), call.Number(1)
	if err := s.BurnValue(call.Context, in(call), call.Caller, id, value); err != nil {
		return nil, err
	}
	return nil, LogMoved(call, call.Self, id, uint256.Int{}, value)
}
