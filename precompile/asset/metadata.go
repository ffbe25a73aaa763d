package asset

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// What wallets and explorers show of the contract.
const (
	contractName   = "Weal Shares"
	contractSymbol = "SHARE"
)

// metadata lists the functions that describe the contract and what is in it.
func (c contract) metadata() []runner.Function {
	return []runner.Function{
		erc3525.View("name()", func(*runner.Call) ([]any, error) { return []any{contractName}, nil }),
		erc3525.View("symbol()", func(*runner.Call) ([]any, error) { return []any{contractSymbol}, nil }),
		erc3525.View("valueDecimals()", func(*runner.Call) ([]any, error) { return []any{uint8(0)}, nil }),
		erc3525.View("contractURI()", contractURI),
		erc3525.View("slotURI(uint256)", c.slotURI),
		erc3525.View("tokenURI(uint256)", c.tokenURI),
		erc3525.View("supportsInterface(bytes4)", supportsInterface),
	}
}

func supportsInterface(call *runner.Call) ([]any, error) {
	id := call.Args[0].([4]byte)
	return []any{erc3525.Supports(id) || id == erc3525.SlotApprovable || id == erc2981}, nil
}

// description is the metadata of ERC-721 and ERC-3525, in their field names.
type description struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	// Decimals is of a contract, Slot and Balance of a token.
	Decimals    *int   `json:"valueDecimals,omitempty"`
	Slot        string `json:"slot,omitempty"`
	Balance     string `json:"balance,omitempty"`
	Units       string `json:"units,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Manifest    string `json:"manifest_sha256,omitempty"`
	ManifestURI string `json:"manifest_uri,omitempty"`
}

func contractURI(*runner.Call) ([]any, error) {
	return erc3525.DataURI(description{
		Name:        contractName,
		Description: "Shares of the assets that answers are made of. A share's value is the part of its asset's revenue that it owns.",
		Decimals:    new(int),
	})
}

func (c contract) slotURI(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	return erc3525.DataURI(describe(a, fmt.Sprintf("Asset %d", a.Id)))
}

func (c contract) tokenURI(call *runner.Call) ([]any, error) {
	s, err := c.GetShare(call.Context, shareID(numberArg(call, 0)))
	if errors.Is(err, types.ErrShareNotFound) {
		err = types.Err721Token
	}
	if err != nil {
		return nil, err
	}
	a, err := c.GetAsset(call.Context, s.Asset)
	if err != nil {
		return nil, err
	}
	d := describe(a, fmt.Sprintf("Share %d of asset %d", s.ID, s.Asset))
	d.Slot, d.Balance = strconv.FormatUint(a.Id, 10), strconv.FormatUint(s.Value, 10)
	return erc3525.DataURI(d)
}

// describe says what an asset is.
func describe(a types.Asset, name string) description {
	kind := weal.Kind(a.Kind).String()
	return description{
		Name: name, Description: fmt.Sprintf("A %s of %d units in all.", kind, a.Units),
		Units: strconv.FormatUint(a.Units, 10), Kind: kind,
		Manifest: hex.EncodeToString(a.Manifest), ManifestURI: a.ManifestUri,
	}
}
