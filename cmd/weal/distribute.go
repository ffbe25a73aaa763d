package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/pay/attribution"
)

// distributor brings what a role has counted to the chain.
type distributor func(c *local.Client, ctx context.Context, denom string, rule attribution.Rule, from string) ([]local.Distributed, error)

// distributeCommand gives c, which has its words, the flags and the way of a
// distribution.
func (o *options) distributeCommand(c *cobra.Command, distribute distributor) *cobra.Command {
	var denom, rule, from string
	c.Use, c.Args = "distribute", cobra.NoArgs
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if rule != "" {
			if _, err := attribution.ParseRule(rule); err != nil {
				return wrong(cmd, "--split: %w", err)
			}
		}
		return o.withClient(cmd, func(client *local.Client) error {
			all, err := distribute(client, cmd.Context(), denom, attribution.Rule(rule), from)
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printDistributed(w, all) })
		})
	}
	c.Flags().StringVar(&denom, "denom", "", "only in one denomination; default: in all in which something waits")
	c.Flags().StringVar(&rule, "split", "", "equal, score or citation; default: as the asset's terms say")
	fromFlag(c, &from, "the steward of the asset")
	return c
}

func printDistributed(w io.Writer, all []local.Distributed) error {
	return table(w, "CONTRIBUTION\tPOINTS\tPAID\tROOT", func(row func(...any)) {
		for _, d := range all {
			for _, p := range d.Paid {
				row(p.ID, p.Points, coins(p.Amount, d.Denom), fmt.Sprintf("%.16s…", d.Root))
			}
		}
	})
}

// printDistributions lists distributions below something else; again is the command
// that sends what was not sent.
func printDistributions(w io.Writer, all []points.Distributed, again string) error {
	if len(all) == 0 {
		return nil
	}
	_, _ = fmt.Fprintln(w)
	return table(w, "DISTRIBUTION\tMADE\tDENOM\tRULE\tCONTRIBUTIONS\tROOT\tSTATE", func(row func(...any)) {
		for _, d := range all {
			state := "not sent: " + again
			if d.Done > 0 {
				state = "done"
			}
			row(d.Distribution.ID, time.Unix(d.Made, 0).Format(time.DateTime), d.Denom, d.Rule, len(d.Parts), fmt.Sprintf("%.16s…", d.Root), state)
		}
	})
}
