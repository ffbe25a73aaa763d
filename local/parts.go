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
	if err := check("model", app.Model, types.KindModel); err != nil {
		return err
	}
	for _, v := range app.Vaults {
		if err := check("vaults", v, types.KindData); err != nil {
			return err
		}
	}
	return nil
}
