package local

import (
	"context"
	"errors"
	"net/http"

	apikeys "github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// keyed pays for what is asked with a gateway's API keys, from one tab.
type keyed struct {
	purse *purse.Purse
	url   string // of the gateway
	app   types.AssetID
	asked *asked // is told; may be nil
}

var _ apikeys.Purse = (*keyed)(nil)

// Ask implements apikeys.Purse.
func (k *keyed) Ask(ctx context.Context, q apikeys.Question) (apikeys.Said, error) {
	a, err := untilQuoted(ctx, func() (*purse.Answer, error) {
		how := purse.Ask{
			Gateway: k.url, App: k.app, Body: q.Body,
			OnDelta: func(text string) { q.OnDelta(wire.Content{Content: text}) },
			OnCalls: func(calls []wire.ToolCall) { q.OnDelta(wire.Content{ToolCalls: calls}) },
			Approve: func(ctx context.Context, b purse.Bill) error {
				return q.Approve(ctx, apikeys.Bill{Lane: b.Lane, Seq: b.Seq, Denom: b.Denom, Most: b.Most, Tokens: b.Tokens})
			},
		}
		if q.Path != wire.PathCompletions {
			return k.purse.Do(ctx, q.Path, how)
		}
		return k.purse.Ask(ctx, how)
	})
	k.asked.note(a, err)
	if a == nil {
		return apikeys.Said{}, tabShort(err)
	}
	t := wire.Trailer{Receipts: a.Receipts, Attribution: a.Attribution, OverheadMillis: a.OverheadMillis}
	for _, i := range a.Items {
		t.Charges = append(t.Charges, wire.Charge{Asset: i.Asset, Kind: i.Kind, Amount: i.Amount})
	}
	for _, c := range a.Citations {
		t.Citations = append(t.Citations, wire.Citation{
			N: c.N, Asset: c.Asset, Version: c.Version, Salt: c.Salt, Root: c.Root, Quoted: c.Quoted,
			Passage: wire.Passage{
				ID: c.ID, Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Proof: c.Path,
			},
		})
	}
	return apikeys.Said{Text: a.Text, Calls: a.ToolCalls, Finish: a.FinishReason, Trailer: t}, err
}

// tabShort says in OpenAI's words that the tab has not enough left.
func tabShort(err error) error {
	if !errors.Is(err, purse.ErrFunds) && !errors.Is(err, purse.ErrNoLane) && !errors.Is(err, purse.ErrLimit) {
		return err
	}
	return wire.NewError(http.StatusPaymentRequired, apikeys.CodeQuota, apikeys.CodeQuota, "the tab that pays for this API key: %v", err)
}

// Cost implements apikeys.Purse.
func (k *keyed) Cost(ctx context.Context, lane types.LaneRef, seq uint64) (apikeys.Cost, bool, error) {
	c, found, err := k.purse.Cost(ctx, lane, seq)
	return apikeys.Cost{Amount: c.Amount, Final: c.Final}, found, err
}
