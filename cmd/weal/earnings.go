package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func earningsCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "earnings",
		Short: "What the home's assets have earned: unsettled, claimable, claimed",
		Long: `Earnings lists what each asset of the home has earned. Unsettled is what payers
have signed and no settlement has brought to the chain yet (weal settle);
claimable is credited on the chain and not yet paid out (weal claim).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				list, err := client.Earnings(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					return table(w, "ASSET\tKIND\tOWNER\tUNSETTLED\tCLAIMABLE\tCLAIMED", func(row func(...any)) {
						for _, e := range list {
							row(e.Asset, e.Kind, e.Owner, coins(e.Unsettled, e.Denom), coins(e.Claimable, e.Denom), coins(e.Claimed, e.Denom))
						}
					})
				})
			})
		},
	}
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
	var to string
	c := &cobra.Command{
		Use:   "claim",
		Short: "Pay out what the shares of the home's owners have earned",
		Long: `Claim pays out what the shares of the home's owners have earned. The fee of the
transaction can come out of what is claimed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				if to != "" {
					at, err := address(cmd, client, to)
					if err != nil {
						return err
					}
					to = at
				}
				list, err := client.Claim(cmd.Context(), to)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					if len(list) == 0 {
						_, err := fmt.Fprintln(w, "nothing to claim; bring what is owed to the chain with: weal settle")
						return err
					}
					return table(w, "OWNER\tSHARES\tPAID", func(row func(...any)) {
						for _, p := range list {
							row(p.Owner, p.Shares, coins(p.Amount, p.Denom))
						}
					})
				})
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "account that is paid, which is an operator of the owners (weal asset approve --all); default: each owner")
	return c
}
