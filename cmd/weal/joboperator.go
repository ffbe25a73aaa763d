package main

import (
	"fmt"
	"io"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func jobOperators(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "operators ASSET",
		Short:   "List who may answer for an asset, with their bonds",
		Example: "  weal job operators 3\n  weal job operators 3 --output json",
		Args:    exactArgs(1, "an asset: weal job operators 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.aboutAsset(cmd, args, func(client *local.Client, asset types.AssetID) error {
				all, err := client.Ledger.Operators(cmd.Context(), asset)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printOperators(w, all) })
			})
		},
	}
}

func printOperators(w io.Writer, all []ledger.Operator) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "nobody may answer; see: weal job authorise --help")
		return err
	}
	return table(w, "OPERATOR\tPART\tBOND\tSTATE", func(row func(...any)) {
		for _, one := range all {
			state := "authorised"
			switch {
			case !one.Free.IsZero():
				state = fmt.Sprintf("leaving, free after %s and block %d", one.Free.Format(time.RFC3339), one.FreeHeight)
			case !one.Authorised:
				state = "dismissed"
			}
			row(one.Operator, fmt.Sprintf("%d.%02d %%", one.BasisPoints/100, one.BasisPoints%100), coins(one.Bond, types.BaseDenom), state)
		}
	})
}

func jobAuthorise(o *options) *cobra.Command {
	var from string
	var part uint32
	c := &cobra.Command{
		Use:   "authorise ASSET ACCOUNT",
		Short: "Let an account answer for an asset, for a part of the price",
		Long: `Authorise is for who controls the asset. The account answers once it has a bond:
weal job bond. Its answers carry receipts that the asset's key signed.`,
		Example: "  weal job authorise 3 0x… --basis-points 1000\n  weal job authorise 3 payer",
		Args:    exactArgs(2, "an asset and an account: weal job authorise 3 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.operatorOf(cmd, args, from, func(s *ledger.Sender, asset types.AssetID, who common.Address) error {
				if err := s.Authorise(cmd.Context(), asset, who, part); err != nil {
					return err
				}
				did := map[string]any{"asset": asset, "operator": who.Hex(), "authorised": true, "basis_points": part}
				return o.show(cmd.OutOrStdout(), did, say("%s may answer for asset %d once it has a bond", who.Hex(), asset))
			})
		},
	}
	c.Flags().Uint32Var(&part, "basis-points", 0, "its part of the price, in hundredths of a percent")
	fromFlag(c, &from, "who controls the asset")
	return c
}

func jobDismiss(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "dismiss ASSET ACCOUNT",
		Short:   "End what authorise allowed; the bond stays the account's",
		Example: "  weal job dismiss 3 0x…",
		Args:    exactArgs(2, "an asset and an account: weal job dismiss 3 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.operatorOf(cmd, args, from, func(s *ledger.Sender, asset types.AssetID, who common.Address) error {
				if err := s.Dismiss(cmd.Context(), asset, who); err != nil {
					return err
				}
				did := map[string]any{"asset": asset, "operator": who.Hex(), "authorised": false}
				return o.show(cmd.OutOrStdout(), did, say("%s answers no more for asset %d", who.Hex(), asset))
			})
		},
	}
	fromFlag(c, &from, "who controls the asset")
	return c
}

// operatorOf reads an asset and an account, and signs for who controls the asset.
func (o *options) operatorOf(cmd *cobra.Command, args []string, from string, act func(*ledger.Sender, types.AssetID, common.Address) error) error {
	return o.aboutAsset(cmd, args[:1], func(client *local.Client, asset types.AssetID) error {
		who, err := address(cmd, client, args[1])
		if err != nil {
			return err
		}
		s, _, err := client.Controller(cmd.Context(), asset, from)
		if err != nil {
			return err
		}
		return act(s, asset, common.HexToAddress(who))
	})
}

func jobBond(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "bond ASSET AMOUNT",
		Short:   "Add to the bond of an account that may answer for an asset",
		Example: "  weal job bond 3 1\n  weal job bond 3 0.5 --from model",
		Args:    exactArgs(2, "an asset and an amount of WEAL: weal job bond 3 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			amount, denom, err := priceArg(cmd, "bond", args[1])
			if err != nil {
				return err
			}
			if denom != types.BaseDenom {
				return wrong(cmd, "bonds are in %s", types.DisplayDenom)
			}
			return o.ownBond(cmd, args, from, func(s *ledger.Sender, asset types.AssetID) error {
				if err := s.Bond(cmd.Context(), asset, amount); err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"asset": asset, "added": amount},
					say("%s more are the bond for asset %d", coins(amount, types.BaseDenom), asset))
			})
		},
	}
	fromFlag(c, &from, "payer")
	return c
}

func jobUnbond(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "unbond ASSET",
		Short:   "Stop answering for an asset; the bond is free after a window",
		Example: "  weal job unbond 3\n  weal job operators 3",
		Args:    exactArgs(1, "an asset: weal job unbond 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.ownBond(cmd, args, from, func(s *ledger.Sender, asset types.AssetID) error {
				if err := s.Unbond(cmd.Context(), asset); err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"asset": asset, "unbonding": true},
					say("the bond for asset %d is on its way back; see: weal job operators %d", asset, asset))
			})
		},
	}
	fromFlag(c, &from, "payer")
	return c
}

func jobWithdraw(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "withdraw ASSET",
		Short:   "Take a bond back after its window",
		Example: "  weal job withdraw 3",
		Args:    exactArgs(1, "an asset: weal job withdraw 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.ownBond(cmd, args, from, func(s *ledger.Sender, asset types.AssetID) error {
				paid, err := s.WithdrawBond(cmd.Context(), asset)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"asset": asset, "paid": paid},
					say("%s came back", coins(paid, types.BaseDenom)))
			})
		},
	}
	fromFlag(c, &from, "payer")
	return c
}

// ownBond reads an asset and signs for what is the signer's own.
func (o *options) ownBond(cmd *cobra.Command, args []string, from string, act func(*ledger.Sender, types.AssetID) error) error {
	return o.aboutAsset(cmd, args[:1], func(client *local.Client, asset types.AssetID) error {
		s, err := client.Signer(from, "", "")
		if err != nil {
			return err
		}
		return act(s, asset)
	})
}
