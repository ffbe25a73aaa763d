package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func marketCommand(o *options) *cobra.Command {
	return group("market", "Buy and sell shares of assets",
		marketShow(o), marketList(o), marketBuy(o), marketOffer(o), marketAccept(o),
		group("cancel", "Take back a listing or an offer", marketCancelListing(o), marketCancelOffer(o)),
	)
}

// market is what is for sale, and what is offered.
type market struct {
	Listings []ledger.Listing `json:"listings"`
	Offers   []ledger.Offer   `json:"offers"`
}

func marketShow(o *options) *cobra.Command {
	var listing, offer uint64
	c := &cobra.Command{
		Use:     "show [ASSET]",
		Short:   "List what is for sale and what is offered, of one asset or of all",
		Example: "  weal market show\n  weal market show 1 --output json\n  weal market show --listing 7",
		Args:    oneAsset("weal market show 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			set := cmd.Flags().Changed
			if n := len(args); n > 0 && (set("listing") || set("offer")) || set("listing") && set("offer") {
				return wrong(cmd, "want an asset, --listing or --offer, and one of them only")
			}
			err := o.aboutAsset(cmd, args, func(client *local.Client, asset types.AssetID) error {
				var m market
				var err error
				switch {
				case set("listing"):
					var one ledger.Listing
					one, err = client.Ledger.Listing(cmd.Context(), listing)
					m.Listings = append(m.Listings, one)
				case set("offer"):
					var one ledger.Offer
					one, err = client.Ledger.GetOffer(cmd.Context(), offer)
					m.Offers = append(m.Offers, one)
				default:
					if m.Listings, err = client.Ledger.Listings(cmd.Context(), asset); err == nil {
						m.Offers, err = client.Ledger.Offers(cmd.Context(), asset)
					}
				}
				if err != nil {
					return err
				}
				m = market{Listings: nonNil(m.Listings), Offers: nonNil(m.Offers)}
				return o.show(cmd.OutOrStdout(), m, func(w io.Writer) error { return printMarket(w, m) })
			})
			if len(args) == 1 && errors.Is(err, types.ErrNotFound) {
				err = fmt.Errorf("%w; a listing is shown by: weal market show --listing %s", err, args[0])
			}
			return err
		},
	}
	c.Flags().Uint64Var(&listing, "listing", 0, "only the listing with this number")
	c.Flags().Uint64Var(&offer, "offer", 0, "only the offer with this number")
	return c
}

func printMarket(w io.Writer, m market) error {
	if len(m.Listings) == 0 && len(m.Offers) == 0 {
		_, err := fmt.Fprintln(w, "nothing is for sale, and nothing is offered")
		return err
	}
	if len(m.Listings) > 0 {
		err := table(w, "LISTING\tASSET\tSHARE\tUNITS\tPRICE\tSELLER\tSTATE", func(row func(...any)) {
			for _, l := range m.Listings {
				units := strconv.FormatUint(l.Units, 10)
				if l.Whole {
					units += ", whole"
				}
				row(l.ID, l.Asset, l.Share, units, coins(l.Price, l.Denom), l.Seller, state(l.Void, l.Until))
			}
		})
		if err != nil {
			return err
		}
	}
	if len(m.Offers) == 0 {
		return nil
	}
	return table(w, "OFFER\tASSET\tUNITS\tPRICE\tBUYER\tSTATE", func(row func(...any)) {
		for _, of := range m.Offers {
			row(of.ID, of.Asset, of.Units, coins(of.Price, of.Denom), of.Buyer, state(of.Void, of.Until))
		}
	})
}

func state(void string, until time.Time) string {
	switch {
	case void != "":
		return "void: " + void
	case !until.IsZero():
		return "until " + until.Format(time.RFC3339)
	}
	return "open"
}

func untilFlag(c *cobra.Command, until *string) {
	c.Flags().StringVar(until, "until", "", "when it ends: 2027-01-31, 2027-01-31T12:00:00Z, 72h or never; default: never")
}

// termsArg reads a price and an end.
func termsArg(cmd *cobra.Command, price string, units uint64, until string) (t ledger.Terms, err error) {
	t.Units = units
	if t.Price, t.Denom, err = priceArg(cmd, "price", price); err != nil {
		return t, err
	}
	t.Until, err = untilArg(cmd, until)
	return t, err
}

// untilArg reads --until: a time, or never.
func untilArg(cmd *cobra.Command, s string) (time.Time, error) {
	if s == "never" {
		return time.Time{}, nil
	}
	t, err := timeArg(s, time.Now())
	if err != nil {
		return t, wrong(cmd, "--until: %w", err)
	}
	return t, nil
}

// priceArg reads a price: 1.5 for WEAL, 300uusd for smallest units of a denomination.
func priceArg(cmd *cobra.Command, what, s string) (types.Amount, string, error) {
	coin, err := types.ParseCoin(s)
	if err != nil {
		return coin.Amount, "", wrong(cmd, "%s: %w", what, err)
	}
	return coin.Amount, coin.Denom, nil
}

// tradeArg reads the number of what: "a listing" or "an offer".
func tradeArg(cmd *cobra.Command, what, s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of %s, got %q; see: weal market show", what, s)
	}
	return n, nil
}

// unitsText is a number of units for people; zero is a whole share.
func unitsText(n uint64) string {
	switch n {
	case 0:
		return "the whole"
	case 1:
		return "1 unit"
	}
	return fmt.Sprintf("%d units", n)
}

// say writes a line.
func say(format string, args ...any) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		return err
	}
}
