package gateway

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	// lookEvery is how often an app that chooses assets looks which there are, lookTime
	// how long that may take.
	lookEvery = time.Minute
	lookTime  = 30 * time.Second
)

// look refreshes what can be chosen, again and again, until ctx ends.
func (g *Gateway) look(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		g.refresh(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (g *Gateway) refresh(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if err := g.cfg.Finder.Refresh(ctx); err != nil && ctx.Err() == nil {
		g.cfg.Log.Warn("which assets there are is not known anew", "err", err)
	}
}

// vaults are those that are searched for a question, each once: the app's own, and
// those that its choices come to.
func (g *Gateway) vaults(ctx context.Context, question, denom string) []types.AssetID {
	all := slices.Clone(g.app.Vaults)
	for _, c := range g.app.Choices {
		if c.Question {
			c.Topic = question
		}
		for _, id := range g.chosen(ctx, c, types.KindData, denom) {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all[:min(len(all), maxVaults)]
}

// chosen returns what a choice comes to now, best first. What is chosen is open to all:
// whoever asks shall not be refused for what the app has picked.
func (g *Gateway) chosen(ctx context.Context, c Choice, kind types.Kind, denom string) []types.AssetID {
	bound := c.MaxPrice
	switch {
	case !bound.IsZero() && bound.Denom != denom:
		return nil
	case c.Asset != 0 && bound.IsZero():
		return []types.AssetID{c.Asset}
	case c.Asset != 0:
		a, err := g.known.Asset(ctx, c.Asset)
		price, ok := find.PriceOf(a, denom)
		if err != nil || !ok || price.Amount.Cmp(bound.Amount) > 0 {
			return nil
		}
		return []types.AssetID{c.Asset}
	case g.cfg.Finder == nil:
		return nil
	}
	q := c.Query(kind, denom)
	q.Skip = g.measures.down
	return g.cfg.Finder.Choose(q)
}

// Query is what a choice looks for. What is found is to be asked whether it is there,
// if somebody waits to be told.
func (c Choice) Query(kind types.Kind, denom string) find.Query {
	return find.Query{
		Topic: c.Topic, Kinds: []types.Kind{kind}, Denom: denom, MaxPrice: c.MaxPrice.Amount, Policy: c.Policy, Open: true,
		Probe: true, Limit: cmp.Or(c.Most, defaultMost),
	}
}

// withinBudget refuses a lane in another denomination than the app's budget is in.
func (g *Gateway) withinBudget(denom string) error {
	if b := g.app.Budget; !b.IsZero() && b.Denom != denom {
		return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, earn.CodeWrongDenom,
			"this app buys passages for at most %s %s a question; pay from a tab in %s", b.Amount, b.Denom, b.Denom)
	}
	return nil
}
