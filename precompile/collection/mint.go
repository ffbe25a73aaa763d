package collection

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// supply lists the functions that make and destroy tokens and value.
func (c contract) supply() []runner.Function {
	return []runner.Function{
		erc3525.View("owner()", c.owner),
		erc3525.Write("mint(address,uint256,uint256,uint256)", c.mint),
		erc3525.Write("mintValue(uint256,uint256)", c.mintValue),
		erc3525.Write("burn(uint256)", c.burn),
	}
}

func (c contract) owner(call *runner.Call) ([]any, error) {
	row, err := c.row(call)
	return erc3525.One(common.HexToAddress(row.Maker), err)
}

// maker returns types.ErrMinter unless the caller opened the collection.
func (c contract) maker(call *runner.Call) error {
	row, err := c.row(call)
	if err == nil && common.HexToAddress(row.Maker) != call.Caller {
		err = types.ErrMinter
	}
	return err
}

func (c contract) mint(call *runner.Call) ([]any, error) {
	if err := c.maker(call); err != nil {
		return nil, err
	}
	made := token.Token{Owner: call.Address(0), ID: call.Number(1), Slot: call.Number(2), Value: call.Number(3)}
	if err := c.Mint(call.Context, call.Front, made.Owner, made.ID, made.Slot, made.Value); err != nil {
		return nil, err
	}
	return nil, erc3525.LogMint(call, call.Self, made, made.Value)
}

func (c contract) mintValue(call *runner.Call) ([]any, error) {
	if err := c.maker(call); err != nil {
		return nil, err
	}
	id, value := call.Number(0), call.Number(1)
	if err := c.MintValue(call.Context, call.Front, id, value); err != nil {
		return nil, err
	}
	return nil, erc3525.LogMoved(call, call.Self, uint256.Int{}, id, value)
}

func (c contract) burn(call *runner.Call) ([]any, error) {
	burned, err := c.Burn(call.Context, call.Front, call.Caller, call.Number(0))
	if err != nil {
		return nil, err
	}
	return nil, erc3525.LogBurn(call, call.Self, burned)
}
