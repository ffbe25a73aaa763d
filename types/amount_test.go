package types_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/types"
)

const greatest = "340282366920938463463374607431768211455"

var limit = new(big.Int).Lsh(big.NewInt(1), 128)

func drawAmount(t *rapid.T, label string) types.Amount {
	b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label)
	// Small numbers are as interesting as huge ones.
	for i := range rapid.IntRange(0, 16).Draw(t, label+" zeros") {
		b[i] = 0
	}
	return types.AmountFromBytes([16]byte(b))
}

// TestAmountIsAnInteger compares every operation with math/big.
func TestAmountIsAnInteger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, n := drawAmount(t, "a"), drawAmount(t, "b"), rapid.Uint64().Draw(t, "n")
		fits := func(want *big.Int, got types.Amount, ok bool) {
			t.Helper()
			in := want.Sign() >= 0 && want.Cmp(limit) < 0
			require.Equal(t, in, ok)
			if in {
				require.Zero(t, want.Cmp(got.Big()))
			}
		}
		sum, ok := a.Add(b)
		fits(new(big.Int).Add(a.Big(), b.Big()), sum, ok)
		diff, ok := a.Sub(b)
		fits(new(big.Int).Sub(a.Big(), b.Big()), diff, ok)
		product, ok := a.Mul(n)
		fits(new(big.Int).Mul(a.Big(), new(big.Int).SetUint64(n)), product, ok)
		fits(new(big.Int).Rsh(a.Big(), 1), a.Half(), true)
		require.Equal(t, a.Big().Cmp(b.Big()), a.Cmp(b))
		require.Equal(t, a.Big().Sign() == 0, a.IsZero())
		require.Equal(t, a.Big().String(), a.String())
		require.Equal(t, a, types.AmountFromBytes(a.Bytes()))
		back, err := types.AmountFromBig(a.Big())
		require.NoError(t, err)
		require.Equal(t, a, back)
	})
}

func TestAmountText(t *testing.T) {
	for _, s := range []string{"0", "1", "18446744073709551615", "18446744073709551616", greatest} {
		a, err := types.ParseAmount(s)
		require.NoError(t, err, s)
		b, err := json.Marshal(a)
		require.NoError(t, err)
		require.Equal(t, `"`+s+`"`, string(b))
	}
	for _, s := range []string{
		"", "-1", "+1", "01", "00", "1.0", "1e3", " 1", "1 ", "0x1", "١", "340282366920938463463374607431768211456",
		"9999999999999999999999999999999999999999", "1_000",
	} {
		_, err := types.ParseAmount(s)
		require.ErrorIs(t, err, types.ErrAmount, s)
	}
	a := types.NewAmount(7)
	require.Error(t, json.Unmarshal([]byte(`5`), &a), "JSON numbers lose digits")
	require.Error(t, json.Unmarshal([]byte(`"5x"`), &a))
	require.Equal(t, types.NewAmount(7), a, "a failed parse changes nothing")
	_, err := types.AmountFromBig(big.NewInt(-1))
	require.ErrorIs(t, err, types.ErrAmount)
	_, err = types.AmountFromBig(limit)
	require.ErrorIs(t, err, types.ErrAmount)
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"0", "1", "007", "-1", greatest, "340282366920938463463374607431768211456"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := types.ParseAmount(s)
		if err != nil {
			require.ErrorIs(t, err, types.ErrAmount)
			require.Less(t, len(err.Error()), 400, "foreign text is clipped")
			return
		}
		require.Equal(t, s, a.String())
	})
}

func TestWhatDoesNotFitIsTheNearest(t *testing.T) {
	most, err := types.ParseAmount(greatest)
	require.NoError(t, err)
	one := types.NewAmount(1)
	diff, ok := one.Sub(types.NewAmount(2))
	require.False(t, ok)
	require.True(t, diff.IsZero())
	sum, ok := most.Add(one)
	require.False(t, ok)
	require.Equal(t, most, sum)
	product, ok := most.Mul(2)
	require.False(t, ok)
	require.Equal(t, most, product)
}
