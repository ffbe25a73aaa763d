package asset

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/asset/solidity"
	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
)

// Address is where the contract is.
var Address = common.HexToAddress(weal.AssetContract)

// contract is the keeper as the contract's functions use it.
type contract struct{ keeper.Keeper }

// New returns the contract, to be registered with the EVM at Address.
func New(k keeper.Keeper) *runner.Runner {
	c := contract{k}
	var all []runner.Function
	for _, part := range [][]runner.Function{c.erc721(), c.erc3525(), c.metadata(), c.assets()} {
		all = append(all, part...)
	}
	return runner.New("asset", Address, solidity.ABI, all...)
}

// view makes a function that changes nothing.
func view(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
	return runner.Function{Signature: signature, Run: run}
}

// write makes a function that changes state.
func write(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
	return runner.Function{Signature: signature, Writes: true, Run: run}
}
