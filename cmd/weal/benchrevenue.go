package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/revenue"
)

func benchRevenue(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "revenue",
		Short: "Cost of paying few and many holders, and of moving value beside Solidity",
		Long: `Revenue makes a chain in this process, which needs no home, and measures on it

  the gas of a settlement, and of pulling a royalty, that pays an asset with 1,
  with 1,000 and with 600,000 holders;

  gas and time of transferFrom(uint256,uint256,uint256) in the native contract,
  and in the reference implementation of ERC-3525 in Solidity, by turns.

The 600,000 holders take about five minutes on two cores, and 8 GB of memory.
Files are in the temporary directory and are removed at the end.`,
		Example: "  weal bench revenue --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var shown *bar
			part := ""
			f, err := revenue.Run(cmd.Context(), revenue.Config{Progress: func(name string, done, all int) {
				if name != part {
					if shown != nil {
						shown.end()
					}
					part, shown = name, o.bar(name, os.Stderr)
				}
				shown.set(done, all)
			}})
			if shown != nil {
				shown.end()
			}
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
}
