package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// beginRelease brings every vault its leaf, all at once. What it returns waits for
// what was released, as check finds it right, by vault of the quote, nil where nothing
// was, and the first failure.
func beginRelease[R any](ctx context.Context, g *Gateway, d *deal, check func(wire.Offer, R) error) func() ([]*R, error) {
	out := make([]*R, len(d.Quote.Vaults))
	errs := make([]error, len(out))
	var wg sync.WaitGroup
	for i, offer := range d.Quote.Vaults {
		wg.Go(func() {
			var ask any = wire.ReleaseRequest{Offer: offer.ID, IDs: ids(offer), Seal: d.Seal, Voucher: d.voucher, Paid: d.leaves[offer.Asset]}
			if g.cfg.Unpaid {
				ask = map[string]any{"offer": offer.ID, "ids": ids(offer)}
			}
			var r R
			err := g.peers.call(ctx, offer.Asset, wire.PathRelease, ask, &r, d.trace)
			if err == nil {
				err = check(offer, r)
			}
			if err != nil {
				g.cfg.Log.Warn("vault released nothing", "asset", uint64(offer.Asset), "err", err)
				errs[i] = vaultFailed(offer.Asset, err)
				return
			}
			out[i] = &r
		})
	}
	return func() ([]*R, error) {
		wg.Wait()
		return out, firstOf(errs)
	}
}

func firstOf(errs []error) error {
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}

// vaultFailed names the vault. A refusal keeps its code and status, by which the
// payer knows what to do.
func vaultFailed(asset types.AssetID, err error) error {
	var e *wire.Error
	if errors.As(err, &e) {
		out := *e
		out.Message = fmt.Sprintf("vault %d released nothing: %s; the same payment can be sent again", asset, e.Message)
		return &out
	}
	return wire.NewError(http.StatusBadGateway, wire.TypeUpstream, "vault_failed",
		"vault %d released nothing: %v; the same payment can be sent again", asset, err)
}

// checkRelease compares what came with what was bought: an app does not build on
// passages that its payer will not accept.
func checkRelease(offer wire.Offer, r wire.Release) error {
	if r.Asset != offer.Asset || r.Version != offer.Version || r.Root != offer.Root {
		return errors.New("it released for another asset, version or root than it offered")
	}
	for _, item := range offer.Items {
		p, ok := passage(r, item.ID)
		if !ok {
			return fmt.Errorf("passage %s is missing", item.ID)
		}
		chunk := p.Chunk().Hash()
		if pay.SaltedID(r.Salt, chunk) != item.ID {
			return fmt.Errorf("passage %s is not the one that was offered", item.ID)
		}
		if err := p.Proof.Verify(chunk, r.Root); err != nil {
			return fmt.Errorf("passage %s: %w", item.ID, err)
		}
	}
	return nil
}

func passage(r wire.Release, id types.Hash) (wire.Passage, bool) {
	i := slices.IndexFunc(r.Passages, func(p wire.Passage) bool { return p.ID == id })
	if i < 0 {
		return wire.Passage{}, false
	}
	return r.Passages[i], true
}

// citations numbers what was released, best first. What is missing leaves its
// number out, so that numbers are the same in every retry.
func (d *deal) citations(releases []*wire.Release) []wire.Citation {
	var out []wire.Citation
	for n, k := range d.Picks {
		r := releases[k.Vault]
		if r == nil {
			continue
		}
		if p, ok := passage(*r, d.Quote.Vaults[k.Vault].Items[k.Item].ID); ok {
			out = append(out, wire.Citation{N: n + 1, Asset: r.Asset, Version: r.Version, Passage: p, Salt: r.Salt, Root: r.Root})
		}
	}
	return out
}
