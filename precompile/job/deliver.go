package job

import (
	"math/big"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/x/job/keeper"
	"github.com/weal-network/weal/x/job/types"
)

func (c contract) deliver(call *runner.Call) ([]any, error) {
	return c.answer(call, keeper.Answer{Data: call.Args[1].([]byte), Evidence: call.Args[2].([]byte)})
}

func (c contract) deliverApart(call *runner.Call) ([]any, error) {
	hash := call.Args[1].([32]byte)
	if hash == [32]byte{} {
		return nil, types.ErrRequest.Wrap("answer: its hash is zero; deliver it by value")
	}
	return c.answer(call, keeper.Answer{Hash: hash[:], URI: call.Args[2].(string), Evidence: call.Args[3].([]byte)})
}

// answer pays the operator and says that the escrow was paid, and then makes the
// call-back.
func (c contract) answer(call *runner.Call, a keeper.Answer) ([]any, error) {
	d, err := c.Deliver(call.Context, call.Caller, id[uint64](call, 0), a)
	if err != nil {
		return nil, err
	}
	call.Spent(Address, coins(d.Credited))
	call.Transfer(Address, call.Caller, coins(d.Paid))
	err = call.Log("Answered", erc3525.Number(d.Request.Id), erc3525.Number(d.Request.Asset), call.Caller,
		[32]byte(d.Request.Answer.Hash), d.Paid.Big(), d.Credited.Big())
	if err != nil || d.Request.Callback == "" {
		return nil, err
	}
	return nil, tell(call, d.Request)
}

func (c contract) retry(call *runner.Call) ([]any, error) {
	r, err := c.Retry(call.Context, call.Caller, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	return nil, tell(call, r)
}

// tell makes a call-back when all else is done, and then calls this contract, which
// writes what became of it.
func tell(call *runner.Call, r types.Request) error {
	number := new(big.Int).SetUint64(r.Id)
	input, err := solidity.Answer.Pack(solidity.OnAnswerSignature, number, r.Answer.Data, r.Evidence)
	if err != nil {
		return err
	}
	call.After(func(o *runner.Outside) error {
		ok, err := o.CallLimited(party(r.Callback), r.Gas, input)
		if err != nil {
			return err
		}
		result, err := solidity.Jobs.Pack("called(uint256,bool)", number, ok)
		if err != nil {
			return err
		}
		_, err = o.Call(Address, result)
		return err
	})
	return nil
}

func (c contract) called(call *runner.Call) ([]any, error) {
	if call.Caller != Address {
		return nil, types.ErrCallback.Wrap("this function is the contract's own")
	}
	r, err := c.EndCallback(call.Context, id[uint64](call, 0), call.Args[1].(bool))
	if err != nil {
		return nil, err
	}
	return nil, call.Log("Called", erc3525.Number(r.Id), party(r.Callback), call.Args[1])
}
