package local

import (
	"context"
	"crypto/subtle"
	"net/http"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// keyed lets ordinary OpenAI clients ask with an API key: the purse behind the
// gateway pays for them.
type keyed struct {
	key   string
	purse *purse.Purse
	url   string // of the gateway
	app   types.AssetID
}

var _ gateway.Asker = (*keyed)(nil)

// CheckKey implements gateway.Asker.
func (k *keyed) CheckKey(_ context.Context, key string) error {
	if subtle.ConstantTimeCompare([]byte(key), []byte(k.key)) != 1 {
		return wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "invalid_api_key",
			"this API key is not one of this gateway; the key of a local home is printed by: weal status")
	}
	return nil
}

// Ask implements gateway.Asker.
func (k *keyed) Ask(ctx context.Context, _ string, body []byte, onDelta func(string)) (string, wire.Trailer, error) {
	a, err := ask(ctx, k.purse, purse.Ask{Gateway: k.url, App: k.app, Body: body, OnDelta: onDelta})
	if a == nil {
		return "", wire.Trailer{}, err
	}
	t := wire.Trailer{Receipts: a.Receipts, OverheadMillis: a.OverheadMillis}
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
	return a.Text, t, err
}
