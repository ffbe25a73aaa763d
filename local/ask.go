package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// laneCount is how many questions a local payer can have in flight.
const laneCount = 8

// answerPatience is how long a gateway may be silent: longer than a model waits
// for its upstream.
const answerPatience = MaxUpstreamTimeout + time.Minute

// openPurse opens the payer's purse. Processes can share it: a lane is held by one
// of them at a time.
func openPurse(ctx context.Context, h *home.Home, chain purse.Chain) (*purse.Purse, func() error, error) {
	return openPurseAt(ctx, h, h.Path("purse.db"), chain)
}

// openPurseAt opens a purse of the home whose database is at path.
func openPurseAt(ctx context.Context, h *home.Home, path string, chain purse.Chain) (*purse.Purse, func() error, error) {
	return openPurseWithin(ctx, h, path, chain, purse.Limits{})
}

// Question is what to ask, and how.
type Question struct {
	Text string
	// App is the asset to ask; zero for the home's own.
	App types.AssetID
	// Filter says which documents count, as in package filter; empty for all.
	Filter string
	// AtMost bounds what the answer can cost; zero for no bound.
	AtMost types.Amount
	// Answers is how many of the app's models are to answer; zero is one.
	Answers int
	// OnDelta, if set, is told each piece of the answer as it arrives, OnWriter which of
	// several models writes what follows.
	OnDelta  func(string)
	OnWriter func(types.AssetID)
	// Approve, if set, is shown what the answer can cost before anything is signed.
	Approve func(ctx context.Context, b purse.Bill) error
}

// Ask puts a question to the gateway of a running home and pays for it from the
// home's purse. The answer may come with an error: it holds what arrived.
func (c *Client) Ask(ctx context.Context, q Question) (*purse.Answer, error) {
	app, url, model, err := c.app(ctx, q.App)
	if err != nil {
		return nil, err
	}
	p, err := c.purse(ctx)
	if err != nil {
		return nil, err
	}
	body, err := chatBody(model, q.Text, q.Filter)
	if err != nil {
		return nil, err
	}
	ctx, end := c.tel.Span(ctx, "ask")
	a, err := ask(ctx, p, purse.Ask{
		Gateway: url,
		App:     app,
		Body:    body,
		AtMost:  q.AtMost,
		OnDelta: q.OnDelta,
		Answers: q.Answers, OnWriter: q.OnWriter,
		Approve: q.Approve,
	})
	end(err)
	return a, err
}

// chatBody is the request for an answer of a model to a question.
func chatBody(model, question, filter string) ([]byte, error) {
	chat := wire.ChatRequest{Model: model, Stream: true, Messages: []wire.ChatMessage{wire.TextMessage("user", question)}}
	if filter != "" {
		chat.Weal = &wire.ChatExtras{Filter: filter}
	}
	body, err := json.Marshal(chat)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	return body, nil
}

// errQuoted ends a question of which only the price was asked.
var errQuoted = errors.New("nothing is to be signed")

// Quote returns what an answer to a question would cost, and which passages would be
// bought, as the home's purse has checked it. Nothing is signed.
func (c *Client) Quote(ctx context.Context, q Question) (b purse.Bill, err error) {
	q.Approve = func(_ context.Context, seen purse.Bill) error {
		b = seen
		return errQuoted
	}
	if _, err = c.Ask(ctx, q); errors.Is(err, errQuoted) {
		err = nil
	}
	return b, err
}

// quoteTries and quotePause bound how long a question is asked anew because its
// quote did not hold.
const (
	quoteTries = 6
	quotePause = 500 * time.Millisecond
)

// ask asks with p.
func ask(ctx context.Context, p *purse.Purse, q purse.Ask) (*purse.Answer, error) {
	return untilQuoted(ctx, func() (*purse.Answer, error) { return p.Ask(ctx, q) })
}

// untilQuoted buys with buy. For a second or two after a new version of an asset the
// gateway may quote one version while the purse reads another from the chain: nothing
// is signed then, and asking again is all there is to do.
func untilQuoted(ctx context.Context, buy func() (*purse.Answer, error)) (*purse.Answer, error) {
	for try := 1; ; try++ {
		a, err := buy()
		if a != nil || !errors.Is(err, purse.ErrQuote) || try == quoteTries {
			return a, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(quotePause):
		}
	}
}

// app finds the gateway of an app and the name that the app has there. Others'
// apps are found by the manifest that the chain knows.
func (c *Client) app(ctx context.Context, id types.AssetID) (app types.AssetID, url, model string, err error) {
	if own, ok := c.Running.Roles[RoleGateway]; ok && c.Running.Tab != 0 && (id == 0 || id == own.Asset) {
		return own.Asset, own.URL, AppName, nil
	}
	if id == 0 {
		return 0, "", "", fmt.Errorf("ask: this home has no app and tab of its own; say which app with --app N, from a home of weal up")
	}
	if url, err = newEndpoints(c.Ledger).of(ctx, id); err != nil {
		return 0, "", "", err
	}
	var list wire.ModelList
	if err := getJSON(ctx, url+wire.PathModels, &list); err != nil {
		return 0, "", "", err
	}
	if len(list.Data) == 0 {
		return 0, "", "", fmt.Errorf("ask: the gateway of app %d lists no model", id)
	}
	return id, url, list.Data[0].ID, nil
}
