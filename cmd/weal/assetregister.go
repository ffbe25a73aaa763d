package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

// hashManifest is a line of shell that prints the hash that the chain keeps of the
// manifest in labels.json.
const hashManifest = `{ printf weal/manifest/1; cat labels.json; } | sha256sum`

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
    - {unit: use, amount: 0.5 WEAL}               # use, tick (with tokens), passage, token
  parents:
    - {asset: 1, bps: 3%}
  licence: {kind: commercial, royalty: 5%}        # or a kind alone: licence: open
  resale: 2.5%                # of each sale of shares, to the maker; for ever
  units: 1000000

A vault sells passages: at a price each, or for so many metered tokens of their text,
of which 4 bytes are one; and dearer, if it likes, the better they answer (band 9 is
the best passage for a question; without a band is what holds for all others):

  prices:
    - {unit: token, tokens: 1000, amount: 0.01 WEAL}
    - {unit: token, tokens: 1000, amount: 0.03 WEAL, band: 8}

More keys: denoms, policies, contact, root, key, and of licence closed, collection,
slot, terms (its SHA-256) and terms_uri.

The manifest is what the file says of the asset, in one canonical form of JSON;
manifest_uri, key, units, denoms, parents, resale and the licence's terms are kept by
the chain alone. --manifest writes it to a file; put
that file, byte for byte, at manifest_uri. The chain keeps its hash: the SHA-256 of
the text weal/manifest/1 followed by the file. To check a manifest that is served:

  ` + hashManifest + `

prints what weal asset show says of the manifest.`,
		Example: "  weal asset register labels.yaml --manifest labels.json --from payer",
		Args:    exactArgs(1, "a file: weal asset register labels.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := local.ReadAssetFile(args[0])
			if err != nil {
				return wrong(cmd, "asset file: %w", err)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				r, err := client.RegisterFile(cmd.Context(), f, from, manifest)
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
