package contribution

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
)

func (c contract) contribute(call *runner.Call) ([]any, error) {
	sent, err := weal.AmountFromBig(call.Value.ToBig())
	if err != nil {
		return nil, err
	}
	content := contribution.Content{Root: call.Args[1].([32]byte), Chunks: call.Args[2].(uint64), URI: call.Args[3].(string)}
	made, grant, err := c.Contribute(call.Context, call.Caller, id[weal.AssetID](call, 0), content,
		call.Args[4].(uint64), share(call.Args[5].(*big.Int)), sent)
	if err != nil {
		return nil, err
	}
	err = call.Log("Contributed", erc3525.Number(made.Id), erc3525.Number(made.Asset), call.Caller,
		common.Hash(content.Root), content.Chunks, content.URI, made.Units, sent.Big())
	if err != nil {
		return nil, err
	}
	if grant != nil {
		if err := tellAccepted(call, *grant); err != nil {
			return nil, err
		}
	}
	return []any{erc3525.Number(made.Id), made.Units}, nil
}

// tellAccepted says that a contribution was accepted: of its units, in the logs of
// the contract of assets, in whose name the contributor is asked.
func tellAccepted(call *runner.Call, g contribution.Grant) error {
	pay(call, g.Refund)
	made := g.Contribution
	if made.Units > 0 {
		if err := tellGranted(call, g); err != nil {
			return err
		}
	}
	return call.Log("Accepted", erc3525.Number(made.Id), erc3525.Number(made.Asset), g.Contributor,
		call.Caller, made.Units, erc3525.Number(made.Share))
}

func tellGranted(call *runner.Call, g contribution.Grant) error {
	from, to := keeper.TokenID(g.Pot), keeper.TokenID(weal.ShareID(g.Contribution.Share))
	units := erc3525.Number(g.Contribution.Units)
	if g.Spent.Used {
		if err := call.Emit(asset.Address, solidity.Assets.ABI, "ApprovalValue", from, Address, g.Spent.Left); err != nil {
			return err
		}
	}
	if g.Made {
		one := token.Token{ID: to, Slot: keeper.Slot(weal.AssetID(g.Contribution.Asset)), Owner: g.Contributor}
		if err := erc3525.LogMint(call, asset.Address, one, uint256.Int{}); err != nil {
			return err
		}
	}
	call.AfterAs(asset.Address, erc3525.AskERC3525(Address, g.Contributor, from, to, units))
	return erc3525.LogMoved(call, asset.Address, from, to, units)
}

func (c contract) withdraw(call *runner.Call) ([]any, error) {
	was, owed, err := c.Withdraw(call.Context, call.Caller, id[uint64](call, 0))
	if err != nil {
		return nil, err
	}
	pay(call, owed)
	return nil, call.Log("Withdrawn", erc3525.Number(was.Id), erc3525.Number(was.Asset), call.Caller)
}

func (c contract) claim(call *runner.Call) ([]any, error) {
	payments, err := c.Claim(call.Context, call.Caller, ids(call, 0))
	if err != nil {
		return nil, err
	}
	for _, p := range payments {
		err := call.Log("Claimed", erc3525.Number(p.Contribution), erc3525.Number(p.Asset), p.To, p.Denom, p.Amount.Big())
		if err != nil {
			return nil, err
		}
		if p.Denom == weal.BaseDenom {
			call.Received(p.To, coins(p.Amount))
		}
	}
	return nil, nil
}
