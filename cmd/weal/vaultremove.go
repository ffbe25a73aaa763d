package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
)

func vaultRemove(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME…",
		Short: "Delete documents from the home's vault for good",
		Long: `Remove deletes documents, named by the path of a file or folder that was added,
or by the name that vault status shows. The original, the text and all that
searches need of every version are off the disk when it returns, and no passage
of it is offered or released any more. The new root goes to the chain, which
retires the document there. The hashes of its passages stay, so that receipts of
what was sold before can still be proven.

Documents that were retired before can be removed too, by the name that vault status
shows, as can what it says of files that were refused. All names below an address of
the web are removed by the address. If a name stands for nothing, the others are
removed all the same, and the exit code is 1.

A file that is still in a folder comes back when the folder is added again.`,
		Example: "  weal vault remove ~/notes/old.md\n  weal vault remove contracts/2019.md",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("vault remove: say which documents: weal vault remove ~/notes/old.md")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				r, err := client.VaultRemove(cmd.Context(), args)
				if err != nil {
					return err
				}
				err = o.show(cmd.OutOrStdout(), r, func(w io.Writer) error { return printRemoved(w, r) })
				if len(r.Unknown) > 0 {
					err = errors.Join(err, fmt.Errorf("vault remove: no document of this vault: %s; weal vault status lists them", strings.Join(r.Unknown, ", ")))
				}
				return err
			})
		},
	}
}

func printRemoved(w io.Writer, r vault.Report) error {
	for _, f := range r.Files {
		why := ""
		if f.Reason != "" {
			why = ": " + f.Reason
		}
		_, _ = fmt.Fprintf(w, "removed %s%s\n", plain(f.Source), why)
	}
	_, _ = fmt.Fprintf(w, "%d removed\n", r.Erased)
	return printReport(w, r)
}

func vaultRekey(o *options) *cobra.Command {
	var db, file string
	var passphrase bool
	c := &cobra.Command{
		Use:   "rekey",
		Short: "Change what opens the home's vault: a key file or a passphrase",
		Long: `Rekey has a vault that does not run open with another key. Its documents stay as
they are sealed; only the key that they are sealed under is wrapped anew.

Without flags the key is the file vault.age in the home's keys folder, which a
new vault has anyway. With --key-file it is the age identity in that file, made
if it is missing; the vault then finds it by WEAL_VAULT_KEY. With --passphrase it
is a passphrase, asked for here or taken from WEAL_VAULT_NEW_PASSPHRASE; when the
vault starts, it asks for it at the terminal or takes it from
WEAL_VAULT_PASSPHRASE. The key file that opened the vault before stays where it is:
backups that were made before need it.

Without its key nobody can read a vault. Keep a copy elsewhere.`,
		Example: "  weal vault rekey --passphrase\n  weal vault rekey --key-file /media/stick/vault.age",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if passphrase && file != "" {
				return wrong(cmd, "want --key-file or --passphrase, not both")
			}
			r, err := local.RekeyVault(cmd.Context(), o.home, db, passphrase, file)
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), r, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "the vault opened by %s; it opens by %s now\n", r.Before, r.Now)
				if r.OldKeyFile != "" {
					_, _ = fmt.Fprintf(w, "%s opens it no more; it opens backups that were made before, so keep it with them or delete it\n", r.OldKeyFile)
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&db, "db", "", dbHelp)
	c.Flags().StringVar(&file, "key-file", "", "file of the age identity that opens the vault from now on")
	c.Flags().BoolVar(&passphrase, "passphrase", false, "a passphrase opens the vault from now on")
	return c
}
