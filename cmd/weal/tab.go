package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func tabCommand(o *options) *cobra.Command {
	return group("tab", "What uses are paid from", tabShow(o), tabList(o), tabOpen(o), tabFund(o), tabRevoke(o), tabClose(o), tabWithdraw(o))
}

func tabShow(o *options) *cobra.Command {
	var tab uint64
	c := &cobra.Command{
		Use:     "show [TAB]",
		Short:   "Show a tab: lanes, what is promised, credited and left",
		Example: "  weal tab show\n  weal tab show 7 --output json",
		Args: func(cmd *cobra.Command, args []string) (err error) {
			switch {
			case len(args) > 1 || len(args) == 1 && tab != 0:
				return wrong(cmd, "want one tab at most: weal tab show 7")
			case len(args) == 1:
				if tab, err = strconv.ParseUint(args[0], 10, 64); err != nil || tab == 0 {
					return wrong(cmd, "%q is no number of a tab; see: weal tab list", args[0])
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				t, err := client.Tab(cmd.Context(), types.TabID(tab))
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), t, func(w io.Writer) error { return printTab(w, t) })
			})
		},
	}
	c.Flags().Uint64Var(&tab, "tab", 0, "number of the tab; default: the home's own")
	return c
}

func tabOpen(o *options) *cobra.Command {
	var app uint64
	var amount string
	c := &cobra.Command{
		Use:   "open",
		Short: "Open a tab for an app of someone else, paid by the home's payer",
		Long: `Open opens a tab with one lane to an app, and gives the lane to the home's purse.
The payer puts down the lane's amount and as much again as a bond; both come back
when the tab is closed, less what was spent.`,
		Example: "  weal tab open --app 5 --amount 2.5\n  weal ask --app 5 \"…\"",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			lane, err := parseCoins(amount)
			if err != nil || app == 0 {
				return usageError{errors.Join(errors.New("tab open: say which app and how much: weal tab open --app 5 --amount 2.5"), err)}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				tab, err := client.OpenTab(cmd.Context(), types.AssetID(app), lane)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]types.TabID{"tab": tab}, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "tab %d is open; ask with: weal ask --app %d \"…\"\n", tab, app)
					return err
				})
			})
		},
	}
	c.Flags().Uint64Var(&app, "app", 0, "number of the app")
	c.Flags().StringVar(&amount, "amount", "1", "what the lane can pay in all, in WEAL")
	return c
}

func printTab(w io.Writer, t local.TabDetail) error {
	_, _ = fmt.Fprintf(w, "tab       %d (%s), paid by %s\ndeposit   %s, of which %s are in no lane\nbond      %s\n\n",
		t.ID, t.State, t.Payer, coins(t.Deposit, t.Denom), coins(t.Free, t.Denom), coins(t.Bond, t.Denom))
	return table(w, "LANE\tAPP\tCAP\tPROMISED\tCREDITED\tLEFT\tLAST SEQ\tSTATE", func(row func(...any)) {
		for _, l := range t.Lanes {
			row(l.Ref, l.Gateway, coins(l.Cap, t.Denom), coins(l.Promised, t.Denom), coins(l.Credited, t.Denom),
				coins(l.Left, t.Denom), l.LastSeq, l.State)
		}
	})
}
