package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestParseCoin(t *testing.T) {
	for text, want := range map[string]string{
		"1.5 WEAL": "1500000000000000000aweal", "1": "1000000000000000000aweal", "0.5WEAL": "500000000000000000aweal",
		"15aweal": "15aweal", " 300uusd ": "300uusd", "7 ibc/27394FB0": "7ibc/27394FB0", "0": "0aweal", "1eur": "1eur",
	} {
		c, err := types.ParseCoin(text)
		require.NoError(t, err, text)
		b, err := c.MarshalText()
		require.NoError(t, err)
		require.Equal(t, want, string(b))
		var back types.Coin
		require.NoError(t, back.UnmarshalText(b))
		require.Equal(t, c, back)
		require.False(t, c.IsZero())
	}
	for _, text := range []string{"", "WEAL", "-1", "1e18", "1/2", "0.0000000000000000001", "1,5", "aweal", "1.5aweal", "1.5uusd", "-3uusd"} {
		_, err := types.ParseCoin(text)
		require.Error(t, err, text)
	}
	require.True(t, types.Coin{}.IsZero())
}

func FuzzParseCoin(f *testing.F) {
	f.Add("1.5 WEAL")
	f.Add("300uusd")
	f.Add("1e5")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := types.ParseCoin(s)
		if err != nil {
			return
		}
		if c.Denom == "" {
			t.Fatalf("%q has no denomination", s)
		}
		b, _ := c.MarshalText()
		again, err := types.ParseCoin(string(b))
		if err != nil || again != c {
			t.Fatalf("%q is %v, and then %v, %v", s, c, again, err)
		}
	})
}
