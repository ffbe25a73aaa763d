package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// offered is one vault's answer to a question.
type offered struct {
	asset types.AssetID
	offer wire.Offer
	err   error
}

// offers asks the vaults for a question at once, and waits for them no longer than the
// limit.
func (g *Gateway) offers(ctx context.Context, lane types.Lane, seq uint64, req *request, trace http.Header) []offered {
	ctx, cancel := context.WithTimeout(ctx, g.app.Limits.OfferTimeout)
	defer cancel()
	ask := wire.OfferRequest{
		Lane: lane.Ref, Seq: seq, Gateway: g.book.Asset(), Question: req.question, Limit: req.passages(g.app), Filter: req.filter(),
	}
	vaults := g.vaults(ctx, req.question, lane.Denom)
	all := make([]offered, len(vaults))
	var wg sync.WaitGroup
	for i, id := range vaults {
		wg.Go(func() {
			o := offered{asset: id}
			if o.err = g.peers.call(ctx, id, wire.PathOffers, ask, &o.offer, trace); o.err == nil {
				o.err = g.checkOffer(ctx, o.offer, id, lane.Denom)
			}
			g.noteOffer(o)
			all[i] = o
		})
	}
	wg.Wait()
	return all
}

// noteOffer leaves a vault out for a while that was chosen, and fails. Those that the
// app names are asked each time.
func (g *Gateway) noteOffer(o offered) {
	var refusal *wire.Error
	if o.err != nil && !errors.As(o.err, &refusal) && g.app.Seeks() && !slices.Contains(g.app.Vaults, o.asset) {
		g.measures.failed(o.asset)
	}
}

// checkOffer refuses offers that no purse would pay.
func (g *Gateway) checkOffer(ctx context.Context, o wire.Offer, id types.AssetID, denom string) error {
	switch {
	case o.Asset != id:
		return fmt.Errorf("vault %d offers as asset %d", id, o.Asset)
	case o.Denom != denom && len(o.Items) > 0:
		return fmt.Errorf("vault %d offers in %.40q, the lane is in %s", id, o.Denom, denom)
	case o.Expires <= g.cfg.Now().Unix() && len(o.Items) > 0:
		return fmt.Errorf("the offer of vault %d has expired already; one of the clocks is wrong", id)
	case len(o.Items) > maxPassages || len(o.ID) > 4096:
		return fmt.Errorf("vault %d offers %d passages, more than was asked for", id, len(o.Items))
	}
	a, err := g.known.Asset(ctx, id)
	if err != nil {
		return fmt.Errorf("the price list of vault %d cannot be looked up: %w", id, err)
	}
	seen := map[types.Hash]bool{}
	for _, item := range o.Items {
		if seen[item.ID] || item.Bytes > wire.MaxBody || item.Band > types.MaxBand || shows(item.Heading) > wire.MaxPreview || shows(item.Preview) > wire.MaxPreview {
			return fmt.Errorf("vault %d offers a passage twice, or one that cannot be", id)
		}
		seen[item.ID] = true
		// Of another version than is known here, the purse knows the prices.
		price, _ := a.PassagePrice(denom, item.Band)
		if amount, ok := price.Passage(int(item.Bytes)); a.Version == o.Version && (!ok || amount != item.Price) {
			return fmt.Errorf("vault %d asks %s for a passage of %d bytes and band %d, which costs %s by its price list",
				id, item.Price, item.Bytes, item.Band, amount)
		}
	}
	return nil
}

// shows counts the characters of a preview.
func shows(text string) int { return utf8.RuneCountInString(text) }

// withoutPreviews returns q with nothing shown of its passages, for where room is
// short.
func withoutPreviews(q wire.Quote) wire.Quote {
	q.Vaults = slices.Clone(q.Vaults)
	for i := range q.Vaults {
		items := slices.Clone(q.Vaults[i].Items)
		for k := range items {
			items[k].Heading, items[k].Preview = "", ""
		}
		q.Vaults[i].Items = items
	}
	return q
}

// failed says why there is no offer at all: what a vault refused the lane for if
// one did, since the payer can do something about that; otherwise that all are down.
func (g *Gateway) failed(all []offered) error {
	if len(all) == 0 {
		return nil
	}
	names := []any{}
	for _, o := range all {
		if o.err == nil {
			return nil
		}
		names = append(names, fmt.Sprintf("%d: %v", o.asset, o.err))
	}
	for _, o := range all {
		var e *wire.Error
		if errors.As(o.err, &e) && e.Status >= 400 && e.Status < 500 {
			return e
		}
	}
	for _, o := range all {
		g.cfg.Log.Warn("no vault made an offer", "asset", uint64(o.asset), "err", o.err)
	}
	return wire.NewError(http.StatusServiceUnavailable, wire.TypeUpstream, "vaults_down",
		"none of the app's vaults answered in time (%v); nothing was charged, try again", names)
}

// pick is one passage of a quote: item Item of its vault Vault.
type pick struct{ Vault, Item int }

// best picks the passages to buy, best first: by band, then by the vaults' own
// order. What would cost more than is left of the budget is left out. It returns the
// offers that are left, with only those items, in the order of all.
func best(all []offered, n int, budget types.Coin) (offers []wire.Offer, picks []pick) {
	offers = []wire.Offer{}
	var ranked []pick
	for i, o := range all {
		if o.err == nil {
			for j := range o.offer.Items {
				ranked = append(ranked, pick{i, j})
			}
		}
	}
	slices.SortStableFunc(ranked, func(a, b pick) int {
		x, y := all[a.Vault].offer.Items[a.Item], all[b.Vault].offer.Items[b.Item]
		return cmp.Or(cmp.Compare(y.Band, x.Band), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Vault, b.Vault))
	})
	if !budget.IsZero() {
		var spent types.Amount
		ranked = slices.DeleteFunc(ranked, func(p pick) bool {
			sum, ok := spent.Add(all[p.Vault].offer.Items[p.Item].Price)
			if over := !ok || sum.Cmp(budget.Amount) > 0; over || n == 0 {
				return true
			}
			spent, n = sum, n-1
			return false
		})
		n = len(ranked)
	}
	ranked = ranked[:min(n, len(ranked))]
	picks = make([]pick, len(ranked))
	for i, o := range all {
		var items []wire.OfferedPassage
		for j, item := range o.offer.Items {
			if k := slices.Index(ranked, pick{i, j}); k >= 0 {
				picks[k] = pick{len(offers), len(items)}
				items = append(items, item)
			}
		}
		if len(items) > 0 {
			o.offer.Items = items
			offers = append(offers, o.offer)
		}
	}
	return offers, picks
}
