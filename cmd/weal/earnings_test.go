package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func TestPrintEarnings(t *testing.T) {
	var out bytes.Buffer
	n := types.NewAmount
	require.NoError(t, printEarnings(&out, []local.Earning{
		{Asset: 1, Kind: types.KindData, Account: "vault", Owner: "0xA", Denom: "uusd", Unsettled: n(5), Claimable: n(7), Claimed: n(9)},
		{Asset: 1, Kind: types.KindData, Account: "payer", Owner: "0xB", Denom: "uusd", Claimable: n(3)},
	}))
	require.Equal(t, `ASSET  KIND  ACCOUNT  OWNER  CLAIMABLE  ASSET UNSETTLED  ASSET CLAIMED
1      data  vault    0xA    7 uusd     5 uusd           9 uusd
1      data  payer    0xB    3 uusd                      
`, out.String())
}
