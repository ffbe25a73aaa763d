package erc3525

import (
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/types"
)

// erc721 lists the functions of ERC-721 and its enumeration.
func (s Standard) erc721() []runner.Function {
	return []runner.Function{
		View("balanceOf(address)", s.countOf),
		View("ownerOf(uint256)", s.ownerOf),
		View("getApproved(uint256)", s.getApproved),
		View("isApprovedForAll(address,address)", s.isApprovedForAll),
		Write("approve(address,uint256)", s.approve),
		Write("setApprovalForAll(address,bool)", s.setApprovalForAll),
		Write("transferFrom(address,address,uint256)", s.transfer),
		Write("safeTransferFrom(address,address,uint256)", s.safeTransfer),
		Write("safeTransferFrom(address,address,uint256,bytes)", s.safeTransfer),
		View("totalSupply()", s.totalSupply),
		View("tokenByIndex(uint256)", s.tokenByIndex),
		View("tokenOfOwnerByIndex(address,uint256)", s.tokenOfOwnerByIndex),
	}
}

func (s Standard) countOf(call *runner.Call) ([]any, error) {
	owner := call.Address(0)
	if owner == zero {
		return nil, types.Err721ZeroOwner
	}
	n, err := s.CountOf(call.Context, in(call), owner)
	return One(number(n), err)
}

func (s Standard) ownerOf(call *runner.Call) ([]any, error) {
	t, err := s.Token(call, 0, types.Err721Token)
	return One(t.Owner, err)
}

func (s Standard) getApproved(call *runner.Call) ([]any, error) {
	t, err := s.Token(call, 0, types.Err721Token)
	return One(t.Approved, err)
}

func (s Standard) isApprovedForAll(call *runner.Call) ([]any, error) {
	return One(s.IsOperator(call.Context, in(call), call.Address(0), call.Address(1)))
}

func (s Standard) approve(call *runner.Call) ([]any, error) {
	to, id := call.Address(0), call.Number(1)
	owner, err := s.Approve(call.Context, in(call), call.Caller, to, id)
	if err != nil {
		return nil, err
	}
	return nil, log(call, "Approval", owner, to, id)
}

func (s Standard) setApprovalForAll(call *runner.Call) ([]any, error) {
	operator, may := call.Address(0), call.Args[1].(bool)
	if err := s.SetOperator(call.Context, in(call), call.Caller, operator, may); err != nil {
		return nil, err
	}
	return nil, log(call, "ApprovalForAll", call.Caller, operator, may)
}

func (s Standard) transfer(call *runner.Call) ([]any, error) {
	from, to, id := call.Address(0), call.Address(1), call.Number(2)
	if err := s.Transfer(call.Context, in(call), call.Caller, from, to, id); err != nil {
		return nil, err
	}
	return nil, LogTransfer(call, call.Self, from, to, id)
}

// safeTransfer is transfer, and then asks a receiver that is a contract.
func (s Standard) safeTransfer(call *runner.Call) ([]any, error) {
	if _, err := s.transfer(call); err != nil {
		return nil, err
	}
	var data []byte
	if len(call.Args) > 3 {
		data = call.Args[3].([]byte)
	}
	call.After(AskERC721(call.Caller, call.Address(0), call.Address(1), call.Number(2), data))
	return nil, nil
}

func (s Standard) totalSupply(call *runner.Call) ([]any, error) {
	n, err := s.Supply(call.Context, in(call))
	return One(number(n), err)
}

func (s Standard) tokenByIndex(call *runner.Call) ([]any, error) {
	i, err := index(call, 0, types.Err721GlobalIndex)
	if err != nil {
		return nil, err
	}
	return One(s.ByIndex(call.Context, in(call), i))
}

func (s Standard) tokenOfOwnerByIndex(call *runner.Call) ([]any, error) {
	owner := call.Address(0)
	if owner == zero {
		return nil, types.Err721ZeroOwner
	}
	i, err := index(call, 1, types.Err721OwnerIndex)
	if err != nil {
		return nil, err
	}
	return One(s.OfOwner(call.Context, in(call), owner, i))
}
