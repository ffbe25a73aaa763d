package contribution

import (
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/types"
)

func (c contract) setTerms(call *runner.Call) ([]any, error) {
	in := *abi.ConvertType(call.Args[1], new(solidity.ContributionTerms)).(*solidity.ContributionTerms)
	deposit, err := weal.AmountFromBig(in.Deposit)
	if err != nil {
		return nil, types.ErrContribution.Wrapf("deposit: %s", err)
	}
	t := types.ContributionTerms{
		Asset: id[uint64](call, 0), Admission: uint32(in.Admission), Pot: uint64(share(in.Pot)),
		UnitsPerChunk: in.UnitsPerChunk, MaxChunks: in.MaxChunks, MaxChunksEach: in.MaxChunksEach,
		Part: uint32(in.Part), Split: uint32(in.Split), Deposit: deposit.String(),
	}
	if in.Steward != (common.Address{}) {
		t.Steward = in.Steward.Hex()
	}
	if err := c.SetTerms(call.Context, call.Caller, t); err != nil {
		return nil, err
	}
	return nil, logTerms(call, t, deposit)
}

func (c contract) close(call *runner.Call) ([]any, error) {
	t, err := c.Close(call.Context, call.Caller, id[weal.AssetID](call, 0))
	if err != nil {
		return nil, err
	}
	deposit, err := weal.ParseAmount(t.Deposit)
	if err != nil {
		return nil, err
	}
	return nil, logTerms(call, t, deposit)
}

func logTerms(call *runner.Call, t types.ContributionTerms, deposit weal.Amount) error {
	return call.Log("TermsSet", erc3525.Number(t.Asset), call.Caller, uint8(t.Admission), party(t.Steward), erc3525.Number(t.Pot),
		t.UnitsPerChunk, t.MaxChunks, t.MaxChunksEach, uint16(t.Part), uint8(t.Split), deposit.Big())
}

func (c contract) accept(call *runner.Call) ([]any, error) {
	grants, err := c.Accept(call.Context, call.Caller, ids(call, 0))
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if err := tellAccepted(call, g); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c contract) reject(call *runner.Call) ([]any, error) {
	spam := call.Args[1].(bool)
	all, err := c.Reject(call.Context, call.Caller, ids(call, 0), spam)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		pay(call, r.Refund)
		was := r.Contribution
		err := call.Log("Rejected", erc3525.Number(was.Id), erc3525.Number(was.Asset), party(was.Contributor), call.Caller, spam)
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c contract) distribute(call *runner.Call) ([]any, error) {
	limit, err := weal.AmountFromBig(call.Args[2].(*big.Int))
	if err != nil {
		return nil, err
	}
	named, numbers := ids(call, 3), call.Args[4].([]uint64)
	if len(named) != len(numbers) {
		return nil, types.ErrContribution.Wrapf("%d contributions and %d points", len(named), len(numbers))
	}
	points := make([]contribution.Points, len(named))
	for i := range named {
		points[i] = contribution.Points{Contribution: named[i], Points: numbers[i]}
	}
	denom, root := call.Args[1].(string), call.Args[5].([32]byte)
	d, err := c.Distribute(call.Context, call.Caller, id[weal.AssetID](call, 0), denom, limit, points, root)
	if err != nil {
		return nil, err
	}
	amounts := make([]*big.Int, len(d.Amounts))
	sum := new(big.Int)
	for i, a := range d.Amounts {
		amounts[i] = a.Big()
		sum.Add(sum, amounts[i])
	}
	err = call.Log("Distributed", erc3525.Number(d.Asset), common.Hash(root), call.Caller, denom, sum, call.Args[3], numbers, amounts)
	return []any{amounts}, err
}
