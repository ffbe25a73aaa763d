package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestPriceArg(t *testing.T) {
	for text, want := range map[string]string{
		"1.5":        "1500000000000000000aweal",
		"2 WEAL":     "2000000000000000000aweal",
		"15aweal":    "15aweal",
		"300uusd":    "300uusd",
		"300 uusd":   "300uusd",
		"7ibc/27394": "7ibc/27394",
		"0.5uusd":    "", "uusd": "", "": "", "-1": "", "1e5": "", "1e18": "", "1E18": "",
	} {
		amount, denom, err := priceArg(&cobra.Command{Use: "list"}, "price", text)
		if want == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, amount.String()+denom, text)
	}
}

func TestPrintMarket(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printMarket(&out, market{}))
	require.Equal(t, "nothing is for sale, and nothing is offered\n", out.String())
	out.Reset()
	until := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	require.NoError(t, printMarket(&out, market{
		Listings: []ledger.Listing{
			{ID: 1, Asset: 2, Share: 3, Units: 4, Whole: true, Denom: "uusd", Price: types.NewAmount(5), Seller: "0xA", Void: "its share was burned"},
			{ID: 2, Asset: 2, Share: 3, Units: 4, Denom: "uusd", Price: types.NewAmount(5), Seller: "0xA"},
		},
		Offers: []ledger.Offer{{ID: 1, Asset: 2, Units: 9, Denom: types.BaseDenom, Price: types.NewAmount(1_500_000_000_000_000_000), Buyer: "0xB", Until: until}},
	}))
	require.Equal(t, `LISTING  ASSET  SHARE  UNITS     PRICE   SELLER  STATE
1        2      3      4, whole  5 uusd  0xA     void: its share was burned
2        2      3      4         5 uusd  0xA     open
OFFER  ASSET  UNITS  PRICE     BUYER  STATE
1      2      9      1.5 WEAL  0xB    until 2030-01-02T03:04:05Z
`, out.String())
}
