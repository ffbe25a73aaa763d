package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestFeeOfAWatcher(t *testing.T) {
	const who = "0x00000000000000000000000000000000000000AA"
	for fee, points := range map[string]uint32{"0": 0, "200": 200, "2%": 200, "10%": 1000} {
		got, err := feeArg(&cobra.Command{}, who, fee)
		require.NoError(t, err)
		require.Equal(t, points, got)
	}
	for want, args := range map[string][2]string{
		"say --account as well": {"", "2%"},
		"say its part":          {who, ""},
		"--fee: want":           {who, "much"},
		"at most 10 %":          {who, "1001"},
	} {
		_, err := feeArg(&cobra.Command{}, args[0], args[1])
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, &usageError{})
	}
	none, err := feeArg(&cobra.Command{}, "", "")
	require.NoError(t, err)
	require.Zero(t, none)
}

func TestExposureFlags(t *testing.T) {
	var one, all types.Amount
	c := &cobra.Command{RunE: func(*cobra.Command, []string) error { return nil }}
	c.Flags().Var(coinsFlag{&one}, "exposure", "")
	c.Flags().Var(coinsFlag{&all}, "exposure-all", "")
	require.NoError(t, c.ParseFlags([]string{"--exposure", "0.5", "--exposure-all", "10 WEAL"}))
	require.Equal(t, "500000000000000000", one.String())
	require.Equal(t, "10000000000000000000", all.String())
	require.Error(t, c.ParseFlags([]string{"--exposure", "-1"}))
}
