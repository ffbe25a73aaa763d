package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/purse"
)

// quote prints what an answer would cost.
func (o *options) quote(cmd *cobra.Command, client *local.Client, q local.Question) error {
	b, err := client.Quote(cmd.Context(), q)
	if err != nil {
		return err
	}
	noteKeeping(cmd, b.Keeping)
	return o.show(cmd.OutOrStdout(), b, func(w io.Writer) error { return printQuote(w, b) })
}

func printQuote(w io.Writer, b purse.Bill) error {
	err := table(w, "ASSET\tBAND\tBYTES\tPRICE\tSHOWN", func(row func(...any)) {
		for _, p := range b.Passages {
			shown := oneLine(p.Heading)
			if p.Heading != "" && p.Preview != "" {
				shown += ": "
			}
			row(p.Asset, p.Band, p.Bytes, coins(p.Price, b.Denom), shown+oneLine(p.Preview))
		}
	})
	_, _ = fmt.Fprintf(w, "\npassages and what else is firm %s, at most %s; nothing was paid\n", coins(b.Firm, b.Denom), coins(b.Most, b.Denom))
	return err
}

// oneLine is plain for text of several lines, which is shown in one.
func oneLine(s string) string { return plain(strings.Join(strings.Fields(s), " ")) }
