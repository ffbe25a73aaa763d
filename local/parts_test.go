package local

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
)

// kinds are the assets of a chain, by their ids.
type kinds map[types.AssetID]types.Kind

func (k kinds) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	kind, ok := k[id]
	if !ok {
		return types.Asset{}, types.ErrNotFound
	}
	return types.Asset{ID: id, Kind: kind}, nil
}

func TestCheckParts(t *testing.T) {
	chain := kinds{1: types.KindData, 2: types.KindModel, 3: types.KindApp}
	tests := []struct {
		app gateway.App
		err string
	}{
		{gateway.App{Model: 2, Vaults: []types.AssetID{1}}, ""},
		{gateway.App{Model: 3, Vaults: []types.AssetID{1}}, "app file: model: asset 3 is of kind app, want model; see: weal asset list"},
		{gateway.App{Model: 2, Vaults: []types.AssetID{1, 2}}, "app file: vaults: asset 2 is of kind model, want data"},
		{gateway.App{Model: 9, Vaults: []types.AssetID{1}}, "app file: model: "},
		{gateway.App{Models: []gateway.Choice{{Asset: 2}, {Topic: "law"}}, Choices: []gateway.Choice{{Question: true}}}, ""},
		{gateway.App{Models: []gateway.Choice{{Asset: 2}, {Asset: 1}}}, "app file: models: asset 1 is of kind data, want model"},
		{gateway.App{Model: 2, Choices: []gateway.Choice{{Asset: 3}}}, "app file: vaults: asset 3 is of kind app, want data"},
		{gateway.App{Upstream: &gateway.Upstream{}, Rerank: 1}, "app file: rerank: asset 1 is of kind data, want model"},
	}
	for _, tt := range tests {
		err := checkParts(t.Context(), chain, tt.app)
		if tt.err == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, tt.err)
	}
}
