package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
)

func vaultContributors(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "contributors",
		Short: "Contributions to the home's vault, and what their use has earned",
		Long: `Documents belong to a contribution, by its number on the chain, if they were added
with weal vault add --contribution. Contributors lists how many documents and chunks
each has, and its points since the last distribution: what its passages have earned,
divided by each rule. Contribution 0 is what belongs to none: the owner's own.

When several passages are sold at once, by equals each counts the same, by score by
the band it was offered in, by citation as often as the answer cites it. Apps tell
which passages an answer cites; what no app has told of within 15 minutes counts by
equals.`,
		Example: "  weal vault contributors\n  weal vault contributors --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				all, err := client.VaultContributors(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), all, func(w io.Writer) error { return printContributors(w, all) })
			})
		},
	}
}

func printContributors(w io.Writer, all vault.Contributors) error {
	err := table(w, "CONTRIBUTION\tDOCUMENTS\tCHUNKS\tSOLD\tBY EQUALS\tBY SCORE\tBY CITATION", func(row func(...any)) {
		for _, c := range all.Contributions {
			if len(c.Points) == 0 {
				row(c.ID, c.Documents, c.Chunks, 0, "-", "-", "-")
			}
			for _, p := range c.Points {
				row(c.ID, c.Documents, c.Chunks, p.Uses, coins(p.Equal, p.Denom), coins(p.Score, p.Denom), coins(p.Citation, p.Denom))
			}
		}
	})
	if err != nil {
		return err
	}
	return printDistributions(w, all.Distributions, "weal vault distribute")
}

func vaultDistribute(o *options) *cobra.Command {
	return o.distributeCommand(&cobra.Command{
		Short: "Divide what waits for contributors by the use of their documents",
		Long: `Distribute brings the points of weal vault contributors to the chain, which divides
what waits for the asset's contributors by them; they claim it with
weal contribution claim. The rule is the one that the asset's terms name, or --split.

The points are taken out of the count and kept as a distribution, whose root goes to
the chain. If this is interrupted, do it again: what was begun is brought to its end
first, and nobody is paid twice. Points of contributions that the chain has not
accepted stay.`,
		Example: "  weal vault distribute\n  weal vault distribute --denom aweal --split citation --from vault",
	}, (*local.Client).VaultDistribute)
}

// contribution is the value of --contribution: nil until it is given.
type contribution struct{ to **uint64 }

// String implements pflag.Value.
func (c contribution) String() string {
	if c.to == nil || *c.to == nil {
		return ""
	}
	return strconv.FormatUint(**c.to, 10)
}

// Set implements pflag.Value.
func (c contribution) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("want the number of a contribution on the chain, or 0 for the owner's own, got %.40q", s)
	}
	*c.to = &n
	return nil
}

// Type implements pflag.Value.
func (contribution) Type() string { return "number" }
