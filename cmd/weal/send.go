package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func sendCommand(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "send ADDRESS AMOUNT",
		Short: "Send coins from an account of the home",
		Long: `Send sends coins from the payer of a home of weal up, or from another account of
the home: to the owner of a role that runs alone and waits for coins to register its
asset with, or to take out what an owner or a watcher has earned.`,
		Example: `  weal send 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 5
  weal send --from watcher 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 0.25`,
		Args: exactArgs(2, "an address and an amount: weal send 0x… 5"),
		RunE: func(cmd *cobra.Command, args []string) error {
			amount, err := parseCoins(args[1])
			if err != nil {
				return usageError{fmt.Errorf("send: %w", err)}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if err := client.Send(cmd.Context(), from, args[0], amount); err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]string{"to": args[0], "amount": amount.String()}, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "sent %s to %s\n", coins(amount, types.BaseDenom), args[0])
					return err
				})
			})
		},
	}
	fromFlag(c, &from, "payer")
	return c
}
