package council

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func (c contract) propose(call *runner.Call) ([]any, error) {
	asset := id[weal.AssetID](call, 0)
	p := types.Proposal{Calls: callsArg(call, 1), Title: call.Args[2].(string), Uri: call.Args[3].(string)}
	n, err := c.Propose(call.Context, call.Caller, asset, p, shares(call, 4))
	if err != nil {
		return nil, err
	}
	err = call.Log("Proposed", erc3525.Number(n), erc3525.Number(asset), call.Caller, callsOut(p.Calls), p.Title, p.Uri)
	return []any{erc3525.Number(n)}, err
}

func (c contract) vote(call *runner.Call) ([]any, error) {
	n, choice := id[uint64](call, 0), call.Args[1].(uint8)
	power, err := c.Vote(call.Context, call.Caller, n, choice, shares(call, 2))
	if err != nil {
		return nil, err
	}
	return []any{erc3525.Number(power)}, call.Log("Voted", erc3525.Number(n), call.Caller, choice, erc3525.Number(power), call.Args[2])
}

func (c contract) delegate(call *runner.Call) ([]any, error) {
	asset, to := id[weal.AssetID](call, 0), call.Address(1)
	if err := c.Delegate(call.Context, call.Caller, asset, to); err != nil {
		return nil, err
	}
	return nil, call.Log("Delegated", erc3525.Number(asset), call.Caller, to)
}

func (c contract) cancel(call *runner.Call) ([]any, error) {
	n := id[uint64](call, 0)
	if err := c.Cancel(call.Context, call.Caller, n); err != nil {
		return nil, err
	}
	return nil, call.Log("Canceled", erc3525.Number(n), call.Caller)
}

func (c contract) setRules(call *runner.Call) ([]any, error) {
	asset, r := id[weal.AssetID](call, 0), rulesArg(call, 1)
	if err := c.SetRules(call.Context, call.Caller, asset, r); err != nil {
		return nil, err
	}
	return nil, call.Log("RulesChanged", erc3525.Number(asset), solidity.CouncilRules(r))
}

func (c contract) execute(call *runner.Call) ([]any, error) {
	n := id[uint64](call, 0)
	p, err := c.Execute(call.Context, n)
	if err != nil {
		return nil, err
	}
	account := weal.AssetAccount(weal.AssetID(p.Asset))
	call.AfterAs(account, func(o *runner.Outside) error {
		for i, next := range callsOut(p.Calls) {
			if err := act(o, i, next); err != nil {
				return err
			}
		}
		return nil
	})
	return nil, call.Log("Executed", erc3525.Number(n), call.Caller)
}

// act makes one call. What it reverts with is passed on; what fails without
// saying why gets a reason.
func act(o *runner.Outside, i int, c solidity.CouncilCall) error {
	out, err := o.CallWith(c.To, uint256.MustFromBig(c.Value), c.Data)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, vm.ErrExecutionReverted) && len(out) > 0:
		return runner.Revert{Data: out}
	}
	return fmt.Errorf("call %d to %s failed: %s", i, c.To, err.Error()) // not wrapped: out of gas in there is not out of gas here
}
