package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/ingest"
)

func benchIngest(o *options) *cobra.Command {
	var cfg ingest.Config
	c := &cobra.Command{
		Use:   "ingest DIR",
		Short: "How fast a vault takes in documents, beside bleve",
		Long: `Ingest takes the documents of a folder into new vaults in the temporary
directory, without embeddings: find, read, parse, chunk, hash, index, seal,
commit. By turns it has bleve index the same text, from memory, and nothing more.
The figures are megabytes of extracted text a second, medians of three rounds.

Without a folder, --generate makes one with so many megabytes of Markdown, always
the same. The vault's home is not touched.`,
		Example: "  weal bench ingest ~/notes --output json\n  weal bench ingest --generate 50 --output json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				cfg.Dir = args[0]
			}
			if (cfg.Dir == "") == (cfg.Generate == 0) {
				return usageError{errors.New("bench ingest: say which folder, or --generate MB")}
			}
			p := &parts{o: o}
			cfg.Progress = p.set
			f, err := ingest.Run(cmd.Context(), cfg)
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
	c.Flags().IntVar(&cfg.Generate, "generate", 0, "megabytes of text to make instead of reading a folder")
	c.Flags().IntVar(&cfg.Rounds, "rounds", 3, "how often each side works")
	return c
}
