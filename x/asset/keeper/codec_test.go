package keeper

import (
	"testing"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
)

// FuzzRows reads any bytes as each kind of row: what is read is written back the
// same, in binary and in JSON, and only rows of the right length are read.
func FuzzRows(f *testing.F) {
	amount := weal.NewAmount(1 << 40)
	f.Add(encodeRevenue(revenue{lifetime: amount, perUnit: *uint256.NewInt(5), remainder: 3, units: 7, kept: 9999, part: 10_000, carried: 9}))
	f.Add(contributorsValue.encode(contributors{waiting: amount, granted: amount}))
	f.Add(appendMark(appendMark(nil, mark{perUnit: *uint256.NewInt(5), owed: amount, fraction: 1}), mark{}))
	f.Add(amountValue.encode(amount))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		row(t, revenueValue, b)
		row(t, amountValue, b)
		row(t, contributorsValue, b)
		if marks, err := marksValue.Decode(b); err == nil {
			again, err := marksValue.Encode(marks)
			require.NoError(t, err)
			require.Equal(t, string(b), string(again))
			text, err := marksValue.EncodeJSON(marks)
			require.NoError(t, err)
			same, err := marksValue.DecodeJSON(text)
			require.NoError(t, err)
			require.Equal(t, marks, same)
		}
	})
}

func row[T any](t *testing.T, codec fixed[T], b []byte) {
	t.Helper()
	v, err := codec.Decode(b)
	if len(b) != codec.size {
		require.Error(t, err, codec.ValueType())
		return
	}
	require.NoError(t, err)
	again, err := codec.Encode(v)
	require.NoError(t, err)
	require.Equal(t, b, again, codec.ValueType())
	text, err := codec.EncodeJSON(v)
	require.NoError(t, err)
	w, err := codec.DecodeJSON(text)
	require.NoError(t, err)
	require.Equal(t, v, w)
}

func TestRowsOfBadJSON(t *testing.T) {
	for _, text := range []string{`1`, `"zz"`, `"00"`, `{`} {
		_, err := amountValue.DecodeJSON([]byte(text))
		require.Error(t, err)
	}
}
