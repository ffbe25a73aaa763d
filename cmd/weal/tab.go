package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func tabCommand(o *options) *cobra.Command {
	return group("tab", "What uses are paid from", &cobra.Command{
		Use:   "show",
		Short: "Show the home's tab: lanes, what is promised, credited and left",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				t, err := client.Tab(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), t, func(w io.Writer) error { return printTab(w, t) })
			})
		},
	})
}

func printTab(w io.Writer, t local.TabDetail) error {
	_, _ = fmt.Fprintf(w, "tab       %d (%s), paid by %s\ndeposit   %s\nbond      %s\n\n",
		t.ID, t.State, t.Payer, coins(t.Deposit, t.Denom), coins(t.Bond, t.Denom))
	return table(w, "LANE\tAPP\tCAP\tPROMISED\tCREDITED\tLEFT\tLAST SEQ", func(row func(...any)) {
		for _, l := range t.Lanes {
			row(l.Ref, l.Gateway, coins(l.Cap, t.Denom), coins(l.Promised, t.Denom), coins(l.Credited, t.Denom),
				coins(l.Left, t.Denom), l.LastSeq)
		}
	})
}
