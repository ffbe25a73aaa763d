package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func vaultCopy(o *options) *cobra.Command {
	var from, to string
	c := &cobra.Command{
		Use:   "copy --to postgres://…|DIR",
		Short: "Copy the home's documents to PostgreSQL, or to a folder",
		Long: `Copy copies the documents of a vault that does not run, with all versions and
generations, to a PostgreSQL database, or into a folder. They stay sealed under
the same key. Every passage is checked against its hash on the way; at the end
counts and roots are compared. What was interrupted goes on when it is done
again, and does not open until then. The source stays as it is.

After a copy to PostgreSQL, start the vault with --db URL, or with the URL in
WEAL_VAULT_DB. To go back, copy --db URL into the vault's folder of the home,
after moving away what is left there of documents.db.

Into a folder goes crawl.db too, what is known of pages of the web; beside a database
it stays in the home. What the vault has earned stays in money.db in the home.`,
		Example: "  weal vault copy --to postgres://weal:secret@db.example.org/weal\n" +
			"  weal vault copy --db postgres://weal:secret@db.example.org/weal --to ./copy",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return usageError{errors.New("vault copy: say where with --to postgres://… or --to DIR")}
			}
			bar := o.bar("copy", os.Stderr)
			c, err := local.CopyVault(cmd.Context(), o.home, from, to, bar.set)
			bar.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), c, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%d documents with %d originals in %d generations; root %s\n", c.Documents, c.Originals, c.Generations, c.Root)
				if c.Crawled {
					_, _ = fmt.Fprintln(w, "what was crawled is copied as well")
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "URL of an empty PostgreSQL database, or a folder")
	c.Flags().StringVar(&from, "db", "", "URL of the PostgreSQL database to copy from; default: WEAL_VAULT_DB, else the home's folder")
	return c
}
