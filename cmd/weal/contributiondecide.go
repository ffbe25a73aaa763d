package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

const isSteward = "the one that is the asset's steward"

// listed writes numbers in a line of text.
func listed(ids []uint64) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = strconv.FormatUint(id, 10)
	}
	return strings.Join(all, ", ")
}

func contributionAccept(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "accept CONTRIBUTION...",
		Short:   "Accept contributions: each gets its units from the pot, and its deposit back",
		Example: "  weal contribution accept 3\n  weal contribution accept 3 4 7",
		Args:    someArgs(1, "a contribution: weal contribution accept 3; see: weal contribution list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := contributionArgs(cmd, args)
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"accepted": ids}, "accepted contribution "+listed(ids), func(client *local.Client) error {
				s, err := client.StewardOf(cmd.Context(), ids, from)
				if err != nil {
					return err
				}
				return s.AcceptContributions(cmd.Context(), ids)
			})
		},
	}
	fromFlag(c, &from, isSteward)
	return c
}

func contributionReject(o *options) *cobra.Command {
	var from string
	var spam bool
	c := &cobra.Command{
		Use:     "reject CONTRIBUTION...",
		Short:   "Reject contributions; the deposits go back, or to the asset's treasury if they are spam",
		Example: "  weal contribution reject 4\n  weal contribution reject 5 6 --spam",
		Args:    someArgs(1, "a contribution: weal contribution reject 4; see: weal contribution list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := contributionArgs(cmd, args)
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"rejected": ids, "spam": spam}, "rejected contribution "+listed(ids), func(client *local.Client) error {
				s, err := client.StewardOf(cmd.Context(), ids, from)
				if err != nil {
					return err
				}
				return s.RejectContributions(cmd.Context(), ids, spam)
			})
		},
	}
	c.Flags().BoolVar(&spam, "spam", false, "keep the deposits for the asset's treasury")
	fromFlag(c, &from, isSteward)
	return c
}

func contributionWithdraw(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "withdraw CONTRIBUTION",
		Short:   "Take a proposal back, with its deposit",
		Example: "  weal contribution withdraw 3",
		Args:    exactArgs(1, "the contribution's number: weal contribution withdraw 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := contributionArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"withdrawn": id}, fmt.Sprintf("contribution %d is withdrawn", id), func(client *local.Client) error {
				c, err := client.Ledger.Contribution(cmd.Context(), id)
				if err != nil {
					return err
				}
				s, err := client.Signer(from, c.Contributor, fmt.Sprintf("made contribution %d", id))
				if err != nil {
					return err
				}
				return s.WithdrawContribution(cmd.Context(), id)
			})
		},
	}
	fromFlag(c, &from, "the contributor")
	return c
}

func contributionClose(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "close ASSET",
		Short:   "Take no more contributions to an asset; those there are stay",
		Example: "  weal contribution close 1",
		Args:    exactArgs(1, "the asset's number: weal contribution close 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"asset": id, "admission": "closed"}, fmt.Sprintf("asset %d takes no more contributions", id),
				func(client *local.Client) error {
					s, _, err := client.Controller(cmd.Context(), id, from)
					if err != nil {
						return err
					}
					return s.CloseContributions(cmd.Context(), id)
				})
		},
	}
	fromFlag(c, &from, controlsIt)
	return c
}
