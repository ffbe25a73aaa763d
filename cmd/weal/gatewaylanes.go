package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func gatewayLanes(o *options) *cobra.Command {
	c := group("lanes", "Lanes that a customer pays for and a gateway signs for",
		gatewayLanesMake(o), gatewayLanesList(o), gatewayLanesFund(o))
	c.Long = `A customer can have a gateway spend from a tab of its own, without giving it a wallet:

  the gateway's owner   weal gateway lanes make
  the customer          weal gateway lanes fund --app 5 --amount 10 KEY…
  the gateway's owner   weal gateway key create --name acme --tab 7

The gateway holds the keys of these lanes and nothing else of the customer's: whoever
steals them can spend the lanes' caps, and no more. The customer tops the tab up with
weal tab fund, and ends it with weal tab revoke.`
	return c
}

func gatewayLanesMake(o *options) *cobra.Command {
	var count int
	c := &cobra.Command{
		Use:     "make",
		Short:   "Make keys of lanes for a customer, and print their public halves",
		Example: "  weal gateway lanes make --count 4\n  weal gateway lanes make --output json | jq -r '.keys[]'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				made, err := client.MakeLaneKeys(cmd.Context(), count)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), made, func(w io.Writer) error {
					_, _ = fmt.Fprintf(w, "the customer funds %d lanes with:\n\n  weal gateway lanes fund --app %d --amount 10", len(made.Keys), made.App)
					for _, k := range made.Keys {
						_, _ = fmt.Fprintf(w, " \\\n    %s", k)
					}
					_, err := fmt.Fprintf(w, "\n\nand then, with the number of the tab: weal gateway key create --name … --tab N\n")
					return err
				})
			})
		},
	}
	c.Flags().IntVar(&count, "count", 4, "how many lanes: so many questions at once")
	return c
}

func gatewayLanesList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the public halves of the keys that were made for customers' lanes",
		Example: "  weal gateway lanes list --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				made, err := client.LaneKeys(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), made, func(w io.Writer) error {
					for _, k := range made.Keys {
						if _, err := fmt.Fprintln(w, k); err != nil {
							return err
						}
					}
					return nil
				})
			})
		},
	}
}

func gatewayLanesFund(o *options) *cobra.Command {
	var app uint64
	var amount string
	c := &cobra.Command{
		Use:   "fund KEY…",
		Short: "Open a tab, paid by the home's payer, whose lanes another's gateway signs for",
		Long: `Fund opens a tab with a lane for each key, in equal parts of the amount. The keys are
those that the gateway's owner has made (weal gateway lanes make). The payer also puts
down a bond of one lane's cap; it and what is not spent come back when the tab is closed.`,
		Example: "  weal gateway lanes fund --app 5 --amount 10 3f0c… 91ab…",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			lanes, err := laneKeyArgs(cmd, args)
			if err != nil {
				return err
			}
			sum, err := parseCoins(amount)
			if err != nil || sum.IsZero() || app == 0 {
				return wrong(cmd, "say for which app and how much: --app 5 --amount 10")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				tab, err := client.FundLanes(cmd.Context(), types.AssetID(app), sum, lanes)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]types.TabID{"tab": tab}, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "tab %d is open; tell the gateway's owner its number: weal gateway key create --name … --tab %d\n", tab, tab)
					return err
				})
			})
		},
	}
	c.Flags().Uint64Var(&app, "app", 0, "number of the app that the gateway serves, or of a model or vault that an x402 client pays itself")
	c.Flags().StringVar(&amount, "amount", "", "what all lanes together can pay, in WEAL")
	return c
}

// laneKeyArgs reads public keys of lanes, each once.
func laneKeyArgs(cmd *cobra.Command, args []string) ([]types.Hash, error) {
	if len(args) == 0 {
		return nil, wrong(cmd, "say the keys of the lanes, as weal gateway lanes make has printed them")
	}
	var all []types.Hash
	seen := map[types.Hash]bool{}
	for _, s := range args {
		k, err := types.ParseHash(s)
		if err != nil {
			return nil, wrong(cmd, "%w", err)
		}
		if seen[k] {
			return nil, wrong(cmd, "the key %s is given twice", k)
		}
		seen[k] = true
		all = append(all, k)
	}
	return all, nil
}
