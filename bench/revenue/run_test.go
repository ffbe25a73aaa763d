package revenue_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/bench/revenue"
)

// TestRun measures in small, and finds what must hold of any size: paying many
// costs what paying one does, and the native contract asks no more gas than the
// reference.
func TestRun(t *testing.T) {
	var parts []string
	f, err := revenue.Run(t.Context(), revenue.Config{
		Holders: [3]int{1, 100, 10_000}, Pairs: 20, Rounds: 4, Repeats: 3,
		Progress: func(part string, done, all int) {
			require.LessOrEqual(t, done, all)
			parts = append(parts, part)
		},
	})
	require.NoError(t, err)
	t.Logf("%+v", f)
	near(t, f.Gas1, f.Gas1000)
	near(t, f.Gas1, f.Gas600000)
	near(t, f.RoyaltyGas1, f.RoyaltyGas1000)
	near(t, f.RoyaltyGas1, f.RoyaltyGas600000)
	require.LessOrEqual(t, f.TransferGasNative, f.TransferGasSolidity)
	require.LessOrEqual(t, f.TransferGasIdle, f.TransferGasNative)
	require.LessOrEqual(t, f.TransferGasNative, f.TransferGasWorst)
	for _, us := range []float64{f.TransferUsNative, f.TransferUsSolidity, f.BlockUsNative, f.BlockUsSolidity, f.TransferUsWorst, f.TransferUsIdle} {
		require.Positive(t, us)
	}
	require.Equal(t, 80, f.Transfers)
	require.Contains(t, parts, "paying")
	require.Contains(t, f.Method, "1, 100 and 10000 holders")
}

// near wants two amounts of gas to differ by one in a hundred at most.
func near(t *testing.T, want, got uint64) {
	t.Helper()
	require.Positive(t, want)
	require.LessOrEqual(t, math.Abs(float64(got)-float64(want)), float64(want)/100, "%d and %d", want, got)
}

func TestRunRefuses(t *testing.T) {
	for _, cfg := range []revenue.Config{
		{Holders: [3]int{0, 1, 1}}, {Holders: [3]int{1, 1, 1_000_001}}, {Pairs: -1}, {Pairs: 1_001}, {Rounds: -1},
	} {
		_, err := revenue.Run(t.Context(), cfg)
		require.ErrorContains(t, err, "want")
	}
}
