package collection

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/types"
)

// Code is what is at the address of every collection.
var Code = runner.FrontCode(Address)

// creation is the code that puts Code at a new address.
var creation = program.New().ReturnViaCodeCopy(Code).Bytes()

// factory lists the functions of the contract itself.
func (c contract) factory() []runner.Function {
	return []runner.Function{
		erc3525.Write("create(string,string,uint8,bool)", c.create),
		erc3525.View("collectionCount()", c.count),
		erc3525.View("collectionByIndex(uint256)", c.byIndex),
		erc3525.View("isCollection(address)", c.is),
	}
}

func (c contract) create(call *runner.Call) ([]any, error) {
	at := call.Creates()
	row := types.Collection{
		Maker: call.Caller.Hex(), Name: call.Args[0].(string), Symbol: call.Args[1].(string),
		Decimals: uint32(call.Args[2].(uint8)), SlotApprovable: call.Args[3].(bool),
	}
	if _, err := c.Open(call.Context, at, row); err != nil {
		return nil, err
	}
	call.After(func(o *runner.Outside) error {
		made, out, err := o.Create(creation)
		switch {
		case errors.Is(err, vm.ErrExecutionReverted):
			return runner.Revert{Data: out}
		case err != nil:
			return fmt.Errorf("create collection: %w", err)
		case made != at:
			return types.ErrCollection.Wrapf("its contract is at %s, not at %s", made, at)
		}
		return nil
	})
	err := call.Log("CollectionCreated", at, call.Caller, row.Name, row.Symbol, uint8(row.Decimals), row.SlotApprovable)
	return []any{at}, err
}

func (c contract) count(call *runner.Call) ([]any, error) {
	n, err := c.Opened(call.Context)
	return erc3525.One(*uint256.NewInt(n), err)
}

func (c contract) byIndex(call *runner.Call) ([]any, error) {
	i := call.Number(0)
	n, err := c.Opened(call.Context)
	if err != nil {
		return nil, err
	}
	if !i.LtUint64(n) {
		return nil, types.ErrCollectionNotFound.Wrapf("index %s: there are %d", i.Dec(), n)
	}
	row, err := c.Collection(call.Context, i.Uint64()+1)
	return erc3525.One(common.HexToAddress(row.Address), err)
}

func (c contract) is(call *runner.Call) ([]any, error) {
	_, err := c.NumberAt(call.Context, call.Address(0))
	if errors.Is(err, types.ErrCollectionNotFound) {
		return []any{false}, nil
	}
	return erc3525.One(true, err)
}
