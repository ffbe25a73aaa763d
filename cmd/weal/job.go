package main

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func jobCommand(o *options) *cobra.Command {
	return group("job", "Ask assets on the chain, and answer for them",
		jobRequest(o), jobQuote(o), jobShow(o), jobList(o), jobRetry(o),
		jobOperators(o), jobAuthorise(o), jobDismiss(o), jobBond(o), jobUnbond(o), jobWithdraw(o),
	)
}

func jobShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show REQUEST",
		Short:   "Show a request and its answer",
		Example: "  weal job show 7\n  weal job show 7 --output json",
		Args:    exactArgs(1, "the number of a request: weal job show 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := placeArg(cmd, "a request", "weal job list", args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				r, err := client.Ledger.Request(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), r, func(w io.Writer) error { return printRequest(w, r) })
			})
		},
	}
}

func printRequest(w io.Writer, r ledger.Request) error {
	rows := [][2]string{
		{"request", strconv.FormatUint(r.ID, 10)}, {"asset", strconv.FormatUint(uint64(r.Asset), 10)}, {"requester", r.Requester},
		{"state", r.State}, {"price", coins(r.Price, types.BaseDenom)}, {"input", contentText(r.Input)},
	}
	if r.State == "open" {
		rows = append(rows, [2]string{"expires", fmt.Sprintf("after %s and block %d", r.Expires.Format(time.RFC3339), r.ExpiresHeight)})
	}
	if r.Answer != nil {
		rows = append(rows, [2]string{"answer", contentText(*r.Answer)}, [2]string{"operator", r.Operator})
	}
	if r.Callback != "" {
		rows = append(rows, [2]string{"call-back", fmt.Sprintf("%s with %d gas: %s, tried %d times", r.Callback, r.Gas, r.CallbackState, r.Tries)})
	}
	for _, row := range rows {
		if _, err := fmt.Fprintf(w, "%-10s %s\n", row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}

// contentText is an input or an answer for people: its text, or its hash and where
// it is.
func contentText(c ledger.Content) string {
	if c.Apart {
		return fmt.Sprintf("sha256 %s %s", c.Hash, c.URI)
	}
	if !utf8.Valid(c.Data) {
		return fmt.Sprintf("0x%x", c.Data)
	}
	return strconv.Quote(string(c.Data))
}

func jobList(o *options) *cobra.Command {
	var of string
	c := &cobra.Command{
		Use:     "list [ASSET]",
		Short:   "List the requests to an asset that wait, or those of an account",
		Example: "  weal job list 3\n  weal job list --of payer --output json",
		Args:    oneAsset("weal job list 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) == (of == "") {
				return wrong(cmd, "want an asset or --of, and one of them only")
			}
			return o.aboutAsset(cmd, args, func(client *local.Client, asset types.AssetID) error {
				var all []ledger.Request
				if of != "" {
					who, err := address(cmd, client, of)
					if err != nil {
						return err
					}
					if all, err = client.Ledger.RequestsOf(cmd.Context(), common.HexToAddress(who)); err != nil {
						return err
					}
				} else {
					var err error
					if all, err = client.Ledger.OpenRequests(cmd.Context(), asset); err != nil {
						return err
					}
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printRequests(w, all) })
			})
		},
	}
	c.Flags().StringVar(&of, "of", "", "an account of the home, or an address: its requests, open or not")
	return c
}

func printRequests(w io.Writer, all []ledger.Request) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "there are no requests")
		return err
	}
	return table(w, "REQUEST\tASSET\tPRICE\tSTATE\tCALL-BACK\tREQUESTER", func(row func(...any)) {
		for _, r := range all {
			told := r.CallbackState
			if told == "" {
				told = "none"
			}
			row(r.ID, r.Asset, coins(r.Price, types.BaseDenom), r.State, told, r.Requester)
		}
	})
}

// placeArg reads the number of what, which list shows.
func placeArg(cmd *cobra.Command, what, list, s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of %s, got %q; see: %s", what, s, list)
	}
	return n, nil
}
