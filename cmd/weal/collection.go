package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
)

func collectionCommand(o *options) *cobra.Command {
	c := group("collection", "A maker's own ERC-3525 tokens: licences, tickets, points",
		collectionCreate(o), collectionMint(o), collectionShow(o), collectionList(o))
	c.Long = `Collections are contracts of ERC-3525 tokens at addresses of their own. Tokens of a
collection can be the credentials of an asset: weal asset licence --collection.`
	return c
}

func collectionCreate(o *options) *cobra.Command {
	var from string
	var n ledger.Collection
	c := &cobra.Command{
		Use:     "create NAME SYMBOL",
		Short:   "Open a collection; the account that signs may mint in it",
		Example: "  weal collection create \"Reader's licences\" READ",
		Args:    exactArgs(2, "a name and a symbol: weal collection create \"Reader's licences\" READ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name, n.Symbol = args[0], args[1]
			return o.withClient(cmd, func(client *local.Client) error {
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				n.Maker = s.Address()
				if n.Address, err = s.CreateCollection(cmd.Context(), n); err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), n, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "collection %s is open; mint with: weal collection mint %s ADDRESS\n", n.Address, n.Address)
					return err
				})
			})
		},
	}
	f := c.Flags()
	f.Uint8Var(&n.Decimals, "decimals", 0, "decimals of values, for display")
	f.BoolVar(&n.SlotApprovable, "slot-approvable", false, "owners may approve operators for a whole slot")
	fromFlag(c, &from, "the home's first")
	return c
}

func collectionMint(o *options) *cobra.Command {
	var from, id, slot, value string
	c := &cobra.Command{
		Use:     "mint COLLECTION TO",
		Short:   "Make a token for an account, in a collection of one's own",
		Example: `  weal collection mint 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed payer --slot 1 --value 1`,
		Args:    exactArgs(2, "a collection and an address: weal collection mint 0x… 0x… --slot 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := tokenFlags(cmd, id, slot, value)
			if err == nil {
				err = addressForm(cmd, "", args[0])
			}
			if err != nil {
				return err
			}
			t := ledger.Token{Slot: slot, Value: value}
			return o.withClient(cmd, func(client *local.Client) error {
				if t.Owner, err = address(cmd, client, args[1]); err != nil {
					return err
				}
				of, err := client.Ledger.Collection(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				s, err := client.Signer(from, of.Maker, "made the collection")
				if err != nil {
					return err
				}
				made, err := s.Mint(cmd.Context(), of.Address, t.Owner, n[0], n[1], n[2])
				if err != nil {
					return err
				}
				t.ID = made.String()
				return o.show(cmd.OutOrStdout(), t, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "token %s of slot %s, with a value of %s, is %s's\n", t.ID, t.Slot, t.Value, t.Owner)
					return err
				})
			})
		},
	}
	f := c.Flags()
	f.StringVar(&id, "id", "", "the token's number; default: one that is free")
	f.StringVar(&slot, "slot", "1", "the token's slot")
	f.StringVar(&value, "value", "1", "the token's value")
	fromFlag(c, &from, "the one that made the collection")
	return c
}

// tokenFlags reads the numbers of a token: its id, nil if none is named, its slot
// and its value.
func tokenFlags(cmd *cobra.Command, id, slot, value string) (n [3]*big.Int, err error) {
	for i, f := range []struct{ flag, text string }{{"--id", id}, {"--slot", slot}, {"--value", value}} {
		if i == 0 && id == "" {
			continue
		}
		if n[i], err = numberArg(cmd, f.flag, f.text); err != nil {
			return n, err
		}
	}
	return n, nil
}

// collectionDetail is a collection with its tokens.
type collectionDetail struct {
	ledger.Collection
	Count  uint64         `json:"count"` // of all tokens
	Tokens []ledger.Token `json:"tokens"`
}

func collectionShow(o *options) *cobra.Command {
	var limit uint64
	c := &cobra.Command{
		Use:     "show COLLECTION",
		Short:   "Show a collection and its tokens",
		Example: "  weal collection show 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		Args:    exactArgs(1, "an address: weal collection show 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(someRows(cmd, limit), addressForm(cmd, "", args[0])); err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				var d collectionDetail
				var err error
				if d.Collection, err = client.Ledger.Collection(cmd.Context(), args[0]); err != nil {
					return err
				}
				if d.Tokens, d.Count, err = client.Ledger.Tokens(cmd.Context(), d.Address, limit); err != nil {
					return err
				}
				d.Tokens = nonNil(d.Tokens)
				return o.show(cmd.OutOrStdout(), d, func(w io.Writer) error { return printCollection(w, d) })
			})
		},
	}
	c.Flags().Uint64Var(&limit, "limit", 100, "at most so many tokens")
	return c
}

func printCollection(w io.Writer, d collectionDetail) error {
	_, _ = fmt.Fprintf(w, "address   %s\nname      %s (%s)\nmaker     %s\ntokens    %d\n\n", d.Address, d.Name, d.Symbol, d.Maker, d.Count)
	err := table(w, "TOKEN\tSLOT\tVALUE\tOWNER", func(row func(...any)) {
		for _, t := range d.Tokens {
			row(t.ID, t.Slot, t.Value, t.Owner)
		}
	})
	if more := d.Count - uint64(len(d.Tokens)); err == nil && more > 0 {
		_, err = fmt.Fprintf(w, "and %d more; see them with --limit\n", more)
	}
	return err
}

func collectionList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List all collections",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				all, err := client.Ledger.Collections(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error {
					return table(w, "COLLECTION\tSYMBOL\tNAME\tMAKER", func(row func(...any)) {
						for _, c := range all {
							row(c.Address, c.Symbol, c.Name, c.Maker)
						}
					})
				})
			})
		},
	}
}
