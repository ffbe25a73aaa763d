package asset

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// What wallets and explorers show of the contract.
const (
	contractName   = "Weal Shares"
	contractSymbol = "SHARE"
)

// The identifiers of ERC-165: the selectors of an interface's functions, xored.
var interfaces = map[[4]byte]bool{
	{0x01, 0xff, 0xc9, 0xa7}: true, // ERC-165
	{0x80, 0xac, 0x58, 0xcd}: true, // ERC-721
	{0x5b, 0x5e, 0x13, 0x9f}: true, // ERC-721 metadata
	{0x78, 0x0e, 0x9d, 0x63}: true, // ERC-721 enumeration
	{0xd5, 0x35, 0x81, 0x40}: true, // ERC-3525
	{0xe1, 0x60, 0x09, 0x02}: true, // ERC-3525 metadata
}

// metadata lists the functions that describe the contract and what is in it.
func (c contract) metadata() []runner.Function {
	return []runner.Function{
		view("name()", func(*runner.Call) ([]any, error) { return []any{contractName}, nil }),
		view("symbol()", func(*runner.Call) ([]any, error) { return []any{contractSymbol}, nil }),
		view("contractURI()", contractURI),
		view("slotURI(uint256)", c.slotURI),
		view("tokenURI(uint256)", c.tokenURI),
		view("supportsInterface(bytes4)", func(call *runner.Call) ([]any, error) {
			return []any{interfaces[call.Args[0].([4]byte)]}, nil
		}),
	}
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

// dataURI returns a description as a URI that holds it.
func dataURI(d description) ([]any, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("describe %s: %w", d.Name, err)
	}
	return []any{"data:application/json;base64," + base64.StdEncoding.EncodeToString(b)}, nil
}

func contractURI(*runner.Call) ([]any, error) {
	return dataURI(description{
		Name:        contractName,
		Description: "Shares of the assets that answers are made of. A share's value is the part of its asset's revenue that it owns.",
		Decimals:    new(int),
	})
}

func (c contract) slotURI(call *runner.Call) ([]any, error) {
	n := numberArg(call, 0)
	if !n.IsUint64() {
		return nil, types.ErrAssetNotFound
	}
	a, err := c.GetAsset(call.Context, weal.AssetID(n.Uint64()))
	if err != nil {
		return nil, err
	}
	return dataURI(describe(a, fmt.Sprintf("Asset %d", a.Id)))
}

func (c contract) tokenURI(call *runner.Call) ([]any, error) {
	s, err := c.share721(call, 0)
	if err != nil {
		return nil, err
	}
	a, err := c.GetAsset(call.Context, s.Asset)
	if err != nil {
		return nil, err
	}
	d := describe(a, fmt.Sprintf("Share %d of asset %d", s.ID, s.Asset))
	d.Slot, d.Balance = strconv.FormatUint(a.Id, 10), strconv.FormatUint(s.Value, 10)
	return dataURI(d)
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
