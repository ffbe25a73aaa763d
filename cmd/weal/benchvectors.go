package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/vectors"
)

func benchVectors(o *options) *cobra.Command {
	var cfg vectors.Config
	var db string
	c := &cobra.Command{
		Use:   "vectors",
		Short: "Speed and recall of the scan of vectors, beside chromem-go",
		Long: `Vectors makes vectors from a seed, which lie as embeddings of texts do, and
measures

  the time of a question for the 10 nearest, and how many of those are found,
  against a scan of all vectors in float64;

  the same with vectors of any direction, which are the hardest to tell apart;

  the memory that the vectors take;

  the time that chromem-go takes for the same questions on the same vectors;

  the time of a question by words and by meaning to a library of as many chunks,
  which is sealed on disk, and the memory of that.

It needs no home; files are in the temporary directory and are removed at the
end. With --db it measures a library in a PostgreSQL database instead: questions,
recall, and what putting the documents there takes. 100,000 vectors of 384 dimensions take about three minutes on two cores.`,
		Example: `  weal bench vectors --output json
  weal bench vectors --chunks 20000 --dims 768
  weal bench vectors --db postgres://weal:secret@127.0.0.1/bench --chunks 200000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := &parts{o: o}
			cfg.Progress = p.set
			if db != "" {
				f, err := vectors.RunDatabase(cmd.Context(), cfg, db)
				p.end()
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
			}
			f, err := vectors.Run(cmd.Context(), cfg)
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
	c.Flags().IntVar(&cfg.Chunks, "chunks", 100_000, "how many vectors")
	c.Flags().StringVar(&db, "db", "", "measure a library in this PostgreSQL database instead, which must be empty: postgres://…")
	c.Flags().IntVar(&cfg.Dims, "dims", 384, "dimensions of a vector")
	c.Flags().IntVarP(&cfg.Questions, "number", "n", 200, "how many questions")
	c.Flags().BoolVar(&cfg.ScanOnly, "scan-only", false, "leave out the library")
	return c
}
