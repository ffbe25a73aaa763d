package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func assetFamily(o *options) *cobra.Command {
	var dot bool
	var limit uint32
	c := &cobra.Command{
		Use:   "family ID",
		Short: "Show what an asset was made from and what was made from it, all the way",
		Long: `Family lists an asset with all its ancestors and all its descendants: what each is,
under which licence others may use it, and what it owes whom. With --dot it draws
them in Graphviz's language, parents above children.`,
		Example: `  weal asset family 3
  weal asset family 3 --dot | dot -Tsvg > family.svg`,
		Args: exactArgs(1, "the asset's number: weal asset family 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			if limit == 0 || limit > ledger.MaxFamily {
				return wrong(cmd, "--limit: want 1 to %d, got %d", ledger.MaxFamily, limit)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				f, err := client.Family(cmd.Context(), id, limit)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error {
					if dot {
						return f.WriteDot(w)
					}
					return printFamily(w, f)
				})
			})
		},
	}
	c.Flags().BoolVar(&dot, "dot", false, "draw in Graphviz's language")
	c.Flags().Uint32Var(&limit, "limit", ledger.MaxFamily, "at most so many assets, the nearest first")
	return c
}

func printFamily(w io.Writer, f local.Family) error {
	err := table(w, "ASSET\tKIND\tVERSION\tLICENCE\tMADE FROM\tOWES", func(row func(...any)) {
		for _, m := range f.Members {
			row(m.ID, m.Kind, m.Version, local.LicenceText(m.Licence), parents(m.Parents), owes(m.Ancestors))
		}
	})
	if err == nil && f.Cut {
		_, err = io.WriteString(w, "there are more; ask for more with --limit\n")
	}
	return err
}

// parents writes what an asset was made from: "1 (version 2), 4 (version 1)".
func parents(all []types.Parent) string {
	return list(all, func(p types.Parent) string { return fmt.Sprintf("%d (version %d)", p.Asset, p.Version) })
}

// owes writes what an asset owes: "3 % to 1, 10 % to 2".
func owes(all []types.Royalty) string {
	return list(all, func(r types.Royalty) string { return fmt.Sprintf("%s to %d", local.Percent(r.BasisPoints), r.Asset) })
}
