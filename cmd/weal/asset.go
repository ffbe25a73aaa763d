package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func assetCommand(o *options) *cobra.Command {
	return group("asset", "What earns on the chain: assets, shares, licences, credentials",
		assetList(o), assetShow(o), assetFamily(o), assetRegister(o),
		assetShares(o), assetTransfer(o), assetSplit(o), assetMove(o), assetMerge(o), assetApprove(o), assetBurn(o),
		assetPrice(o), assetLicence(o), assetGrant(o), assetRevoke(o), assetCredentials(o), assetController(o),
	)
}

func assetList(o *options) *cobra.Command {
	return &cobra.Command{
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
					return table(w, "ASSET\tKIND\tVERSION\tUNITS\tLICENCE\tOWNER", func(row func(...any)) {
						for _, a := range assets {
							row(a.ID, a.Kind, a.Version, a.Circulating, local.LicenceText(a.Licence), a.Owner)
						}
					})
				})
			})
		},
	}
}

func assetShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show one asset: owner, controller, prices, licence, lineage, revenue",
		Example: "  weal asset show 1",
		Args:    exactArgs(1, "the asset's number: weal asset show 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				a, err := client.AssetDetail(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), a, func(w io.Writer) error { return printAsset(w, a) })
			})
		},
	}
}

// exists returns an error that names the asset if there is none.
func exists(cmd *cobra.Command, client *local.Client, id types.AssetID) error {
	_, err := client.Ledger.Asset(cmd.Context(), id)
	return err
}

// oneAsset takes no argument, or one asset, as in like.
func oneAsset(like string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return wrong(cmd, "want at most one asset: %s", like)
		}
		return nil
	}
}

// aboutAsset runs f with the asset that the argument names, which exists, or with
// zero for all if there is none.
func (o *options) aboutAsset(cmd *cobra.Command, args []string, f func(*local.Client, types.AssetID) error) error {
	var asset types.AssetID
	if len(args) == 1 {
		var err error
		if asset, err = assetArg(cmd, args[0]); err != nil {
			return err
		}
	}
	return o.withClient(cmd, func(client *local.Client) error {
		if asset != 0 {
			if err := exists(cmd, client, asset); err != nil {
				return err
			}
		}
		return f(client, asset)
	})
}

// someUnits refuses --units 0: without the flag a command is about all there are.
func someUnits(cmd *cobra.Command, all string) error {
	if f := cmd.Flags().Lookup("units"); f.Changed && f.Value.String() == "0" {
		return wrong(cmd, "units: want at least 1; leave --units out for %s", all)
	}
	return nil
}

const wholeShare = "the whole share"

func printAsset(w io.Writer, a local.AssetDetail) error {
	owner := a.Owner
	if owner == "" {
		owner = "nobody: the first share was burned"
	}
	_, _ = fmt.Fprintf(w, "asset     %d (%s), version %d, %d of %d units in circulation\nowner     %s\nmaker     %s\ncontrol   %s\naccount   %s\n",
		a.ID, a.Kind, a.Version, a.Circulating, a.Units, owner, a.Maker, a.Controller, a.Account)
	_, _ = fmt.Fprintf(w, "manifest  %s\n          %s\nkey       %s\n", a.Manifest, a.ManifestURI, a.Key)
	if !a.Root.IsZero() {
		_, _ = fmt.Fprintf(w, "root      %s\n", a.Root)
	}
	for _, p := range a.Prices {
		what := "per " + string(p.Unit)
		if p.Tokens > 0 {
			what += fmt.Sprintf(" of %d tokens", p.Tokens)
		}
		if p.Unit == types.PerToken {
			what = fmt.Sprintf("per %d tokens of passages", p.Tokens)
		}
		if p.Band > 0 {
			what += fmt.Sprintf(", band %d and above", p.Band)
		}
		_, _ = fmt.Fprintf(w, "price     %s %s\n", coins(p.Amount, p.Denom), what)
	}
	_, _ = fmt.Fprintf(w, "licence   %s\n", local.LicenceText(a.Licence))
	if a.Licence.Collection != "" {
		of := a.Licence.Collection
		if a.Licence.Slot != "" {
			of = "slot " + a.Licence.Slot + " of " + of
		}
		_, _ = fmt.Fprintf(w, "          tokens of %s are credentials\n", of)
	}
	if a.Licence.TermsURI != "" {
		_, _ = fmt.Fprintf(w, "terms     %s\n          %s\n", a.Licence.Terms, a.Licence.TermsURI)
	}
	if a.Resale > 0 {
		_, _ = fmt.Fprintf(w, "resale    %s of each sale of shares to the maker\n", local.Percent(a.Resale))
	}
	for _, p := range a.Parents {
		_, _ = fmt.Fprintf(w, "parent    asset %d, version %d\n", p.Asset, p.Version)
	}
	for _, r := range a.Ancestors {
		_, _ = fmt.Fprintf(w, "royalty   %s to asset %d\n", local.Percent(r.BasisPoints), r.Asset)
	}
	for _, r := range a.Revenue {
		_, _ = fmt.Fprintf(w, "revenue   %s credited, %s claimed, %s claimable\n",
			coins(r.Credited, r.Denom), coins(r.Claimed, r.Denom), coins(r.Claimable, r.Denom))
	}
	return nil
}
