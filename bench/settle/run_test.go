package settle_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/bench/settle"
)

// TestRun measures in small, and finds what must hold of any size.
func TestRun(t *testing.T) {
	var parts []string
	f, err := settle.Run(t.Context(), settle.Config{
		Queries: 20_000, Payers: 12, Assets: 10, Uses: 5, Payees: 3,
		Progress: func(part string, done, all int) {
			require.LessOrEqual(t, done, all)
			parts = append(parts, part)
		},
	})
	require.NoError(t, err)
	t.Logf("%+v", f)
	near(t, f.Gas1, f.Gas1000000)
	near(t, uint64(f.Bytes1), uint64(f.Bytes1000000))
	require.LessOrEqual(t, f.GasPayee, uint64(40_252))
	require.Positive(t, f.GasPayee)
	require.LessOrEqual(t, f.GasFurtherPayee, uint64(16_900))
	require.Positive(t, f.GasFurtherPayee)
	require.LessOrEqual(t, float64(f.GasLanes), 1.2*float64(f.GasLane))
	require.Greater(t, f.GasLanesSettled, f.GasLanes)
	require.Equal(t, f.SumQueries, f.SumSettled)
	require.Equal(t, 2, f.BatchTransactions)
	require.Equal(t, 60, f.BatchCredits)
	require.Equal(t, 120, f.BatchCreditsAll)
	require.Greater(t, f.GasPerQueryAll, f.GasPerQueryBatched)
	require.InDelta(t, float64(f.BatchGasAll)/float64(f.BlockGas), f.BlockShareAll, 0.001)
	require.Greater(t, f.BlockShareAll, f.BlockShare)
	// 100 payers that owe 50 assets each make 5,000 credits.
	require.LessOrEqual(t, f.BatchGasAll/uint64(f.BatchCreditsAll)*5000, f.BlockGas)
	require.Less(t, 100*f.GasPerQueryBatched, f.GasPerQueryTransfers)
	require.Contains(t, parts, "settling")
	require.Contains(t, f.Method, "20000 queries by 12 payers")
}

// near wants two figures to differ by one in a hundred at most.
func near(t *testing.T, want, got uint64) {
	t.Helper()
	require.Positive(t, want)
	require.LessOrEqual(t, math.Abs(float64(got)-float64(want)), float64(want)/100, "%d and %d", want, got)
}

func TestRunRefuses(t *testing.T) {
	for _, cfg := range []settle.Config{
		{Payers: 1_001}, {Payers: -1}, {Assets: 101}, {Assets: 2}, {Uses: 2}, {Payers: 100, Queries: 99},
	} {
		_, err := settle.Run(t.Context(), cfg)
		require.ErrorContains(t, err, "want")
	}
}
