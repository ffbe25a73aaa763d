package measure

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMeasuresByHand(t *testing.T) {
	var s Scores
	Add(&s, []string{"x", "b", "a"}, map[string]int{"a": 2, "b": 1, "c": 1, "x": 0, "y": -1})
	m := s.Mean()
	dcg := 1/math.Log2(3) + 2/math.Log2(4)
	ideal := 2/math.Log2(2) + 1/math.Log2(3) + 1/math.Log2(4)
	require.InDelta(t, dcg/ideal, m.NDCG10, 1e-12)
	require.InDelta(t, 2.0/3, m.Recall10, 1e-12)
	require.InDelta(t, 2.0/3, m.Recall100, 1e-12)
	Add(&s, []string{"a"}, map[string]int{"a": 0})
	require.Equal(t, 1, s.N, "a question without a relevant document does not count")
	Add(&s, nil, map[string]int{"a": 1})
	require.InDelta(t, m.NDCG10/2, s.Mean().NDCG10, 1e-12)
	require.Zero(t, Scores{}.Mean())
	require.InDelta(t, 1, NDCG10([]int{7, 8}, map[int]int{7: 1}), 1e-12)
}
