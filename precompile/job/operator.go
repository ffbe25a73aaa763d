package job

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

func (c contract) authorise(call *runner.Call) ([]any, error) {
	asset, who, part := id[weal.AssetID](call, 0), call.Address(1), call.Args[2].(uint32)
	if err := c.Authorise(call.Context, call.Caller, asset, who, part); err != nil {
		return nil, err
	}
	return nil, call.Log("OperatorChanged", erc3525.Number(asset), who, true, part)
}

func (c contract) revoke(call *runner.Call) ([]any, error) {
	asset, who := id[weal.AssetID](call, 0), call.Address(1)
	if err := c.Revoke(call.Context, call.Caller, asset, who); err != nil {
		return nil, err
	}
	return nil, call.Log("OperatorChanged", erc3525.Number(asset), who, false, uint32(0))
}

func (c contract) bond(call *runner.Call) ([]any, error) {
	amount, err := weal.AmountFromBig(call.Value.ToBig())
	if err != nil {
		return nil, err
	}
	o, err := c.Bond(call.Context, call.Caller, id[weal.AssetID](call, 0), amount)
	if err != nil {
		return nil, err
	}
	return nil, tellBond(call, o)
}

func (c contract) unbond(call *runner.Call) ([]any, error) {
	o, err := c.Unbond(call.Context, call.Caller, id[weal.AssetID](call, 0))
	if err != nil {
		return nil, err
	}
	return nil, tellBond(call, o)
}

func (c contract) withdraw(call *runner.Call) ([]any, error) {
	asset := id[weal.AssetID](call, 0)
	paid, err := c.Withdraw(call.Context, call.Caller, asset)
	if err != nil {
		return nil, err
	}
	call.Transfer(Address, call.Caller, coins(paid))
	return []any{paid.Big()}, tellBond(call, types.Operator{Asset: uint64(asset), Operator: call.Caller.Hex(), Bond: "0"})
}

// tellBond logs an operator's bond.
func tellBond(call *runner.Call, o types.Operator) error {
	bond, err := number(o.Bond)
	if err != nil {
		return err
	}
	return call.Log("BondChanged", erc3525.Number(o.Asset), common.HexToAddress(o.Operator), bond, o.Unbonding)
}
