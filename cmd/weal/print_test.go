package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestCoinsRoundTrip(t *testing.T) {
	for text, base := range map[string]string{
		"0 WEAL":                    "0",
		"1 WEAL":                    "1000000000000000000",
		"1.5 WEAL":                  "1500000000000000000",
		"0.000000000000000001 WEAL": "1",
		"340282366920938463463.374607431768211455 WEAL": "340282366920938463463374607431768211455",
	} {
		a, err := types.ParseAmount(base)
		require.NoError(t, err)
		require.Equal(t, text, coins(a, types.BaseDenom))
		back, err := parseCoins(text)
		require.NoError(t, err)
		require.Equal(t, a, back)
	}
	require.Equal(t, "7 ibc/27394FB0", coins(types.NewAmount(7), "ibc/27394FB0"))
}

func TestParseCoinsRefuses(t *testing.T) {
	for _, s := range []string{"", "WEAL", "-1", "1e18", "1/2", "0.0000000000000000001", "1,5", "aweal", "1.5aweal"} {
		_, err := parseCoins(s)
		require.Error(t, err, s)
	}
	a, err := parseCoins("15aweal")
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(15), a)
}

func TestWrap(t *testing.T) {
	require.Equal(t, "  one two\n  three", wrap("one two three", 8, "  "))
	require.Equal(t, "a\n\nb", wrap("a\n\nb", 10, ""))
}
