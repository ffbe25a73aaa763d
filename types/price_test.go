package types_test

import (
	"encoding/binary"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func price(unit types.PriceUnit, amount uint64, tokens uint32, band uint8) types.Price {
	return types.Price{Unit: unit, Denom: "aweal", Amount: types.NewAmount(amount), Tokens: tokens, Band: band}
}

func TestPriceOfAPassage(t *testing.T) {
	perToken := price(types.PerToken, 10, 3, 0)
	for bytes, want := range map[int]uint64{0: 0, 1: 4, 4: 4, 5: 7, 12: 10, 13: 14} {
		got, ok := perToken.Passage(bytes)
		require.True(t, ok)
		require.Equal(t, types.NewAmount(want), got, "%d bytes", bytes)
	}
	got, ok := price(types.PerPassage, 10, 0, 0).Passage(1 << 20)
	require.True(t, ok)
	require.Equal(t, types.NewAmount(10), got)
	dear := types.Price{Unit: types.PerToken, Amount: types.AmountFromBytes([16]byte{0xff}), Tokens: 1}
	_, ok = dear.Passage(4 * 300)
	require.False(t, ok, "it does not fit")
	require.Equal(t, types.NewAmount(4), perToken.Least())
	require.Equal(t, types.NewAmount(7), price(types.PerTick, 7, 16, 0).Least())
}

func TestPriceByBand(t *testing.T) {
	a := types.Asset{Prices: []types.Price{
		price(types.PerToken, 50, 10, 8), price(types.PerToken, 10, 10, 0), price(types.PerUse, 999, 0, 0), price(types.PerToken, 30, 10, 5),
	}}
	for band, want := range []uint64{10, 10, 10, 10, 10, 30, 30, 30, 50, 50} {
		p, ok := a.PassagePrice("aweal", uint8(band))
		require.True(t, ok)
		require.Equal(t, types.NewAmount(want), p.Amount, "band %d", band)
	}
	_, ok := a.PassagePrice("other", 9)
	require.False(t, ok)
	most, ok := a.DearestPassage("aweal", 80)
	require.True(t, ok)
	require.Equal(t, types.NewAmount(100), most)
	_, ok = a.DearestPassage("other", 80)
	require.False(t, ok)
}

func TestCheckPrices(t *testing.T) {
	elsewhere := price(types.PerPassage, 1, 0, 0)
	elsewhere.Denom = "other"
	for says, list := range map[string][]types.Price{
		"": {price(types.PerPassage, 1, 0, 0), price(types.PerPassage, 2, 0, 9), price(types.PerUse, 1, 0, 0), price(types.PerTick, 1, 4, 0)},
		`unit: want "passage", "token", "use" or "tick", got "song"`:                {price("song", 1, 0, 0)},
		`tokens belong to the units "token" and "tick" only`:                        {price(types.PerPassage, 1, 1, 0)},
		`the unit "token" needs tokens, at least 1`:                                 {price(types.PerToken, 1, 0, 0)},
		`the unit "tick" needs tokens, at least 1`:                                  {price(types.PerTick, 1, 0, 0)},
		"band: want 0 to 9, got 10":                                                 {price(types.PerPassage, 1, 0, 0), price(types.PerPassage, 1, 0, 10)},
		`bands belong to the units "passage" and "token" only`:                      {price(types.PerUse, 1, 0, 1)},
		"two prices for a passage in aweal":                                         {price(types.PerPassage, 1, 0, 0), price(types.PerPassage, 2, 0, 0)},
		"two prices for a token of band 3 in aweal":                                 {price(types.PerToken, 1, 1, 0), price(types.PerToken, 1, 1, 3), price(types.PerToken, 2, 2, 3)},
		"prices for a passage and for a token in aweal: name one of the two units":  {price(types.PerPassage, 1, 0, 0), price(types.PerToken, 1, 1, 5)},
		"a price for band 5 in aweal and none for those below: name one for band 0": {price(types.PerPassage, 1, 0, 5), elsewhere},
	} {
		if err := types.CheckPrices(list); says == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, says)
		}
	}
	require.NoError(t, types.CheckPrices([]types.Price{price(types.PerToken, 1, 1, 0), elsewhere}), "each denomination has its own unit")
}

// FuzzMulDivUp compares with numbers of any size.
func FuzzMulDivUp(f *testing.F) {
	f.Add(uint64(0), uint64(7), uint64(3), uint64(2))
	f.Add(^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0))
	f.Add(^uint64(0), ^uint64(0), uint64(1), uint64(1))
	f.Add(uint64(1), uint64(0), uint64(1), uint64(0))
	f.Fuzz(func(t *testing.T, hi, lo, n, d uint64) {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:8], hi)
		binary.BigEndian.PutUint64(b[8:], lo)
		a := types.AmountFromBytes(b)
		got, ok := a.MulDivUp(n, d)
		if d == 0 {
			require.False(t, ok)
			return
		}
		want := new(big.Int).Mul(a.Big(), new(big.Int).SetUint64(n))
		want.Add(want, new(big.Int).SetUint64(d-1)).Div(want, new(big.Int).SetUint64(d))
		require.Equal(t, want.BitLen() <= 128, ok)
		if ok {
			require.Zero(t, want.Cmp(got.Big()))
		}
	})
}
