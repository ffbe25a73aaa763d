package asset

import (
	"math/big"

	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

// erc3525 lists the functions of ERC-3525.
func (c contract) erc3525() []runner.Function {
	return []runner.Function{
		view("valueDecimals()", func(*runner.Call) ([]any, error) { return []any{uint8(0)}, nil }),
		view("balanceOf(uint256)", c.valueOf),
		view("slotOf(uint256)", c.slotOf),
		view("allowance(uint256,address)", c.allowance),
		write("approve(uint256,address,uint256)", c.approveValue),
		write("transferFrom(uint256,uint256,uint256)", c.moveValue),
		write("transferFrom(uint256,address,uint256)", c.splitValue),
	}
}

// share3525 returns the share that an argument names, or ERC-3525's error.
func (c contract) share3525(call *runner.Call, i int) (keeper.Share, error) {
	return or(types.Err3525Token)(c.GetShare(call.Context, shareArg(call, i)))
}

func (c contract) valueOf(call *runner.Call) ([]any, error) {
	s, err := c.share3525(call, 0)
	return one(number(s.Value), err)
}

func (c contract) slotOf(call *runner.Call) ([]any, error) {
	s, err := c.share3525(call, 0)
	return one(number(s.Asset), err)
}

func (c contract) allowance(call *runner.Call) ([]any, error) {
	if _, err := c.share3525(call, 0); err != nil {
		return nil, err
	}
	v, err := c.Allowance(call.Context, shareArg(call, 0), addressArg(call, 1))
	return one(v.ToBig(), err)
}

func (c contract) approveValue(call *runner.Call) ([]any, error) {
	id, operator := shareArg(call, 0), addressArg(call, 1)
	if err := c.ApproveValue(call.Context, call.Caller, operator, id, valueArg(call, 2)); err != nil {
		return nil, err
	}
	return nil, call.Log("ApprovalValue", number(id), operator, numberArg(call, 2))
}

func (c contract) moveValue(call *runner.Call) ([]any, error) {
	from, to := shareArg(call, 0), shareArg(call, 1)
	spent, left, err := c.MoveValue(call.Context, call.Caller, from, to, valueArg(call, 2))
	if err != nil {
		return nil, err
	}
	if err := logSpent(call, spent, left); err != nil {
		return nil, err
	}
	if err := call.Log("TransferValue", number(from), number(to), numberArg(call, 2)); err != nil {
		return nil, err
	}
	s, err := c.GetShare(call.Context, to)
	if err != nil {
		return nil, err
	}
	call.After(askERC3525(call.Caller, s.Owner, numberArg(call, 0), numberArg(call, 1), numberArg(call, 2)))
	return nil, nil
}

func (c contract) splitValue(call *runner.Call) ([]any, error) {
	from, to := shareArg(call, 0), addressArg(call, 1)
	id, spent, left, err := c.SplitValue(call.Context, call.Caller, from, to, valueArg(call, 2))
	if err != nil {
		return nil, err
	}
	s, err := c.GetShare(call.Context, id)
	if err != nil {
		return nil, err
	}
	if err := logSpent(call, spent, left); err != nil {
		return nil, err
	}
	if err := logMint(call, s, new(big.Int)); err != nil {
		return nil, err
	}
	if err := call.Log("TransferValue", number(from), number(id), numberArg(call, 2)); err != nil {
		return nil, err
	}
	call.After(askERC3525(call.Caller, to, numberArg(call, 0), number(id), numberArg(call, 2)))
	return []any{number(id)}, nil
}

// logSpent says what remains of an allowance that the caller used up a part of.
func logSpent(call *runner.Call, spent bool, left keeper.Value) error {
	if !spent {
		return nil
	}
	return call.Log("ApprovalValue", numberArg(call, 0), call.Caller, left.ToBig())
}

// logMint says that a share was made, with so much value.
func logMint(call *runner.Call, s keeper.Share, value *big.Int) error {
	if err := call.Log("Transfer", zeroAddress, s.Owner, number(s.ID)); err != nil {
		return err
	}
	if err := call.Log("SlotChanged", number(s.ID), new(big.Int), number(s.Asset)); err != nil {
		return err
	}
	return call.Log("TransferValue", new(big.Int), number(s.ID), value)
}
