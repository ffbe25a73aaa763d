package council

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
)

func (c contract) proposal(call *runner.Call) ([]any, error) {
	n := id[uint64](call, 0)
	p, err := c.GetProposal(call.Context, n)
	if err != nil {
		return nil, err
	}
	b, err := c.GetBallot(call.Context, n)
	if err != nil {
		return nil, err
	}
	wide := func(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
	return []any{solidity.CouncilProposal{
		Asset: wide(p.Asset), Proposer: common.HexToAddress(p.Proposer), State: uint8(b.State),
		Rules: solidity.CouncilRules(b.Rules), Title: p.Title, Uri: p.Uri, Calls: callsOut(p.Calls),
		Height: uint64(p.Height), StartHeight: uint64(b.StartHeight), StartTime: uint64(b.StartTime),
		EndHeight: uint64(b.EndHeight), EndTime: uint64(b.EndTime),
		Circulating: wide(b.Circulating), Yes: wide(b.Yes), No: wide(b.No), Abstain: wide(b.Abstain),
	}}, nil
}

func (c contract) state(call *runner.Call) ([]any, error) {
	b, err := c.GetBallot(call.Context, id[uint64](call, 0))
	return []any{uint8(b.State)}, err
}

func (c contract) proposalCount(call *runner.Call) ([]any, error) {
	n, err := c.Count(call.Context)
	return []any{erc3525.Number(n)}, err
}

func (c contract) powerOf(call *runner.Call) ([]any, error) {
	owner, units, err := c.Power(call.Context, id[uint64](call, 0), id[weal.ShareID](call, 1))
	return []any{owner, erc3525.Number(units)}, err
}

func (c contract) voteOf(call *runner.Call) ([]any, error) {
	choice, delegated, err := c.Said(call.Context, id[uint64](call, 0), id[weal.ShareID](call, 1))
	return []any{choice, delegated}, err
}

func (c contract) delegateOf(call *runner.Call) ([]any, error) {
	to, err := c.DelegateOf(call.Context, id[weal.AssetID](call, 0), call.Address(1))
	return []any{to}, err
}

func (c contract) rulesOf(call *runner.Call) ([]any, error) {
	r, err := c.RulesOf(call.Context, id[weal.AssetID](call, 0))
	return []any{solidity.CouncilRules(r)}, err
}

func (c contract) treasuryUnits(call *runner.Call) ([]any, error) {
	_, treasury, err := c.Units(call.Context, id[weal.AssetID](call, 0))
	return []any{erc3525.Number(treasury)}, err
}

func (c contract) votingUnits(call *runner.Call) ([]any, error) {
	circulating, _, err := c.Units(call.Context, id[weal.AssetID](call, 0))
	return []any{erc3525.Number(circulating)}, err
}
