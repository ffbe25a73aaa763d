package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
)

func vaultFind(o *options) *cobra.Command {
	var req vault.FindRequest
	c := &cobra.Command{
		Use:   "find QUESTION",
		Short: "Show the passages that the home's vault would offer for a question",
		Long: `Find searches the newest documents of the vault as an offer does, and shows the
passages, the best first. It costs nothing and tells nobody.

A filter says which documents count, by what they say of themselves and by their
name in the vault. Conditions have commas between them, and values bars:

  =  is           !=  is none of       ^=  begins with      *=  contains
  <  <=  >  >=    compare numbers, or text such as dates

Names are source (the document's in the vault), format, extension, and of documents
that say so title, author, date, language, description, keywords, pages, columns, and
whatever else stands in the front matter of Markdown or in the meta elements of HTML.`,
		Example: `  weal vault find "How many days of leave are there?"
  weal vault find "late fees" --filter "source^=contracts/, date>=2024-01-01" --limit 3`,
		Args: exactArgs(1, "the question, in quotation marks"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if req.Limit < 1 || req.Limit > mostFound {
				return usageError{fmt.Errorf("--limit: want 1 to %d, got %d", mostFound, req.Limit)}
			}
			req.Question = args[0]
			return o.withClient(cmd, func(client *local.Client) error {
				f, err := client.VaultFind(cmd.Context(), req)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFindings(w, f) })
			})
		},
	}
	c.Flags().IntVar(&req.Limit, "limit", 5, "most passages shown")
	c.Flags().StringVar(&req.Filter, "filter", "", `which documents count, such as "author=Ada, date>=2024-01-01"`)
	return c
}

func printFindings(w io.Writer, f vault.Findings) error {
	for i, p := range f.Passages {
		where := plain(p.Source)
		if p.Heading != "" {
			where += " › " + plain(p.Heading)
		}
		_, _ = fmt.Fprintf(w, "%d. %s (band %d)\n   %s\n", i+1, where, p.Band, strings.ReplaceAll(prose(p.Text), "\n", "\n   "))
	}
	if len(f.Passages) == 0 {
		_, _ = fmt.Fprintln(w, "nothing is found")
	}
	if f.Missing != "" {
		_, err := fmt.Fprintf(w, "without meaning: %s\n", f.Missing)
		return err
	}
	return nil
}
