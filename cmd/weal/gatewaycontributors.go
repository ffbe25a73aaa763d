package main

import (
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/local"
)

func gatewayContributors(o *options) *cobra.Command {
	c := &cobra.Command{
		Use:   "contributors",
		Short: "Vaults that share in the home's app, and what their passages have earned",
		Long: `An app shares a part of what it earns with the vaults that it answers from, if its
terms say so (weal contribution terms) and each vault's owner has a contribution to it:

  the app's owner     weal contribution terms 5 --admission review --steward gateway \
                        --part 50% --split citation
  a vault's owner     weal contribution add 5 --root ROOT --chunks 120 --uri weal:1
  the app's owner     weal contribution accept 7
                      weal gateway contributors set 1 7
                      weal gateway distribute

Contributors lists the vaults, which contribution each is, in how many answers its
passages were since the last distribution, and what these have earned, divided by each
rule: the price of an answer is divided among the vaults behind it, by equals the same
to each, by score by the bands that their passages were offered in, by citation as
often as the answer cites them. A search counts by equals.`,
		Example: "  weal gateway contributors\n  weal gateway contributors --output json\n  weal gateway contributors set 1 7",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				all, err := client.GatewayContributors(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), all, func(w io.Writer) error { return printVaults(w, all) })
			})
		},
	}
	c.AddCommand(gatewayContributorsSet(o))
	return c
}

func printVaults(w io.Writer, all gateway.Contributors) error {
	err := table(w, "VAULT\tCONTRIBUTION\tANSWERS\tBY EQUALS\tBY SCORE\tBY CITATION", func(row func(...any)) {
		for _, v := range all.Vaults {
			is := "none"
			if v.Contribution != 0 {
				is = strconv.FormatUint(v.Contribution, 10)
			}
			if len(v.Points) == 0 {
				row(v.Vault, is, 0, "-", "-", "-")
			}
			for _, p := range v.Points {
				row(v.Vault, is, p.Uses, coins(p.Equal, p.Denom), coins(p.Score, p.Denom), coins(p.Citation, p.Denom))
			}
		}
	})
	if err != nil {
		return err
	}
	return printDistributions(w, all.Distributions, "weal gateway distribute")
}

func gatewayContributorsSet(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "set VAULT CONTRIBUTION",
		Short: "Say which contribution to the home's app a vault is",
		Long: `Set says which contribution to the app gets the points of a vault, by the number of
the vault's asset and that of the contribution; 0 is none. It holds for the next
distribution, also of what the vault has earned before. Several vaults may be one
contribution. Without one, the vault's points wait.`,
		Example: "  weal gateway contributors set 1 7\n  weal gateway contributors set 1 0",
		Args:    exactArgs(2, "the number of a vault and that of a contribution: weal gateway contributors set 1 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			vault, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			n, err := strconv.ParseUint(args[1], 10, 63)
			if err != nil {
				return wrong(cmd, "want the number of a contribution, or 0 for none, got %.40q; see: weal contribution list", args[1])
			}
			return o.withClient(cmd, func(client *local.Client) error {
				set, err := client.SetGatewayContributor(cmd.Context(), vault, n)
				if err != nil {
					return err
				}
				text := say("vault %d is contribution %d", vault, n)
				if n == 0 {
					text = say("vault %d is no contribution; its points wait", vault)
				}
				return o.show(cmd.OutOrStdout(), set, text)
			})
		},
	}
}

func gatewayDistribute(o *options) *cobra.Command {
	return o.distributeCommand(&cobra.Command{
		Short: "Divide what waits for the app's contributors by what their vaults counted",
		Long: `Distribute brings the points of weal gateway contributors to the chain, which divides
what waits for the app's contributors by them; they claim it with
weal contribution claim. The rule is the one that the app's terms name, or --split.

The points are taken out of the count and kept as a distribution, whose root goes to
the chain. If this is interrupted, do it again: what was begun is brought to its end
first, and nobody is paid twice. Points of vaults that are no contribution which the
chain has accepted stay.`,
		Example: "  weal gateway distribute\n  weal gateway distribute --denom aweal --split equal --from gateway --output json",
	}, (*local.Client).GatewayDistribute)
}
