package erc3525

import (
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/types"
)

// slots lists the functions of ERC-3525's extensions for slots.
func (s Standard) slots() []runner.Function {
	return []runner.Function{
		View("slotCount()", s.slotCount),
		View("slotByIndex(uint256)", s.slotByIndex),
		View("tokenSupplyInSlot(uint256)", s.tokenSupplyInSlot),
		View("tokenInSlotByIndex(uint256,uint256)", s.tokenInSlotByIndex),
		View("isApprovedForSlot(address,uint256,address)", s.isApprovedForSlot),
		Write("setApprovalForSlot(address,uint256,address,bool)", s.setApprovalForSlot),
	}
}

func (s Standard) slotCount(call *runner.Call) ([]any, error) {
	n, err := s.SlotCount(call.Context, in(call))
	return One(number(n), err)
}

func (s Standard) slotByIndex(call *runner.Call) ([]any, error) {
	i, err := index(call, 0, types.ErrSlotIndex)
	if err != nil {
		return nil, err
	}
	return One(s.SlotByIndex(call.Context, in(call), i))
}

func (s Standard) tokenSupplyInSlot(call *runner.Call) ([]any, error) {
	n, err := s.CountInSlot(call.Context, in(call), call.Number(0))
	return One(number(n), err)
}

func (s Standard) tokenInSlotByIndex(call *runner.Call) ([]any, error) {
	i, err := index(call, 1, types.ErrSlotTokenIndex)
	if err != nil {
		return nil, err
	}
	return One(s.InSlot(call.Context, in(call), call.Number(0), i))
}

func (s Standard) isApprovedForSlot(call *runner.Call) ([]any, error) {
	return One(s.IsSlotOperator(call.Context, in(call), call.Address(0), call.Number(1), call.Address(2)))
}

func (s Standard) setApprovalForSlot(call *runner.Call) ([]any, error) {
	owner, slot, operator, may := call.Address(0), call.Number(1), call.Address(2), call.Args[3].(bool)
	if err := s.SetSlotOperator(call.Context, in(call), call.Caller, owner, slot, operator, may); err != nil {
		return nil, err
	}
	return nil, log(call, "ApprovalForSlot", owner, slot, operator, may)
}
