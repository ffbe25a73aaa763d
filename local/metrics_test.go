package local

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSamples(t *testing.T) {
	page := `# TYPE c counter
c{role="vault"} 3
# TYPE g gauge
g 0.5
# TYPE n gauge
n NaN
# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 2
h_sum 7
h_count 2
`
	got, err := Samples([][]byte{[]byte(page), []byte("# TYPE c counter\nc 1\n")})
	require.NoError(t, err)
	require.Equal(t, []Sample{
		{"c", map[string]string{"role": "vault"}, 3}, {"g", map[string]string{}, 0.5},
		{"h_sum", map[string]string{}, 7}, {"h_count", map[string]string{}, 2}, {"c", map[string]string{}, 1},
	}, got)
	_, err = Samples([][]byte{[]byte("<html>")})
	require.ErrorContains(t, err, "read metrics")
}

func FuzzSamples(f *testing.F) {
	f.Add([]byte("# TYPE c counter\nc{a=\"b\"} 1\n"))
	f.Add([]byte("h_bucket{le=\"1\"} 1\nh_sum 7\n"))
	f.Fuzz(func(t *testing.T, page []byte) {
		got, err := Samples([][]byte{page})
		for _, s := range got {
			require.NoError(t, err)
			require.False(t, math.IsNaN(s.Value) || math.IsInf(s.Value, 0))
		}
	})
}
