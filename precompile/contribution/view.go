package contribution

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func (c contract) termsOf(call *runner.Call) ([]any, error) {
	t, err := c.TermsOf(call.Context, id[weal.AssetID](call, 0))
	if err != nil {
		return nil, err
	}
	deposit, err := weal.ParseAmount(t.Deposit)
	return []any{solidity.ContributionTerms{
		Admission: uint8(t.Admission), Steward: party(t.Steward), Pot: big64(t.Pot), UnitsPerChunk: t.UnitsPerChunk,
		MaxChunks: t.MaxChunks, MaxChunksEach: t.MaxChunksEach, Part: uint16(t.Part), Split: uint8(t.Split), Deposit: deposit.Big(),
	}}, err
}

func (c contract) potOf(call *runner.Call) ([]any, error) {
	t, err := c.TermsOf(call.Context, id[weal.AssetID](call, 0))
	if err != nil {
		return nil, err
	}
	return erc3525.One(c.PotUnits(call.Context, t))
}

func (c contract) getContribution(call *runner.Call) ([]any, error) {
	made, err := c.Get(call.Context, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	deposit, err := weal.ParseAmount(made.Deposit)
	return []any{solidity.Contribution{
		Asset: big64(made.Asset), Contributor: party(made.Contributor), Root: common.BytesToHash(made.Root), Chunks: made.Chunks,
		Uri: made.Uri, Accepted: made.State == types.ContributionAccepted, Units: made.Units, Share: big64(made.Share), Deposit: deposit.Big(),
	}}, err
}

func (c contract) claimable(call *runner.Call) ([]any, error) {
	owed, err := c.Claimable(call.Context, id[uint64](call, 0), call.Args[1].(string))
	if err != nil {
		return nil, err
	}
	return []any{owed.Big()}, nil
}

func (c contract) waiting(call *runner.Call) ([]any, error) {
	waits, _, err := c.ContributorsOf(call.Context, id[weal.AssetID](call, 0), call.Args[1].(string))
	if err != nil {
		return nil, err
	}
	return []any{waits.Big()}, nil
}

// big64 makes a number that a struct has a uint256.
func big64(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
