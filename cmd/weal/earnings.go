package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func earningsCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "earnings",
		Short: "What the home's accounts and assets have earned: unsettled, claimable, claimed",
		Long: `Earnings lists, for each account of the home, the assets it has shares of and those
its role works for. Claimable is what the account's own shares can claim now (weal
claim). Unsettled and claimed are of the whole asset, whoever holds its shares, and
stand once for each asset and denomination: unsettled is what payers have signed to
a role of this home and no settlement has brought to the chain yet (weal settle),
claimed is what the chain has paid out.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				list, err := client.Earnings(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error { return printEarnings(w, list) })
			})
		},
	}
}

// printEarnings leaves cells of the whole asset empty where an earlier row has them.
func printEarnings(w io.Writer, list []local.Earning) error {
	type line struct {
		asset types.AssetID
		denom string
	}
	shown := map[line]bool{}
	return table(w, "ASSET\tKIND\tACCOUNT\tOWNER\tCLAIMABLE\tASSET UNSETTLED\tASSET CLAIMED", func(row func(...any)) {
		for _, e := range list {
			l := line{e.Asset, e.Denom}
			unsettled, claimed := "", ""
			if !shown[l] {
				unsettled, claimed = coins(e.Unsettled, e.Denom), coins(e.Claimed, e.Denom)
			}
			shown[l] = true
			row(e.Asset, e.Kind, e.Account, e.Owner, coins(e.Claimable, e.Denom), unsettled, claimed)
		}
	})
}

func settleCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "settle",
		Short: "Bring what the home's assets are owed to the chain",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				list, err := client.Settle(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					if len(list) == 0 {
						_, err := fmt.Fprintln(w, "nothing to settle")
						return err
					}
					return table(w, "ASSET\tKIND\tLANES SETTLED\tCREDITED", func(row func(...any)) {
						for _, s := range list {
							row(s.Asset, s.Kind, s.Lanes, coins(s.Credited, s.Denom))
						}
					})
				})
			})
		},
	}
}

func claimCommand(o *options) *cobra.Command {
	var from, to string
	c := &cobra.Command{
		Use:   "claim",
		Short: "Pay out what the shares of the home's accounts have earned",
		Long: `Claim pays out what the shares of all accounts of the home have earned, of whatever
asset: the payer's and each role's owner's, or with --from those of one account. The
fee of the transaction can come out of what is claimed.`,
		Example: "  weal claim\n  weal claim --from payer\n  weal claim --to payer",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				if to != "" {
					at, err := address(cmd, client, to)
					if err != nil {
						return err
					}
					to = at
				}
				list, err := client.Claim(cmd.Context(), from, to)
				if err != nil && len(list) == 0 {
					return err
				}
				// What was paid is said, even if not all could be.
				return errors.Join(err, o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					if len(list) == 0 {
						_, err := fmt.Fprintln(w, "nothing to claim; bring what is owed to the chain with: weal settle")
						return err
					}
					return table(w, "OWNER\tSHARES\tPAID", func(row func(...any)) {
						for _, p := range list {
							row(p.Owner, p.Shares, coins(p.Amount, p.Denom))
						}
					})
				}))
			})
		},
	}
	fromFlag(c, &from, "all")
	c.Flags().StringVar(&to, "to", "", "account that is paid, which is each owner or an operator of it (weal asset approve NAME --all --from OWNER); default: each owner")
	return c
}
