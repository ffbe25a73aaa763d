package local

import (
	"context"

	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// Search is what passages to look for.
type Search struct {
	Question string
	// App is the asset to ask; zero for the home's own.
	App types.AssetID
	// Limit is the most passages wanted; zero for as many as the app buys for an answer.
	Limit int
	// Filter says which documents count; empty for all.
	Filter string
	// AtMost bounds what the search can cost; zero for no bound.
	AtMost types.Amount
}

// Search has the gateway of a running home, or another's, find passages, and pays for
// them from the home's purse. They come sealed to the purse. The answer may come with
// an error: it holds what arrived.
func (c *Client) Search(ctx context.Context, s Search) (*purse.Answer, error) {
	app, url, model, err := c.app(ctx, s.App)
	if err != nil {
		return nil, err
	}
	p, err := c.purse(ctx)
	if err != nil {
		return nil, err
	}
	return untilQuoted(ctx, func() (*purse.Answer, error) {
		return p.Search(ctx, purse.Search{Gateway: url, App: app, Model: model, Question: s.Question, Limit: s.Limit, Filter: s.Filter, AtMost: s.AtMost})
	})
}
