package collection

import (
	"fmt"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/types"
)

// metadata lists the functions that describe a collection and what is in it.
func (c contract) metadata() []runner.Function {
	return []runner.Function{
		erc3525.View("name()", c.of(func(row types.Collection) ([]any, error) { return []any{row.Name}, nil })),
		erc3525.View("symbol()", c.of(func(row types.Collection) ([]any, error) { return []any{row.Symbol}, nil })),
		erc3525.View("valueDecimals()", c.of(func(row types.Collection) ([]any, error) { return []any{uint8(row.Decimals)}, nil })),
		erc3525.View("contractURI()", c.of(contractURI)),
		erc3525.View("slotURI(uint256)", c.slotURI),
		erc3525.View("tokenURI(uint256)", c.tokenURI),
		erc3525.View("supportsInterface(bytes4)", c.supportsInterface),
	}
}

// of makes a view of what the registry has of a collection.
func (c contract) of(view func(types.Collection) ([]any, error)) func(*runner.Call) ([]any, error) {
	return func(call *runner.Call) ([]any, error) {
		row, err := c.row(call)
		if err != nil {
			return nil, err
		}
		return view(row)
	}
}

func (c contract) supportsInterface(call *runner.Call) ([]any, error) {
	id := call.Args[0].([4]byte)
	if id != erc3525.SlotApprovable {
		return []any{erc3525.Supports(id)}, nil
	}
	row, err := c.row(call)
	return erc3525.One(row.SlotApprovable, err)
}

// description is the metadata of ERC-721 and ERC-3525, in their field names.
type description struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Symbol      string `json:"symbol,omitempty"`
	// Decimals is of a contract, Slot and Balance of a token.
	Decimals *uint32 `json:"valueDecimals,omitempty"`
	Slot     string  `json:"slot,omitempty"`
	Balance  string  `json:"balance,omitempty"`
}

func contractURI(row types.Collection) ([]any, error) {
	return erc3525.DataURI(description{
		Name: row.Name, Symbol: row.Symbol, Decimals: &row.Decimals,
		Description: fmt.Sprintf("A collection that %s opened.", row.Maker),
	})
}

func (c contract) slotURI(call *runner.Call) ([]any, error) {
	row, err := c.row(call)
	if err != nil {
		return nil, err
	}
	slot := call.Number(0)
	return erc3525.DataURI(description{
		Name: fmt.Sprintf("%s, slot %s", row.Name, slot.Dec()), Description: "Value moves between the tokens of a slot.",
	})
}

func (c contract) tokenURI(call *runner.Call) ([]any, error) {
	t, err := erc3525.Standard{Book: c.Book}.Token(call, 0, types.Err721Token)
	if err != nil {
		return nil, err
	}
	row, err := c.row(call)
	if err != nil {
		return nil, err
	}
	return erc3525.DataURI(description{
		Name: fmt.Sprintf("%s #%s", row.Name, t.ID.Dec()), Slot: t.Slot.Dec(), Balance: t.Value.Dec(),
		Description: fmt.Sprintf("A token of %s, in slot %s.", row.Name, t.Slot.Dec()),
	})
}
