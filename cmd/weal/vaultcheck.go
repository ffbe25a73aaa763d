package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func vaultCheck(o *options) *cobra.Command {
	var db string
	c := &cobra.Command{
		Use:   "check",
		Short: "Compare all that the home's vault has with its hashes",
		Long: `Check reads a vault that does not run: SQLite looks through its databases, the text
of each passage and each original are compared with their hashes, and the root of
every generation is made anew. It names the documents that are not what was added,
and changes nothing. What was sold from them can be served again from a backup of the
vault's folder.

The exit code is 1 if anything is wrong.`,
		Example: "  weal vault check\n  weal vault check --output json | jq .faults",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bar := o.bar("check", os.Stderr)
			r, err := local.CheckVault(cmd.Context(), o.home, db, bar.set)
			bar.end()
			if err != nil {
				return err
			}
			err = o.show(cmd.OutOrStdout(), r, func(w io.Writer) error {
				for _, f := range r.Faults {
					_, _ = fmt.Fprintln(w, plain(f))
				}
				_, err := fmt.Fprintf(w, "%d documents (%d removed) with %d originals and %d chunks in %d generations; root %s\n",
					r.Documents, r.Removed, r.Originals, r.Chunks, r.Generations, r.Root)
				return err
			})
			if !r.Sound {
				err = errors.Join(err, errors.New("vault check: something is wrong; put back a backup of the vault's folder"))
			}
			return err
		},
	}
	c.Flags().StringVar(&db, "db", "", dbHelp)
	return c
}
