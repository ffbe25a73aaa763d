package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func assetShares(o *options) *cobra.Command {
	var owner string
	var limit uint64
	c := &cobra.Command{
		Use:     "shares [ID]",
		Short:   "List the shares of an asset, or of an owner",
		Example: "  weal asset shares 1\n  weal asset shares --owner vault\n  weal asset shares 1 --owner 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || (len(args) == 0 && owner == "") {
				return wrong(cmd, "want an asset, an owner or both: weal asset shares 1, weal asset shares --owner ADDRESS")
			}
			if err := someRows(cmd, limit); err != nil {
				return err
			}
			var id types.AssetID
			if len(args) == 1 {
				var err error
				if id, err = assetArg(cmd, args[0]); err != nil {
					return err
				}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				shares, all, err := listShares(cmd, client, id, owner, limit)
				if err != nil {
					return err
				}
				err = o.show(cmd.OutOrStdout(), nonNil(shares), func(w io.Writer) error { return printShares(w, shares, all) })
				if o.output == "text" && !o.quiet {
					hintMerge(cmd.ErrOrStderr(), shares)
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&owner, "owner", "", "only those of one owner: an address, or an account of the home")
	c.Flags().Uint64Var(&limit, "limit", 100, "at most so many of an asset")
	return c
}

func listShares(cmd *cobra.Command, client *local.Client, id types.AssetID, owner string, limit uint64) ([]ledger.Share, uint64, error) {
	if owner == "" {
		if _, err := client.Ledger.Asset(cmd.Context(), id); err != nil {
			return nil, 0, err // no shares and no asset are not the same
		}
		return client.Ledger.SharesOfAsset(cmd.Context(), id, limit)
	}
	who, err := address(cmd, client, owner)
	if err != nil {
		return nil, 0, err
	}
	all, err := client.Ledger.SharesOf(cmd.Context(), who)
	if err != nil {
		return nil, 0, err
	}
	var shares []ledger.Share
	for _, s := range all {
		if id == 0 || s.Asset == id {
			shares = append(shares, s)
		}
	}
	return shares, uint64(len(shares)), nil
}

func printShares(w io.Writer, shares []ledger.Share, all uint64) error {
	err := table(w, "SHARE\tASSET\tUNITS\tOWNER", func(row func(...any)) {
		for _, s := range shares {
			row(s.ID, s.Asset, s.Value, s.Owner)
		}
	})
	if more := all - uint64(len(shares)); err == nil && more > 0 {
		_, err = fmt.Fprintf(w, "and %d more; see them with --limit\n", more)
	}
	return err
}

// withShare runs f as the account that owns a share, or the one called from.
func withShare(cmd *cobra.Command, client *local.Client, share types.ShareID, from string, f func(*ledger.Sender) error) error {
	s, err := client.Ledger.Share(cmd.Context(), share)
	if err != nil {
		return err
	}
	sender, err := client.Signer(from, s.Owner, fmt.Sprintf("owns share %d", share))
	if err != nil {
		return err
	}
	return f(sender)
}

const ownsIt = "the one that owns the share"

func assetTransfer(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "transfer SHARE TO",
		Short:   "Give a whole share to another owner, with what it has earned and not claimed",
		Example: "  weal asset transfer 3 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		Args:    exactArgs(2, "a share and an address: weal asset transfer 3 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := shareArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"share": share, "to": args[1]}, fmt.Sprintf("share %d is %s's now", share, args[1]),
				func(client *local.Client) error {
					to, err := address(cmd, client, args[1])
					if err != nil {
						return err
					}
					return withShare(cmd, client, share, from, func(s *ledger.Sender) error { return s.TransferShare(cmd.Context(), share, to) })
				})
		},
	}
	fromFlag(c, &from, ownsIt)
	return c
}

func assetSplit(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "split SHARE TO UNITS",
		Short: "Send units of a share to an owner, as a new share",
		Long: `Split moves units of a share to a new share of an owner. What the units have earned
so far stays with the old share.`,
		Example: "  weal asset split 3 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 250000",
		Args:    exactArgs(3, "a share, an address and a number of units: weal asset split 3 0x… 250000"),
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := shareArg(cmd, args[0])
			if err != nil {
				return err
			}
			units, err := unitsArg(cmd, args[2])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				to, err := address(cmd, client, args[1])
				if err != nil {
					return err
				}
				var made types.ShareID
				err = withShare(cmd, client, share, from, func(s *ledger.Sender) (err error) {
					made, err = s.TransferValue(cmd.Context(), share, to, units)
					return err
				})
				if err != nil {
					return err
				}
				did := map[string]any{"share": made, "from": share, "to": to, "units": units}
				return o.show(cmd.OutOrStdout(), did, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "share %d of %s has %d units of share %d\n", made, to, units, share)
					return err
				})
			})
		},
	}
	fromFlag(c, &from, ownsIt)
	return c
}

func assetMove(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "move FROM TO UNITS",
		Short:   "Move units from one share into another of the same asset",
		Example: "  weal asset move 3 7 1000",
		Args:    exactArgs(3, "two shares and a number of units: weal asset move 3 7 1000"),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := shareArg(cmd, args[0])
			if err != nil {
				return err
			}
			target, err := shareArg(cmd, args[1])
			if err != nil {
				return err
			}
			units, err := unitsArg(cmd, args[2])
			if err != nil {
				return err
			}
			if source == target {
				return wrong(cmd, "want two shares, got %d twice; to split one: weal asset split", source)
			}
			return o.acting(cmd, map[string]any{"from": source, "to": target, "units": units},
				fmt.Sprintf("%d units of share %d are share %d's now", units, source, target), func(client *local.Client) error {
					return withShare(cmd, client, source, from, func(s *ledger.Sender) error {
						return s.TransferInto(cmd.Context(), source, target, units)
					})
				})
		},
	}
	fromFlag(c, &from, ownsIt)
	return c
}

func assetBurn(o *options) *cobra.Command {
	var from string
	var units uint64
	var yes bool
	c := &cobra.Command{
		Use:   "burn SHARE",
		Short: "Burn a share, or units of it, for ever",
		Long: `Burn destroys a share, or with --units a part of it. What the asset earns from then
on is the others'; a share that is burned whole is first paid what it has earned.
It cannot be undone, so it has to be said with --yes.`,
		Example: "  weal asset burn 3 --yes\n  weal asset burn 3 --units 1000 --yes",
		Args:    exactArgs(1, "a share: weal asset burn 3 --yes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := shareArg(cmd, args[0])
			if err != nil {
				return err
			}
			if err := someUnits(cmd, wholeShare); err != nil {
				return err
			}
			if !yes {
				return wrong(cmd, "what is burned is gone for ever; if that is meant, add --yes")
			}
			did := map[string]any{"share": share}
			text := fmt.Sprintf("share %d is burned", share)
			if units > 0 {
				did["units"], text = units, fmt.Sprintf("%d units of share %d are burned", units, share)
			}
			return o.acting(cmd, did, text, func(client *local.Client) error {
				return withShare(cmd, client, share, from, func(s *ledger.Sender) error {
					if units > 0 {
						return s.BurnValue(cmd.Context(), share, units)
					}
					return s.Burn(cmd.Context(), share)
				})
			})
		},
	}
	c.Flags().Uint64Var(&units, "units", 0, "only so many units; leave out for the whole share")
	c.Flags().BoolVar(&yes, "yes", false, "it is meant")
	fromFlag(c, &from, ownsIt)
	return c
}
