package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/vault/beir"
	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
)

// embeddingsKey is the environment variable that holds an embedding endpoint's key.
const embeddingsKey = "WEAL_EMBEDDINGS_KEY"

func benchRetrieval(o *options) *cobra.Command {
	var cfg beir.Config
	var embeddings embed.Config
	c := &cobra.Command{
		Use:   "retrieval --beir DIR",
		Short: "Quality and speed of retrieval on a BEIR-layout folder, beside a textbook BM25",
		Long: `Retrieval reads a folder with corpus.jsonl (or .jsonl.gz), queries.jsonl and
qrels/test.tsv, puts every document through the vault's ingest and index, asks
every query, and prints nDCG@10, recall and times. A textbook BM25 (k1 1.2,
b 0.75, exact lengths, Porter2 stemming, an English stop list) runs on the same
folder in the same command.

With --embeddings it also measures retrieval by meaning alone, and by words and
meaning together, with the weight between them tuned on the same queries as weal
vault tune does, tuned on others of them, and not tuned. The address is of any
endpoint that answers POST /embeddings as OpenAI's does; its key is read from
` + embeddingsKey + `. "test" is an endpoint inside this program, which knows no
language, only words and how they are spelt.

With --db the documents are kept and searched in PostgreSQL, in a schema of their
own that is dropped at the end.`,
		Example: `  weal bench retrieval --beir ./scifact --output json
  weal bench retrieval --beir ./scifact --embeddings http://127.0.0.1:11434/v1 --embeddings-model nomic-embed-text
  weal bench retrieval --beir ./scifact --embeddings test`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cfg.Dir == "" {
				return usageError{errors.New("bench retrieval: say which folder with --beir DIR")}
			}
			if embeddings.URL == "test" {
				base, stop, err := embedtest.New(nil).Start()
				if err != nil {
					return err
				}
				defer func() { _ = stop() }() // it ends with this program
				embeddings.URL, embeddings.Model = base, embedtest.Model
			}
			if embeddings.URL != "" {
				embeddings.Key = os.Getenv(embeddingsKey)
				if cfg.Embeddings, err = embed.New(embeddings); err != nil {
					return usageError{err}
				}
			}
			p := &parts{o: o}
			cfg.Progress = p.set
			result, err := beir.Run(cmd.Context(), cfg)
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), result, func(w io.Writer) error { return printFlat(w, result) })
		},
	}
	c.Flags().StringVar(&cfg.Dir, "beir", "", "folder in BEIR layout")
	c.Flags().StringVar(&cfg.DB, "db", "", "PostgreSQL database to measure in, postgres://…; what is in it is not touched")
	c.Flags().StringVar(&embeddings.URL, "embeddings", "", `address of an embedding endpoint, or "test"`)
	c.Flags().StringVar(&embeddings.Model, "embeddings-model", "default", "the endpoint's model")
	c.Flags().StringVar(&embeddings.DocumentPrefix, "document-prefix", "", `what the model wants ahead of documents, such as "passage: "`)
	c.Flags().StringVar(&embeddings.QueryPrefix, "query-prefix", "", `what the model wants ahead of questions, such as "query: "`)
	return c
}
