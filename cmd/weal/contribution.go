package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func contributionCommand(o *options) *cobra.Command {
	return group("contribution", "Add to assets, and be paid for what was added",
		contributionTerms(o), contributionAdd(o), contributionList(o), contributionShow(o), contributionCheck(o),
		contributionAccept(o), contributionReject(o), contributionWithdraw(o), contributionClose(o),
		contributionPool(o), contributionDistribute(o), contributionClaim(o),
	)
}

// contributionArg reads the number of a contribution.
func contributionArg(cmd *cobra.Command, s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of a contribution, got %q; see: weal contribution list", s)
	}
	return n, nil
}

// contributionArgs reads numbers of contributions.
func contributionArgs(cmd *cobra.Command, args []string) ([]uint64, error) {
	ids := make([]uint64, len(args))
	for i, s := range args {
		var err error
		if ids[i], err = contributionArg(cmd, s); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// someArgs wants at least n arguments and says what they are otherwise.
func someArgs(n int, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return wrong(cmd, "want %s", want)
		}
		return nil
	}
}

func contributionList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "list [ASSET]",
		Short:   "List what was contributed to one asset, or to all",
		Example: "  weal contribution list 1\n  weal contribution list --output json",
		Args:    oneAsset("weal contribution list 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.aboutAsset(cmd, args, func(client *local.Client, asset types.AssetID) error {
				all, err := client.Ledger.Contributions(cmd.Context(), asset)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printContributions(w, all) })
			})
		},
	}
}

func printContributions(w io.Writer, all []ledger.Contribution) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "nothing was contributed; what an asset asks is told by: weal contribution terms ASSET")
		return err
	}
	return table(w, "CONTRIBUTION\tASSET\tSTATE\tCHUNKS\tUNITS\tCONTRIBUTOR\tURI", func(row func(...any)) {
		for _, c := range all {
			row(c.ID, c.Asset, c.State, c.Chunks, c.Units, c.Contributor, plain(c.URI))
		}
	})
}

func contributionShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show CONTRIBUTION",
		Short:   "Show one contribution, and what it has earned",
		Example: "  weal contribution show 3",
		Args:    exactArgs(1, "the contribution's number: weal contribution show 3; see: weal contribution list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := contributionArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				c, err := client.Ledger.Contribution(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), c, func(w io.Writer) error { return printContribution(w, c) })
			})
		},
	}
}

func printContribution(w io.Writer, c ledger.Contribution) error {
	_, err := fmt.Fprintf(w, "contribution  %d to asset %d, %s\ncontributor   %s\nroot          %s, over %d chunks\n",
		c.ID, c.Asset, c.State, c.Contributor, c.Root, c.Chunks)
	if c.URI != "" {
		_, err = fmt.Fprintf(w, "found at      %s\n", plain(c.URI))
	}
	switch {
	case c.State == "proposed":
		_, err = fmt.Fprintf(w, "promised      %s; deposited %s\n", unitCount(c.Units), coins(c.Deposit, types.BaseDenom))
	case c.Units > 0:
		_, err = fmt.Fprintf(w, "granted       %s, to share %d\n", unitCount(c.Units), c.Share)
	}
	for _, e := range c.Earnings {
		_, err = fmt.Fprintf(w, "earned        %s, of which %s can be claimed; last by evidence %s\n",
			coins(e.Earned, e.Denom), coins(e.Owed, e.Denom), e.Root)
	}
	return err
}

// unitCount is a number of units for people, zero too.
func unitCount(n uint64) string {
	if n == 0 {
		return "no units"
	}
	return unitsText(n)
}
