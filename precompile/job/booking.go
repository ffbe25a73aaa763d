package job

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/keeper"
)

// book prepays calls out of what was sent with this one, which the contract has
// already, and gives the rest back.
func (c contract) book(call *runner.Call) ([]any, error) {
	value, err := weal.AmountFromBig(call.Args[6].(*big.Int))
	if err != nil {
		return nil, err
	}
	b, funds, err := c.Book(call.Context, call.Caller, keeper.Plan{
		Target: call.Address(0), Data: call.Args[1].([]byte), Gas: call.Args[2].(uint64),
		First: call.Args[3].(uint64), Every: call.Args[4].(uint64), Times: call.Args[5].(uint64), Value: value,
	})
	if err != nil {
		return nil, err
	}
	if err := keep(call, funds); err != nil {
		return nil, err
	}
	price, err := number(b.GasPrice)
	if err != nil {
		return nil, err
	}
	err = call.Log("Booked", erc3525.Number(b.Id), call.Caller, party(b.Target), b.Gas, price, value.Big(), b.Due, b.Every, b.Times)
	return []any{erc3525.Number(b.Id)}, err
}

func (c contract) extendBooking(call *runner.Call) ([]any, error) {
	times := call.Args[1].(uint64)
	b, cost, err := c.Extend(call.Context, id[uint64](call, 0), times)
	if err != nil {
		return nil, err
	}
	if err := keep(call, cost); err != nil {
		return nil, err
	}
	return nil, call.Log("Extended", erc3525.Number(b.Id), call.Caller, times)
}

func (c contract) cancelBooking(call *runner.Call) ([]any, error) {
	b, refund, err := c.Cancel(call.Context, call.Caller, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	call.Transfer(Address, call.Caller, coins(refund))
	return []any{refund.Big()}, call.Log("Cancelled", erc3525.Number(b.Id), call.Caller, refund.Big())
}

func (c contract) getBooking(call *runner.Call) ([]any, error) {
	b, err := c.Booking(call.Context, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	out := solidity.JobBooking{
		Owner: party(b.Owner), Target: party(b.Target), Data: b.Data, Gas: b.Gas, Every: b.Every, Times: b.Times, Due: b.Due, Runs: b.Runs,
	}
	if out.GasPrice, err = number(b.GasPrice); err != nil {
		return nil, err
	}
	if out.Value, err = number(b.Value); err != nil {
		return nil, err
	}
	out.Funds, err = number(b.Funds)
	return []any{out}, err
}

func (c contract) bookingCount(call *runner.Call) ([]any, error) {
	n, err := c.BookedCount(call.Context)
	return []any{erc3525.Number(n)}, err
}

func (c contract) running(call *runner.Call) ([]any, error) {
	b, err := c.Running(call.Context)
	return []any{erc3525.Number(b.Id), common.HexToAddress(b.Owner)}, err
}

func (c contract) gasPrice(call *runner.Call) ([]any, error) {
	price, err := c.GasPrice(call.Context)
	return []any{price.Big()}, err
}
