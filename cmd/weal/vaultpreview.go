package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault/ingest"
)

func vaultPreview(o *options) *cobra.Command {
	var r readingFlags
	c := &cobra.Command{
		Use:   "preview PATH…",
		Short: "Show what would become of files in a vault, and keep nothing",
		Long: `Preview reads files, folders and patterns as weal vault add does, and shows for each
its format, its chunks with their headings, pages and metered tokens, or why it
would be refused. Nothing is written, and nothing needs to run.

With --output json each file is an object on a line of its own.`,
		Example: "  weal vault preview ./manual.pdf --chunk 300\n  weal vault preview 'docs/**/*.md' --output json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("vault preview: say which files or folders: weal vault preview ~/notes")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			off, err := r.formats()
			opts := ingest.Options{Size: r.chunk, MaxFile: r.maxFile, Off: off}
			if err == nil {
				err = opts.Check()
			}
			if err != nil {
				return wrong(cmd, "%w", err)
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			show := func(d local.PreviewDocument) error { return errors.Join(printPreview(out, d), out.Flush()) }
			if o.output == "json" {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetEscapeHTML(false)
				show = func(d local.PreviewDocument) error { return e.Encode(d) }
			}
			read, refused := 0, 0
			err = local.Preview(cmd.Context(), args, opts, func(d local.PreviewDocument) error {
				read++
				if d.Error != "" {
					refused++
				}
				return show(d)
			})
			if err == nil && read > 0 && read == refused {
				err = errors.New("vault preview: no file could be read; the reasons are above")
			}
			return err
		},
	}
	r.add(c)
	return c
}

// printPreview writes one document for people. What its file says is shown without
// control characters.
func printPreview(w io.Writer, d local.PreviewDocument) error {
	if d.Error != "" {
		_, err := fmt.Fprintf(w, "%s  %s  refused: %s\n\n", plain(d.Source), d.Format, plain(d.Error))
		return err
	}
	_, _ = fmt.Fprintf(w, "%s  %s  %d chunks\n", plain(d.Source), d.Format, len(d.Chunks))
	for _, c := range d.Chunks {
		var about []string
		if c.Heading != "" {
			about = append(about, plain(c.Heading))
		}
		switch {
		case c.Page != 0 && c.Page != c.PageEnd:
			about = append(about, fmt.Sprintf("pages %d–%d", c.Page, c.PageEnd))
		case c.Page != 0:
			about = append(about, fmt.Sprintf("page %d", c.Page))
		}
		about = append(about, fmt.Sprintf("bytes %d–%d", c.Start, c.End), fmt.Sprintf("%d tokens", c.Tokens))
		_, _ = fmt.Fprintf(w, "\n  %s\n", strings.Join(about, " · "))
		for line := range strings.SplitSeq(c.Text, "\n") {
			_, _ = fmt.Fprintln(w, strings.TrimRight("    "+plain(strings.ReplaceAll(line, "\t", "    ")), " "))
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}
