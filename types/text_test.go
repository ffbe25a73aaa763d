package types_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestLaneRefText(t *testing.T) {
	ref := types.LaneRef{Tab: math.MaxUint64, Epoch: math.MaxUint32, Lane: 3}
	back, err := types.ParseLaneRef(ref.String())
	require.NoError(t, err)
	require.Equal(t, ref, back)
	for _, s := range []string{
		"", "1", "1/0", "1/0/0/0", "0/0/0", "-1/0/0", "1/-1/0", "1/4294967296/0", "1/0/4294967296", "18446744073709551616/0/0",
		"a/b/c", "1/0/0 ", "//",
	} {
		_, err := types.ParseLaneRef(s)
		require.ErrorContains(t, err, "want tab/epoch/lane", s)
	}
}

func FuzzParseLaneRef(f *testing.F) {
	for _, s := range []string{"1/0/0", "0/0/0", "18446744073709551615/1/2", "1//", strings.Repeat("9", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := types.ParseLaneRef(s)
		if err != nil {
			require.Less(t, len(err.Error()), 400, "foreign text is clipped")
			return
		}
		require.NotZero(t, ref.Tab)
		back, err := types.ParseLaneRef(ref.String())
		require.NoError(t, err)
		require.Equal(t, ref, back)
	})
}

func FuzzParseHash(f *testing.F) {
	f.Add(strings.Repeat("0a", 32))
	f.Add(strings.Repeat("0A", 32))
	f.Add(strings.Repeat("0g", 32))
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := types.ParseHash(s)
		if err != nil {
			require.True(t, h.IsZero())
			return
		}
		require.Equal(t, strings.ToLower(s), h.String())
	})
}

func TestHashOfBytes(t *testing.T) {
	h, err := types.HashFromBytes(make([]byte, 32))
	require.NoError(t, err)
	require.True(t, h.IsZero())
	for _, n := range []int{0, 31, 33} {
		_, err := types.HashFromBytes(make([]byte, n))
		require.ErrorContains(t, err, "want 32 bytes")
	}
	b, err := json.Marshal(types.Hash{0xab})
	require.NoError(t, err)
	require.Equal(t, `"ab`+strings.Repeat("00", 31)+`"`, string(b))
}

// TestKindNumbers holds the numbers that are consensus.
func TestKindNumbers(t *testing.T) {
	for number, name := range map[types.Kind]string{
		1: "data", 2: "model", 3: "app", 4: "agent", 5: "machine", 6: "store", 7: "work",
	} {
		require.True(t, number.Valid())
		require.Equal(t, name, number.String())
		back, err := types.ParseKind(name)
		require.NoError(t, err)
		require.Equal(t, number, back)
	}
	for _, number := range []types.Kind{0, 8, 255} {
		require.False(t, number.Valid())
		require.Contains(t, number.String(), "kind(")
		_, err := number.MarshalText()
		require.Error(t, err)
	}
	var k types.Kind
	require.NoError(t, json.Unmarshal([]byte(`"app"`), &k))
	require.Equal(t, types.KindApp, k)
	require.ErrorContains(t, json.Unmarshal([]byte(`"apps"`), &k), "want one of")
}

func TestTokens(t *testing.T) {
	for n, want := range map[int]uint64{-1: 0, 0: 0, 1: 1, 4: 1, 5: 2, 8: 2, 9: 3, math.MaxInt: math.MaxInt/4 + 1} {
		require.Equal(t, want, types.Tokens(n), n)
	}
}

func TestPriceOfAsset(t *testing.T) {
	tick := types.Price{Unit: types.PerTick, Denom: "aweal", Amount: types.NewAmount(3), Tokens: 16}
	a := types.Asset{Prices: []types.Price{{Unit: types.PerUse, Denom: "aweal", Amount: types.NewAmount(1)}, tick}}
	got, ok := a.Price(types.PerTick, "aweal")
	require.True(t, ok)
	require.Equal(t, tick, got)
	_, ok = a.Price(types.PerTick, "ibc/other")
	require.False(t, ok)
	_, ok = a.Price(types.PerPassage, "aweal")
	require.False(t, ok)
}
