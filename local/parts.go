package local

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
)

// assetReader is the part of the chain that an app's parts are looked up in.
type assetReader interface {
	Asset(ctx context.Context, id types.AssetID) (types.Asset, error)
}

// part is an asset that an app names, and what it has to be.
type part struct {
	field string
	asset types.AssetID
	kind  types.Kind
}

// checkParts makes sure that what an app is composed of can play its part, before
// the app is registered and somebody pays for questions that it cannot answer.
func checkParts(ctx context.Context, chain assetReader, app gateway.App) error {
	check := func(field string, id types.AssetID, want types.Kind) error {
		a, err := chain.Asset(ctx, id)
		if err != nil {
			return fmt.Errorf("app file: %s: %w", field, err)
		}
		if a.Kind != want {
			return fmt.Errorf("app file: %s: asset %d is of kind %s, want %s; see: weal asset list", field, id, a.Kind, want)
		}
		return nil
	}
	field := "models"
	if app.Model != 0 {
		field = "model"
	}
	parts := []part{{"embeddings", app.Embeddings, types.KindModel}, {"rerank", app.Rerank, types.KindModel}}
	for _, c := range app.ModelChoices() {
		parts = append(parts, part{field, c.Asset, types.KindModel})
	}
	for _, v := range app.Vaults {
		parts = append(parts, part{"vaults", v, types.KindData})
	}
	for _, c := range app.Choices {
		parts = append(parts, part{"vaults", c.Asset, types.KindData})
	}
	for _, p := range parts {
		if p.asset == 0 {
			continue // there is none, or it is chosen
		}
		if err := check(p.field, p.asset, p.kind); err != nil {
			return err
		}
	}
	return nil
}
