package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func marketBuy(o *options) *cobra.Command {
	var from, most string
	var units, into uint64
	c := &cobra.Command{
		Use:     "buy LISTING",
		Short:   "Buy all or a part of what is listed",
		Example: "  weal market buy 7\n  weal market buy 7 --units 1000 --at-most 0.5\n  weal market buy 7 --units 1000 --into 12 --from payer",
		Args:    exactArgs(1, "the number of a listing: weal market buy 7; see: weal market show"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tradeArg(cmd, "a listing", args[0])
			if err != nil {
				return err
			}
			if err := someUnits(cmd, "all that are left"); err != nil {
				return err
			}
			var limit, denom = types.Amount{}, ""
			if most != "" {
				if limit, denom, err = priceArg(cmd, "--at-most", most); err != nil {
					return err
				}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				l, err := client.Ledger.Listing(cmd.Context(), id)
				if err != nil {
					return err
				}
				switch {
				case most == "":
					if limit, err = client.Ledger.Cost(cmd.Context(), id, units); err != nil {
						return err
					}
				case denom != l.Denom:
					return wrong(cmd, "listing %d is priced in %s, --at-most in %s", id, l.Denom, denom)
				}
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				share, paid, err := s.Buy(cmd.Context(), l, units, limit, types.ShareID(into))
				if err != nil {
					return err
				}
				did := map[string]any{"listing": id, "share": share, "paid": paid, "denom": l.Denom}
				return o.show(cmd.OutOrStdout(), did, say("bought for %s: share %d", coins(paid, l.Denom), share))
			})
		},
	}
	c.Flags().Uint64Var(&units, "units", 0, "how many units; leave out for all that are left")
	c.Flags().StringVar(&most, "at-most", "", "the most to pay; default: what it costs now")
	c.Flags().Uint64Var(&into, "into", 0, "share of the buyer's that the units go to; default: a new one")
	fromFlag(c, &from, "payer")
	return c
}

func marketOffer(o *options) *cobra.Command {
	var from, until string
	var into uint64
	c := &cobra.Command{
		Use:   "offer ASSET UNITS PRICE",
		Short: "Offer coins for units of an asset, of whoever sells them",
		Long: `Offer pays a price into escrow for units of an asset. Anyone who has units can accept,
in part too. What nobody accepted comes back with weal market cancel offer.`,
		Example: "  weal market offer 1 100000 10\n  weal market offer 1 100000 500000uusd --until 72h --into 12",
		Args:    exactArgs(3, "an asset, a number of units and a price: weal market offer 1 100000 10"),
		RunE: func(cmd *cobra.Command, args []string) error {
			asset, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			units, err := unitsArg(cmd, args[1])
			if err != nil {
				return err
			}
			t, err := termsArg(cmd, args[2], units, until)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				id, err := s.Offer(cmd.Context(), asset, t, types.ShareID(into))
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"offer": id, "asset": asset},
					say("offer %d: %s for %s of asset %d", id, coins(t.Price, t.Denom), unitsText(units), asset))
			})
		},
	}
	c.Flags().Uint64Var(&into, "into", 0, "share of the buyer's that the units go to; default: new ones")
	untilFlag(c, &until)
	fromFlag(c, &from, "payer")
	return c
}

func marketCancelOffer(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "offer NUMBER",
		Short:   "Take an offer back with what is left of its price",
		Example: "  weal market cancel offer 2",
		Args:    exactArgs(1, "the number of an offer: weal market cancel offer 2"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tradeArg(cmd, "an offer", args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				of, err := client.Ledger.GetOffer(cmd.Context(), id)
				if err != nil {
					return err
				}
				who := of.Buyer
				if of.Void != "" {
					who = ""
				}
				s, err := client.Signer(from, who, fmt.Sprintf("made offer %d", id))
				if err != nil {
					return err
				}
				if err := s.CancelOffer(cmd.Context(), id); err != nil {
					return err
				}
				did := map[string]any{"offer": id, "refund": of.Price, "denom": of.Denom, "to": of.Buyer}
				return o.show(cmd.OutOrStdout(), did, say("offer %d is gone; %s went back to %s", id, coins(of.Price, of.Denom), of.Buyer))
			})
		},
	}
	fromFlag(c, &from, "the buyer")
	return c
}
