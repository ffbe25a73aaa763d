package vault

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// fresh is how old the chain's word on the asset may be.
const fresh = time.Second

// Codes of errors that are the vault's own; others are those of package earn.
const (
	CodeEmpty        = "empty_vault"    // 503: there are no documents
	CodeNotPublished = "root_unknown"   // 503: the chain's root is not one of the vault's
	CodeNoAsset      = "not_registered" // 503
	CodeChainDown    = "chain_unreachable"
	CodeBudget       = "extraction_budget" // 429: see Config.Budget
	CodeProbes       = "probe_budget"      // 429: see Config.Probes
	CodeBadOffer     = "unknown_offer"     // 402: not this vault's offer, or for another lane
	CodeExpired      = "offer_expired"     // 402
	CodeRemoved      = "removed"           // 402: its owner has removed a document of the offer
	CodeBadKey       = "bad_key"           // 400: nothing can be sealed to the key
	CodeWrongItems   = "wrong_items"       // 402: the ids are not those of the order or the offer
)

var errEmpty = wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeEmpty,
	"this vault has no documents; its owner adds some with: weal vault add PATH")

// knownAsset is what the chain said of the asset.
type knownAsset struct {
	asset types.Asset
	at    time.Time
}

// asset returns the asset as the chain knows it now, or did a second ago.
func (v *Vault) asset(ctx context.Context) (types.Asset, error) {
	id := v.book.Asset()
	if id == 0 {
		return types.Asset{}, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeNoAsset,
			"this vault has no asset on the chain yet; its owner registers it first")
	}
	v.mu.Lock()
	known := v.known
	v.mu.Unlock()
	now := v.cfg.Now()
	if known.asset.ID == id && !now.Before(known.at) && now.Sub(known.at) < fresh {
		return known.asset, nil
	}
	a, err := v.cfg.Chain.Asset(ctx, id)
	if err != nil {
		return types.Asset{}, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeChainDown,
			"the chain cannot be asked for asset %d: %v; retry in a few seconds", id, err)
	}
	v.mu.Lock()
	v.known = knownAsset{a, now}
	v.mu.Unlock()
	return a, nil
}

// served returns the asset and the generation whose root the chain knows.
func (v *Vault) served(ctx context.Context) (types.Asset, *library.Generation, error) {
	a, err := v.asset(ctx)
	if err != nil {
		return a, nil, err
	}
	if v.Root().IsZero() {
		return a, nil, errEmpty
	}
	g, err := v.library.ByRoot(ctx, a.Root)
	switch {
	case errors.Is(err, library.ErrNoGeneration):
		return a, nil, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeNotPublished,
			"version %d of asset %d on the chain has root %s, which is none of this vault's; its owner publishes the vault's root %s with: weal vault add PATH",
			a.Version, a.ID, a.Root, v.Root())
	case err != nil:
		return a, nil, err
	case g.Len() == 0:
		return a, nil, errEmpty
	}
	return a, g, nil
}
