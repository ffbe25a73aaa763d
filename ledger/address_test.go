package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
)

// The EIP-55 texts are test cases of the EIP itself.
var eip55 = []string{
	"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
	"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
}

func TestAddressForms(t *testing.T) {
	for _, hex := range eip55 {
		a, err := ledger.ParseAddress(hex)
		require.NoError(t, err)
		require.Equal(t, hex, a.Hex())
		back, err := ledger.ParseAddress(ledger.Bech32(a))
		require.NoError(t, err)
		require.Equal(t, a, back)
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for _, s := range []string{
		"", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
		"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", // one letter's case is wrong
		"cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a", "weal1", "weal1qqqq",
	} {
		_, err := ledger.ParseAddress(s)
		require.ErrorIs(t, err, ledger.ErrAddress, s)
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range eip55 {
		f.Add(s)
	}
	f.Add("weal1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ledger.ParseAddress(s)
		if err != nil {
			return
		}
		back, err := ledger.ParseAddress(a.Hex())
		require.NoError(t, err)
		require.Equal(t, a, back)
	})
}
