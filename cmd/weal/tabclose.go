package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func tabList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the tabs of the home's payer",
		Example: "  weal tab list\n  weal tab list --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				tabs, err := client.Tabs(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(tabs), func(w io.Writer) error {
					return table(w, "TAB\tSTATE\tDEPOSIT\tBOND\tFEE RESERVE\tLANES\tFOR APPS", func(row func(...any)) {
						for _, t := range tabs {
							apps := map[types.AssetID]bool{}
							var names []string
							for _, l := range t.Lanes {
								if !apps[l.Gateway] {
									apps[l.Gateway] = true
									names = append(names, strconv.FormatUint(uint64(l.Gateway), 10))
								}
							}
							row(t.ID, t.State, coins(t.Deposit, t.Denom), coins(t.Bond, t.Denom), coins(t.FeeReserve, t.Denom),
								len(t.Lanes), list(names, func(s string) string { return s }))
						}
					})
				})
			})
		},
	}
}

// tabArg reads the number of a tab.
func tabArg(cmd *cobra.Command, s string) (types.TabID, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of a tab, got %q; see: weal tab list", s)
	}
	return types.TabID(n), nil
}

func tabClose(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "close TAB",
		Short: "Close a tab: nobody works for it any more",
		Long: `Close begins a tab's closing. Who is owed something still settles it in a window of
at least 10 minutes and 100 blocks; then weal tab withdraw pays back what is left of
deposit, bond and fee reserve.`,
		Example: "  weal tab close 7\n  weal tab withdraw 7",
		Args:    exactArgs(1, "the tab's number: weal tab close 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			tab, err := tabArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]types.TabID{"closing": tab},
				fmt.Sprintf("tab %d is closing; when its window has ended: weal tab withdraw %d", tab, tab),
				func(client *local.Client) error { return client.CloseTab(cmd.Context(), tab) })
		},
	}
}

func tabWithdraw(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "withdraw TAB",
		Short:   "Get back what is left of a tab whose closing window has ended",
		Example: "  weal tab withdraw 7",
		Args:    exactArgs(1, "the tab's number: weal tab withdraw 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			tab, err := tabArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				refund, denom, err := client.Withdraw(cmd.Context(), tab)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"tab": tab, "refund": refund, "denom": denom}, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "tab %d is closed; its payer got %s back\n", tab, coins(refund, denom))
					return err
				})
			})
		},
	}
}
