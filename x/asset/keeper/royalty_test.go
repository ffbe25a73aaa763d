package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// TestCuttingCreditsLeavesNoTrace: however a credit is cut into small ones, and
// whenever ancestors pull in between, in the end everybody has what it would have
// of one credit and one pull. So nobody rounds royalties away, or up.
func TestCuttingCreditsLeavesNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small, whole := newWorld(t), newWorld(t)
		lineages := drawFamily(t, small, whole)
		credits := map[weal.AssetID]uint64{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			asset := weal.AssetID(rapid.IntRange(1, len(lineages)).Draw(t, "asset"))
			ancestors := lineages[asset-1]
			if len(ancestors) > 0 && rapid.Bool().Draw(t, "pull") {
				to := rapid.SampledFrom(ancestors).Draw(t, "ancestor")
				_, err := small.PullRoyalty(small.ctx, asset, weal.AssetID(to.Asset), "aweal")
				require.NoError(t, err)
				continue
			}
			ones := rapid.IntRange(1, 40).Draw(t, "credits")
			each := uint64(rapid.IntRange(1, 3).Draw(t, "each"))
			for range ones {
				small.credit(t, asset, "aweal", each)
			}
			credits[asset] += uint64(ones) * each
		}
		for asset := weal.AssetID(1); int(asset) <= len(lineages); asset++ {
			if credits[asset] > 0 {
				whole.credit(t, asset, "aweal", credits[asset])
			}
		}
		for i, ancestors := range lineages {
			for _, a := range ancestors {
				for _, w := range []*world{small, whole} {
					_, err := w.PullRoyalty(w.ctx, weal.AssetID(i+1), weal.AssetID(a.Asset), "aweal")
					require.NoError(t, err)
				}
				paid := whole.paid(t, weal.AssetID(i+1), a.Asset)
				want := credits[weal.AssetID(i+1)] * uint64(a.BasisPoints) / types.BasisPoints
				require.Equal(t, weal.NewAmount(want).String(), paid)
				require.Equal(t, paid, small.paid(t, weal.AssetID(i+1), a.Asset))
			}
		}
		a, err := small.ExportGenesis(small.ctx)
		require.NoError(t, err)
		b, err := whole.ExportGenesis(whole.ctx)
		require.NoError(t, err)
		require.Equal(t, b, a)
		require.NoError(t, small.CheckInvariants(small.ctx))
	})
}

// drawFamily registers the same assets in all worlds and returns their lineages.
func drawFamily(t *rapid.T, worlds ...*world) (lineages [][]types.Royalty) {
	for i := range rapid.IntRange(2, 6).Draw(t, "assets") {
		var parents []types.Royalty
		for p := 1; p <= i; p++ {
			if rapid.Bool().Draw(t, "parent") {
				parents = append(parents, owed(weal.AssetID(p), uint32(rapid.IntRange(0, 500).Draw(t, "basis points"))))
			}
		}
		units := uint64(rapid.IntRange(1, 1000).Draw(t, "units"))
		for _, w := range worlds {
			w.register(t, alice, units, parents...)
		}
		a, err := worlds[0].GetAsset(worlds[0].ctx, weal.AssetID(i+1))
		require.NoError(t, err)
		lineages = append(lineages, a.Ancestors)
	}
	return lineages
}

// paid returns what an ancestor pulled of an asset's credit.
func (w *world) paid(t tester, asset weal.AssetID, ancestor uint64) string {
	t.Helper()
	g, err := w.ExportGenesis(w.ctx)
	require.NoError(t, err)
	for _, p := range g.RoyaltiesPaid {
		if p.Asset == uint64(asset) && p.Ancestor == ancestor {
			return p.Amount
		}
	}
	return "0"
}
