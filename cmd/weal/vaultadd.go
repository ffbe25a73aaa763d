package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
)

func vaultAdd(o *options) *cobra.Command {
	var belongs *uint64
	c := &cobra.Command{
		Use:   "add PATH…",
		Short: "Add files, folders and patterns to the home's vault",
		Long: `Add reads files and folders into the vault: Markdown, text, HTML, PDF, DOCX, EPUB,
CSV, JSON and source code. weal vault preview shows what would become of them.

A path may be a pattern in quotes: * and ? stand for what is within a name, ** for
any folders, {a,b} for either. Names that begin with a dot are passed over, as is
what a Git checkout ignores; links in folders are not followed.

Unchanged files are skipped, changed ones replaced, and files gone from a folder
or a pattern retired. Files that cannot be read are listed with the reason and
never stop the others. What is interrupted goes on when it is done again. The new
root goes to the chain; until the chain knows it, questions are answered from the
version before.

With --contribution ID, what is added belongs to a contribution: weal vault
contributors lists what its use has earned.`,
		Example: "  weal vault add ~/notes ./manual.pdf 'docs/**/*.md'\n  weal vault add --contribution 7 ./from-her",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("vault add: say which files or folders: weal vault add ~/notes")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				bar := o.bar("add", os.Stderr)
				report, err := client.VaultAdd(cmd.Context(), args, belongs, bar.set)
				bar.end()
				if err != nil {
					return err
				}
				return o.showReport(cmd, report, "file")
			})
		},
	}
	c.Flags().Var(contribution{&belongs}, "contribution", "number of the contribution that the documents belong to; 0: the owner's own; default: each stays where it is")
	return c
}

// showReport shows what an add did, and fails if it refused all there was.
func (o *options) showReport(cmd *cobra.Command, report vault.Report, what string) error {
	err := o.show(cmd.OutOrStdout(), report, func(w io.Writer) error { return printReport(w, report) })
	if err == nil && report.Failed > 0 && report.Failed == len(report.Files) && report.Unchanged == 0 {
		err = errors.New(cmd.CommandPath()[len("weal "):] + ": no " + what + " could be read; the reasons are above")
	}
	return err
}
