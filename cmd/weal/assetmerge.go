package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func assetMerge(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "merge SHARE OTHER…",
		Short: "Put the units of several shares of one asset and owner into the first",
		Long: `Merge moves all units of the other shares into the first. What they have earned so
far stays with them until it is claimed (weal claim); then they are empty, and can be
burned (weal asset burn).`,
		Example: "  weal asset merge 3 7 12",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return wrong(cmd, "want two shares or more, of one asset: weal asset merge 3 7 12")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ids := make([]types.ShareID, len(args))
			for i, s := range args {
				id, err := shareArg(cmd, s)
				if err == nil && slices.Contains(ids[:i], id) {
					err = wrong(cmd, "share %d is named twice", id)
				}
				if err != nil {
					return err
				}
				ids[i] = id
			}
			return o.withClient(cmd, func(client *local.Client) error {
				m, err := client.Merge(cmd.Context(), ids, from)
				if err != nil && len(m.Empty) == 0 {
					return err
				}
				// What was moved is said, even if not all could be.
				return errors.Join(err, o.show(cmd.OutOrStdout(), m, say("share %d has %s now; empty: %s",
					m.Share, unitsText(m.Units), list(m.Empty, func(id types.ShareID) string { return fmt.Sprint(id) }))))
			})
		},
	}
	fromFlag(c, &from, "the one that owns the shares")
	return c
}

// mergeHints is how many hints are enough.
const mergeHints = 3

// hintMerge says how shares of one owner and asset are put together.
func hintMerge(w io.Writer, shares []ledger.Share) {
	all := local.Mergeable(shares)
	for _, ids := range all[:min(len(all), mergeHints)] {
		words := make([]string, len(ids))
		for i, id := range ids {
			words[i] = fmt.Sprint(id)
		}
		_, _ = fmt.Fprintf(w, "these have one owner; merge them with: weal asset merge %s\n", strings.Join(words, " "))
	}
}
