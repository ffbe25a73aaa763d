package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func contributionAdd(o *options) *cobra.Command {
	var from, root, uri string
	var chunks, least, into uint64
	c := &cobra.Command{
		Use:   "add ASSET [PATH...]",
		Short: "Bring files, folders or patterns to an asset",
		Long: `Add says on the chain what you bring to an asset: the Merkle root over the chunks of
the files named, as weal vault add cuts them, and how many they are. The files stay
where they are: hand them to who keeps the asset's vault, and say with --uri where
they are found. It pays the deposit that the terms ask, and reverts if fewer units
are promised than the terms say now, or than --min-units.

Without files, name what was computed elsewhere with --root and --chunks.`,
		Example: `  weal contribution add 1 ./corpus --uri https://example.org/corpus.tar
  weal contribution add 1 --root 4f1c…64 --chunks 120 --into 12 --from payer`,
		Args: someArgs(1, "an asset and files: weal contribution add 1 ./corpus"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			content, err := contentArgs(cmd, args[1:], root, chunks)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				t, err := client.Ledger.ContributionTerms(cmd.Context(), id)
				if err != nil {
					return err
				}
				if !cmd.Flags().Changed("min-units") {
					least = content.Chunks * t.UnitsPerChunk
				}
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				n, units, err := s.Contribute(cmd.Context(), ledger.NewContribution{
					Asset: id, Root: content.Root, Chunks: content.Chunks, URI: uri, MinUnits: least, Into: types.ShareID(into),
				}, t)
				if err != nil {
					return err
				}
				did := map[string]any{"contribution": n, "asset": id, "root": content.Root, "chunks": content.Chunks, "units": units}
				return o.show(cmd.OutOrStdout(), did, say("contribution %d: %d chunks for %s of asset %d", n, content.Chunks, unitCount(units), id))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&uri, "uri", "", "where the files are found, or who has them")
	f.StringVar(&root, "root", "", "Merkle root over the chunks, instead of files")
	f.Uint64Var(&chunks, "chunks", 0, "how many chunks there are, with --root")
	f.Uint64Var(&least, "min-units", 0, "the least units to be promised; default: what the terms promise now")
	f.Uint64Var(&into, "into", 0, "share of the contributor's that units go to; default: a new one")
	fromFlag(c, &from, "payer")
	return c
}

// contentArgs reads what is brought: files, or a root and a number of chunks.
func contentArgs(cmd *cobra.Command, paths []string, root string, chunks uint64) (local.Content, error) {
	if (root == "") == (len(paths) == 0) || (root == "") != (chunks == 0) {
		return local.Content{}, wrong(cmd, "want files, or --root with --chunks: weal contribution add 1 ./corpus")
	}
	if root != "" {
		h, err := types.ParseHash(root)
		if err != nil {
			return local.Content{}, wrong(cmd, "--root: %w", err)
		}
		return local.Content{Root: h, Chunks: chunks}, nil
	}
	return local.ContentOf(cmd.Context(), paths)
}

func contributionCheck(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "check CONTRIBUTION PATH...",
		Short: "Compare files with what a contribution says on the chain",
		Long: `Check reads files, folders or patterns as weal contribution add does, and tells
whether they are what the contribution's root was made of: what a steward does before
accepting it.`,
		Example: "  weal contribution check 3 ./corpus",
		Args:    someArgs(2, "a contribution and files: weal contribution check 3 ./corpus"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := contributionArg(cmd, args[0])
			if err != nil {
				return err
			}
			content, err := local.ContentOf(cmd.Context(), args[1:])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				c, err := client.Ledger.Contribution(cmd.Context(), id)
				if err != nil {
					return err
				}
				if content.Root != c.Root || content.Chunks != c.Chunks {
					return fmt.Errorf("contribution %d is %d chunks under root %s; these files are %d under %s", id, c.Chunks, c.Root, content.Chunks, content.Root)
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"contribution": id, "root": c.Root, "chunks": c.Chunks},
					say("these files are contribution %d: %d chunks under root %s", id, c.Chunks, c.Root))
			})
		},
	}
}
