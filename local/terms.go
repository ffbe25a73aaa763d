package local

import (
	"context"
	"slices"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// Controller returns the sender that may act for an asset: the account called
// from, or the home's account that controls it.
func (c *Client) Controller(ctx context.Context, id types.AssetID, from string) (*ledger.Sender, types.Asset, error) {
	a, err := c.Ledger.AssetNow(ctx, id)
	if err != nil {
		return nil, a, err
	}
	s, err := c.Signer(from, a.Controller, "controls the asset")
	return s, a, err
}

// SetTerms makes a new version of an asset that differs only in what change
// changes: prices and licence. It returns the version.
func (c *Client) SetTerms(ctx context.Context, id types.AssetID, from string, change func(*types.Asset) error) (uint32, error) {
	unlock, err := c.Home.AwaitLock(ctx, home.AssetsLock)
	if err != nil {
		return 0, err
	}
	defer unlock()
	s, a, err := c.Controller(ctx, id, from)
	if err != nil {
		return 0, err
	}
	a.Prices = slices.Clone(a.Prices) // the ledger remembers what it has told
	if err := change(&a); err != nil {
		return 0, err
	}
	return s.Update(ctx, ledger.Update{
		Asset: id, Manifest: a.Manifest, ManifestURI: a.ManifestURI, Root: a.Root, Prices: a.Prices, Licence: &a.Licence,
	})
}

// CouncilOf returns the address of an asset's own account, which its council acts
// as.
func CouncilOf(id types.AssetID) string {
	account := types.AssetAccount(id)
	return ledger.Hex(account)
}
