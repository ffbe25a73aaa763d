package collection

import (
	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Address is where collections are opened.
var Address = common.HexToAddress(weal.CollectionsContract)

// contract is the book as the functions use it.
type contract struct{ token.Book }

// New returns the contract, to be registered with the EVM at Address.
func New(book token.Book) *runner.Runner {
	c := contract{book}
	return runner.New("collections", Address, solidity.Collections.ABI, c.factory()...).
		Behind(c.number, solidity.Collection.ABI, c.collection()...)
}

// number returns the number of the collection at an address. It is at least 1,
// so that no front is taken for token.Shares.
func (c contract) number(ctx sdk.Context, at common.Address) (uint64, error) {
	return c.NumberAt(ctx, at)
}

// collection lists the functions of a collection.
func (c contract) collection() []runner.Function {
	all := erc3525.Standard{Book: c.Book}.Functions()
	for i, f := range all {
		if slotFunctions[f.Signature] {
			all[i].Run = c.ifSlotApprovable(f.Run)
		}
	}
	return append(append(all, c.supply()...), c.metadata()...)
}

// slotFunctions are those of ERC-3525's operators for slots.
var slotFunctions = map[string]bool{
	"setApprovalForSlot(address,uint256,address,bool)": true,
	"isApprovedForSlot(address,uint256,address)":       true,
}

// ifSlotApprovable makes a function unknown to collections that were opened
// without operators for slots.
func (c contract) ifSlotApprovable(run func(*runner.Call) ([]any, error)) func(*runner.Call) ([]any, error) {
	return func(call *runner.Call) ([]any, error) {
		row, err := c.row(call)
		if err != nil {
			return nil, err
		}
		if !row.SlotApprovable {
			return nil, call.Unknown()
		}
		return run(call)
	}
}

// row returns the collection that a call is for.
func (c contract) row(call *runner.Call) (types.Collection, error) {
	return c.Collection(call.Context, call.Front)
}
