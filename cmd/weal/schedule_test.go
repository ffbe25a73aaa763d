package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestPrintSchedule(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printBookings(&out, nil))
	require.NoError(t, printCalls(&out, nil))
	require.Equal(t, "nothing is booked\nno booked call was made\n", out.String())
	out.Reset()
	require.NoError(t, printBookings(&out, []ledger.Booking{{
		ID: 1, Owner: "0xA", Target: "0xB", Every: 5, Times: 2, Due: 77, Runs: 3, Funds: types.NewAmount(1_500_000_000_000_000_000),
	}}))
	require.Equal(t, `BOOKING  TARGET  NEXT BLOCK  EVERY  CALLS LEFT  MADE  FUNDS     OWNER
1        0xB     77          5      2           3     1.5 WEAL  0xA
`, out.String())
	out.Reset()
	require.NoError(t, printCalls(&out, []ledger.BookedCall{
		{Height: 5, Booking: 1, Target: "0xB", OK: true, GasUsed: 21000, Logs: make([]ledger.BookedCallLog, 2)},
		{Height: 6, Booking: 1, Target: "0xB", GasUsed: 30000, Reason: "out of gas"},
	}))
	require.Equal(t, `BLOCK  BOOKING  TARGET  GAS    LOGS  RESULT
5      1        0xB     21000  2     ok
6      1        0xB     30000  0     failed: out of gas
`, out.String())
}
