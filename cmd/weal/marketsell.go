package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func marketList(o *options) *cobra.Command {
	var from, until string
	var units uint64
	c := &cobra.Command{
		Use:   "list SHARE PRICE",
		Short: "Put a share, or units of it, up for sale",
		Long: `List puts a share up for sale, or units of it, which anyone can then buy in part.
The share stays where it is, and earns for its owner until it is sold. Moving the
share to another owner ends the listing. PRICE is for all the units: 25 is 25 WEAL,
300uusd is 300 of the denomination uusd.`,
		Example: "  weal market list 3 25 --units 250000\n  weal market list 3 1000000uusd --until 2027-01-31\n  weal market list 3 25 --from vault",
		Args:    exactArgs(2, "a share and a price: weal market list 3 25"),
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := shareArg(cmd, args[0])
			if err != nil {
				return err
			}
			if err := someUnits(cmd, wholeShare); err != nil {
				return err
			}
			t, err := termsArg(cmd, args[1], units, until)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				var id uint64
				err := withShare(cmd, client, share, from, func(s *ledger.Sender) (err error) {
					id, err = s.List(cmd.Context(), share, t)
					return err
				})
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"listing": id, "share": share}, say("listing %d: %s of share %d for %s",
					id, unitsText(units), share, coins(t.Price, t.Denom)))
			})
		},
	}
	c.Flags().Uint64Var(&units, "units", 0, "how many units; leave out for the whole share, as it is")
	untilFlag(c, &until)
	fromFlag(c, &from, ownsIt)
	return c
}

func marketAccept(o *options) *cobra.Command {
	var from, least string
	var units uint64
	c := &cobra.Command{
		Use:     "accept OFFER SHARE",
		Short:   "Sell units of a share to an offer",
		Example: "  weal market accept 2 3\n  weal market accept 2 3 --units 5000 --at-least 0.4",
		Args:    exactArgs(2, "an offer and a share: weal market accept 2 3; see: weal market show"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tradeArg(cmd, "an offer", args[0])
			if err != nil {
				return err
			}
			share, err := shareArg(cmd, args[1])
			if err != nil {
				return err
			}
			if err := someUnits(cmd, "as many as both have"); err != nil {
				return err
			}
			var limit, denom = types.Amount{}, ""
			if least != "" {
				if limit, denom, err = priceArg(cmd, "--at-least", least); err != nil {
					return err
				}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				of, err := client.Ledger.GetOffer(cmd.Context(), id)
				if err != nil {
					return err
				}
				s, err := client.Ledger.Share(cmd.Context(), share)
				if err != nil {
					return err
				}
				if units == 0 {
					units = min(of.Units, s.Value)
				}
				switch {
				case least == "":
					if limit, err = client.Ledger.Brings(cmd.Context(), of, s, units); err != nil {
						return err
					}
				case denom != of.Denom:
					return wrong(cmd, "offer %d is in %s, --at-least in %s", id, of.Denom, denom)
				}
				var paid types.Amount
				err = withShare(cmd, client, share, from, func(s *ledger.Sender) (err error) {
					paid, err = s.Accept(cmd.Context(), id, share, units, limit)
					return err
				})
				if err != nil {
					return err
				}
				did := map[string]any{"offer": id, "share": share, "units": units, "paid": paid, "denom": of.Denom}
				return o.show(cmd.OutOrStdout(), did, say("sold %s of share %d for %s", unitsText(units), share, coins(paid, of.Denom)))
			})
		},
	}
	c.Flags().Uint64Var(&units, "units", 0, "how many units; leave out for as many as both have")
	c.Flags().StringVar(&least, "at-least", "", "the least to be paid, after the maker's part; default: what it brings now")
	fromFlag(c, &from, ownsIt)
	return c
}

func marketCancelListing(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "listing NUMBER",
		Short:   "Take a share off the market, or remove a listing that is void",
		Example: "  weal market cancel listing 7",
		Args:    exactArgs(1, "the number of a listing: weal market cancel listing 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tradeArg(cmd, "a listing", args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"listing": id}, fmt.Sprintf("listing %d is gone", id), func(client *local.Client) error {
				l, err := client.Ledger.Listing(cmd.Context(), id)
				if err != nil {
					return err
				}
				of := l.Seller
				if l.Void != "" {
					of = ""
				}
				s, err := client.Signer(from, of, fmt.Sprintf("made listing %d", id))
				if err != nil {
					return err
				}
				return s.CancelListing(cmd.Context(), id)
			})
		},
	}
	fromFlag(c, &from, "the seller")
	return c
}
