package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func assetRegister(o *options) *cobra.Command {
	var from, manifest string
	c := &cobra.Command{
		Use:   "register FILE",
		Short: "Register an asset that a file describes",
		Long: `Register registers an asset from a YAML file, or from a manifest. The account that
signs is its maker, controls it, and owns the one share with all units.

  name: labels of 2026
  kind: work                  # data, model, app, agent, machine, store, work
  description: …
  manifest_uri: https://example.org/labels.json   # or endpoint: of the role that serves it
  prices:
    - {unit: use, amount: 0.5 WEAL}               # passage, use, tick (with tokens)
  parents:
    - {asset: 1, bps: 3%}
  licence: {kind: commercial, royalty: 5%}        # or a kind alone: licence: open
  resale: 2.5%                # of each sale of shares, to the maker; for ever
  units: 1000000

More keys: denoms, policies, contact, root, key, and of licence closed, collection,
slot, terms (its SHA-256) and terms_uri. The chain keeps the hash of the manifest:
put the one that --manifest writes at manifest_uri.`,
		Example: "  weal asset register labels.yaml --manifest labels.json --from payer",
		Args:    exactArgs(1, "a file: weal asset register labels.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				r, err := client.RegisterFile(cmd.Context(), args[0], from, manifest)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), r, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "asset     %d\nshare     %d, with all units\nmaker     %s\nmanifest  %s\n          %s\nkey       %s\n",
						r.Asset, r.Share, r.Maker, r.Manifest, r.ManifestURI, r.Key)
					return err
				})
			})
		},
	}
	c.Flags().StringVar(&manifest, "manifest", "", "file to write the manifest to")
	fromFlag(c, &from, "the home's first")
	return c
}
