package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func assetCommand(o *options) *cobra.Command {
	return group("asset", "What earns on the chain",
		&cobra.Command{
			Use:   "list",
			Short: "List all assets",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return o.withClient(cmd, func(client *local.Client) error {
					assets, err := client.Ledger.Assets(cmd.Context())
					if err != nil {
						return err
					}
					return o.show(cmd.OutOrStdout(), nonNil(assets), func(w io.Writer) error {
						return table(w, "ASSET\tKIND\tVERSION\tUNITS\tOWNER", func(row func(...any)) {
							for _, a := range assets {
								row(a.ID, a.Kind, a.Version, a.Units, a.Owner)
							}
						})
					})
				})
			},
		},
		&cobra.Command{
			Use:     "show ID",
			Short:   "Show one asset: owner, prices, lineage, revenue",
			Example: "  weal asset show 1",
			Args:    exactArgs(1, "the asset's number: weal asset show 1"),
			RunE: func(cmd *cobra.Command, args []string) error {
				id, err := strconv.ParseUint(args[0], 10, 64)
				if err != nil {
					return usageError{fmt.Errorf("asset show: want a number, got %q; see: weal asset list", args[0])}
				}
				return o.withClient(cmd, func(client *local.Client) error {
					a, err := client.AssetDetail(cmd.Context(), types.AssetID(id))
					if err != nil {
						return err
					}
					return o.show(cmd.OutOrStdout(), a, func(w io.Writer) error { return printAsset(w, a) })
				})
			},
		},
	)
}

func printAsset(w io.Writer, a local.AssetDetail) error {
	_, _ = fmt.Fprintf(w, "asset     %d (%s), version %d, %d units\nowner     %s\nmaker     %s\n",
		a.ID, a.Kind, a.Version, a.Units, a.Owner, a.Maker)
	_, _ = fmt.Fprintf(w, "manifest  %s\n          %s\nkey       %s\n", a.Manifest, a.ManifestURI, a.Key)
	if !a.Root.IsZero() {
		_, _ = fmt.Fprintf(w, "root      %s\n", a.Root)
	}
	for _, p := range a.Prices {
		what := "per " + string(p.Unit)
		if p.Tokens > 0 {
			what += fmt.Sprintf(" of %d tokens", p.Tokens)
		}
		_, _ = fmt.Fprintf(w, "price     %s %s\n", coins(p.Amount, p.Denom), what)
	}
	for _, r := range a.Ancestors {
		_, _ = fmt.Fprintf(w, "royalty   %d.%02d %% to asset %d\n", r.BasisPoints/100, r.BasisPoints%100, r.Asset)
	}
	for _, r := range a.Revenue {
		_, _ = fmt.Fprintf(w, "revenue   %s credited, %s claimed, %s claimable\n",
			coins(r.Credited, r.Denom), coins(r.Claimed, r.Denom), coins(r.Claimable, r.Denom))
	}
	return nil
}
