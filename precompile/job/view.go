package job

import (
	"math/big"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

func (c contract) quote(call *runner.Call) ([]any, error) {
	price, gasPay, err := c.Quote(call.Context, id[weal.AssetID](call, 0), call.Args[1].(uint64))
	if err != nil {
		return nil, err
	}
	return []any{price.Big(), gasPay.Big()}, nil
}

func (c contract) getRequest(call *runner.Call) ([]any, error) {
	r, err := c.Request(call.Context, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	out := solidity.JobRequest{
		Asset: new(big.Int).SetUint64(r.Asset), Requester: party(r.Requester), Input: content(r.Input),
		Policy: uint8(r.Policy), Version: r.Version, Callback: party(r.Callback), Gas: r.Gas,
		Height: unsigned(r.Height), ExpiresHeight: unsigned(r.ExpiresHeight), Expires: unsigned(r.Expires),
		State: uint8(r.State), CallbackState: uint8(r.CallbackState), Tries: r.Tries, Operator: party(r.Operator),
	}
	if out.Price, err = number(r.Price); err != nil {
		return nil, err
	}
	if out.GasPay, err = number(r.GasPay); err != nil {
		return nil, err
	}
	out.Order, err = r.Order(pay.ChainHash(call.Context.ChainID()))
	return []any{out}, err
}

func (c contract) answerOf(call *runner.Call) ([]any, error) {
	r, err := c.Request(call.Context, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	if r.State != types.REQUEST_STATE_ANSWERED {
		return nil, types.ErrState.Wrapf("request %d has no answer", r.Id)
	}
	return []any{content(r.Answer), r.Evidence}, nil
}

func (c contract) getOperator(call *runner.Call) ([]any, error) {
	o, err := c.Operator(call.Context, id[weal.AssetID](call, 0), call.Address(1))
	if err != nil {
		return nil, err
	}
	bond, err := number(o.Bond)
	return []any{solidity.JobOperator{
		Authorised: o.Authorised, BasisPoints: o.BasisPoints, Bond: bond, Unbonding: o.Unbonding,
		UntilHeight: unsigned(o.UntilHeight), Until: unsigned(o.Until),
	}}, err
}

func (c contract) requestCount(call *runner.Call) ([]any, error) {
	n, err := c.Asked(call.Context)
	return []any{erc3525.Number(n)}, err
}

// content is the inverse of types.NewContent.
func content(c types.Content) solidity.JobContent {
	out := solidity.JobContent{Data: c.Data, Uri: c.Uri, Apart: c.Apart}
	copy(out.Hash[:], c.Hash)
	return out
}
