package asset

import (
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

// erc721 lists the functions of ERC-721 and its enumeration.
func (c contract) erc721() []runner.Function {
	return []runner.Function{
		view("balanceOf(address)", c.countOf),
		view("ownerOf(uint256)", c.ownerOf),
		view("getApproved(uint256)", c.getApproved),
		view("isApprovedForAll(address,address)", c.isApprovedForAll),
		write("approve(address,uint256)", c.approve),
		write("setApprovalForAll(address,bool)", c.setApprovalForAll),
		write("transferFrom(address,address,uint256)", c.transferShare),
		write("safeTransferFrom(address,address,uint256)", c.safeTransferShare),
		write("safeTransferFrom(address,address,uint256,bytes)", c.safeTransferShare),
		view("totalSupply()", c.totalSupply),
		view("tokenByIndex(uint256)", c.tokenByIndex),
		view("tokenOfOwnerByIndex(address,uint256)", c.tokenOfOwnerByIndex),
	}
}

func (c contract) countOf(call *runner.Call) ([]any, error) {
	owner := addressArg(call, 0)
	if owner == (common.Address{}) {
		return nil, types.Err721ZeroOwner
	}
	n, err := c.CountOf(call.Context, owner)
	return one(number(n), err)
}

// share721 returns the share that an argument names, or ERC-721's error.
func (c contract) share721(call *runner.Call, i int) (keeper.Share, error) {
	return or(types.Err721Token)(c.GetShare(call.Context, shareArg(call, i)))
}

// or gives a share that does not exist the error of a standard.
func or(missing error) func(keeper.Share, error) (keeper.Share, error) {
	return func(s keeper.Share, err error) (keeper.Share, error) {
		if errors.Is(err, types.ErrShareNotFound) {
			err = missing
		}
		return s, err
	}
}

func (c contract) ownerOf(call *runner.Call) ([]any, error) {
	s, err := c.share721(call, 0)
	return one(s.Owner, err)
}

func (c contract) getApproved(call *runner.Call) ([]any, error) {
	s, err := c.share721(call, 0)
	return one(s.Approved, err)
}

func (c contract) isApprovedForAll(call *runner.Call) ([]any, error) {
	return one(c.IsOperator(call.Context, addressArg(call, 0), addressArg(call, 1)))
}

func (c contract) approve(call *runner.Call) ([]any, error) {
	to, id := addressArg(call, 0), shareArg(call, 1)
	owner, err := c.Approve(call.Context, call.Caller, to, id)
	if err != nil {
		return nil, err
	}
	return nil, call.Log("Approval", owner, to, number(id))
}

func (c contract) setApprovalForAll(call *runner.Call) ([]any, error) {
	operator, may := addressArg(call, 0), call.Args[1].(bool)
	if err := c.SetOperator(call.Context, call.Caller, operator, may); err != nil {
		return nil, err
	}
	return nil, call.Log("ApprovalForAll", call.Caller, operator, may)
}

func (c contract) transferShare(call *runner.Call) ([]any, error) {
	from, to, id := addressArg(call, 0), addressArg(call, 1), shareArg(call, 2)
	if err := c.Transfer(call.Context, call.Caller, from, to, id); err != nil {
		return nil, err
	}
	return nil, call.Log("Transfer", from, to, number(id))
}

// safeTransferShare is transferShare, and then asks a receiver that is a contract.
func (c contract) safeTransferShare(call *runner.Call) ([]any, error) {
	if _, err := c.transferShare(call); err != nil {
		return nil, err
	}
	var data []byte
	if len(call.Args) > 3 {
		data = call.Args[3].([]byte)
	}
	call.After(askERC721(call.Caller, addressArg(call, 0), addressArg(call, 1), numberArg(call, 2), data))
	return nil, nil
}

func (c contract) totalSupply(call *runner.Call) ([]any, error) {
	n, err := c.Supply(call.Context)
	return one(number(n), err)
}

// tokenByIndex: shares are never burned, so their ids are one after the other.
func (c contract) tokenByIndex(call *runner.Call) ([]any, error) {
	n, err := c.Supply(call.Context)
	if err != nil {
		return nil, err
	}
	index := numberArg(call, 0)
	if index.Cmp(number(n)) >= 0 {
		return nil, types.Err721GlobalIndex
	}
	return []any{number(index.Uint64() + 1)}, nil
}

func (c contract) tokenOfOwnerByIndex(call *runner.Call) ([]any, error) {
	owner, index := addressArg(call, 0), numberArg(call, 1)
	if owner == (common.Address{}) {
		return nil, types.Err721ZeroOwner
	}
	n, err := c.CountOf(call.Context, owner)
	if err != nil {
		return nil, err
	}
	if index.Cmp(number(n)) >= 0 {
		return nil, types.Err721OwnerIndex
	}
	var id weal.ShareID
	id, err = c.ShareOf(call.Context, owner, index.Uint64())
	return one(number(id), err)
}
