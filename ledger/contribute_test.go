package ledger

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

// What several calls divide is to the whole as their points are, and never more.
func TestParts(t *testing.T) {
	points := make([]ContributionPoints, 600)
	for i := range points {
		points[i] = ContributionPoints{ID: uint64(i + 1), Points: uint64(i%7 + 1)}
	}
	points[599].Points = math.MaxUint64
	waiting, err := types.ParseAmount("340282366920938463463374607431768211455")
	require.NoError(t, err)
	limits, err := parts(waiting, points)
	require.NoError(t, err)
	require.Len(t, limits, 3)
	sum := new(big.Int)
	for _, l := range limits {
		sum.Add(sum, l.Big())
	}
	rest := new(big.Int).Sub(waiting.Big(), sum)
	require.True(t, rest.Sign() >= 0 && rest.Cmp(big.NewInt(3)) < 0, "%s", rest)
	require.Positive(t, limits[2].Cmp(limits[0]))
	_, err = parts(waiting, make([]ContributionPoints, 300))
	require.ErrorContains(t, err, "there are no points")
}
