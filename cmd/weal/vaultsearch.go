package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
)

func vaultEmbed(o *options) *cobra.Command {
	var e library.Embeddings
	var off bool
	var weight float64
	c := &cobra.Command{
		Use:   "embed",
		Short: "Have documents of the home's vault found by meaning as well",
		Long: `Embed tells the vault of an endpoint that makes embeddings: any that answers
POST /embeddings as OpenAI's does, such as Ollama, llama.cpp, Text Embeddings
Inference or OpenAI. The vault makes a vector of each chunk in the background, once;
what was made is kept by the text it was made of, sealed, and not asked for again.
Until all are made, and whenever the endpoint does not answer, documents are found
by words alone. weal vault status says how far it is.

The endpoint sees the texts and the questions. Its key is read by the vault from
the environment variable that --key-env names, and is not kept.

Some models want words ahead of texts; their descriptions say which.`,
		Example: `  weal vault embed --url http://127.0.0.1:11434/v1 --model nomic-embed-text --document-prefix "search_document: " --query-prefix "search_query: "
  weal vault embed --url https://api.openai.com/v1 --model text-embedding-3-small --key-env OPENAI_API_KEY
  weal vault embed --weight 0.5
  weal vault embed --off`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			req := vault.SearchRequest{Lexical: off}
			if e.URL != "" {
				req.Embeddings = &e
			}
			if cmd.Flags().Changed("weight") {
				req.Weight = &weight
			}
			switch {
			case e.URL == "test":
				return usageError{errors.New(`vault embed: "test" is inside weal bench only, and knows no language; name an endpoint that does, such as http://127.0.0.1:11434/v1`)}
			case off && e.URL != "":
				return usageError{errors.New("vault embed: want --url or --off, not both")}
			case e.URL != "" && e.Model == "":
				return usageError{errors.New("vault embed: say which model with --model")}
			case !off && e.URL == "" && req.Weight == nil:
				return usageError{errors.New("vault embed: say which endpoint with --url, or --off")}
			}
			return changeSearch(o, cmd, req)
		},
	}
	f := c.Flags()
	f.StringVar(&e.URL, "url", "", "the endpoint's address, such as http://127.0.0.1:11434/v1")
	f.StringVar(&e.Model, "model", "", "the endpoint's model")
	f.StringVar(&e.KeyEnv, "key-env", "", "environment variable of the vault's process that holds the endpoint's key")
	f.StringVar(&e.DocumentPrefix, "document-prefix", "", "what the model wants ahead of documents")
	f.StringVar(&e.QueryPrefix, "query-prefix", "", "what the model wants ahead of questions")
	f.IntVar(&e.MaxInput, "max-input", 0, "most bytes of a text that are sent (default 6000)")
	f.IntVar(&e.Batch, "batch", 0, "texts sent at once (default 32)")
	f.Float64Var(&weight, "weight", 0, "what meaning counts for beside words, 0 to 1; weal vault tune finds it")
	f.BoolVar(&off, "off", false, "find documents by words alone")
	return c
}

func vaultRerank(o *options) *cobra.Command {
	var r library.Reranker
	var off bool
	c := &cobra.Command{
		Use:   "rerank",
		Short: "Have an endpoint order the passages that the home's vault finds",
		Long: `Rerank tells the vault of an endpoint that orders passages by how well they answer
a question: any that answers POST /rerank as those of Jina, Cohere, vLLM,
llama.cpp or Text Embeddings Inference. It is given the best 50 passages of each
question. When it does not answer within a second, the order stays as it was.

The endpoint sees the questions and those passages. Its key is read by the vault
from the environment variable that --key-env names, and is not kept.`,
		Example: "  weal vault rerank --url http://127.0.0.1:8082 --model bge-reranker-v2-m3\n  weal vault rerank --off",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if off == (r.URL != "") {
				return usageError{errors.New("vault rerank: want either --url or --off")}
			}
			req := vault.SearchRequest{Plain: off}
			if !off {
				req.Reranker = &r
			}
			return changeSearch(o, cmd, req)
		},
	}
	c.Flags().StringVar(&r.URL, "url", "", "the endpoint's address")
	c.Flags().StringVar(&r.Model, "model", "", "the endpoint's model, if it has several")
	c.Flags().StringVar(&r.KeyEnv, "key-env", "", "environment variable of the vault's process that holds the endpoint's key")
	c.Flags().BoolVar(&off, "off", false, "leave passages in their order")
	return c
}

func changeSearch(o *options, cmd *cobra.Command, req vault.SearchRequest) error {
	return o.withClient(cmd, func(client *local.Client) error {
		s, err := client.VaultSearch(cmd.Context(), req)
		if err != nil {
			return err
		}
		return o.show(cmd.OutOrStdout(), s, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "found by   %s\n", foundBy(s))
			return err
		})
	})
}

// foundBy says how a vault finds documents.
func foundBy(s library.MeaningStatus) string {
	text := "words alone: no embedding endpoint is set (weal vault embed)"
	switch {
	case s.Model == "":
	case s.Ready && s.Down != "":
		text = fmt.Sprintf("words alone while the endpoint of %s does not answer: %s", s.Model, plain(s.Down))
	case s.Ready:
		text = fmt.Sprintf("words and meaning (%s, %d dimensions, weight %.2f)", s.Model, s.Dims, s.Weight)
	default:
		text = fmt.Sprintf("words alone, until all chunks have vectors of %s: %d of %d have", s.Model, s.Vectors, s.Chunks)
	}
	if s.Problem != "" {
		text += "; " + plain(s.Problem)
	}
	if n := len(s.Blank); n > 0 {
		text += "; by words alone, as its vectors are all zeros, some of " + plain(strings.Join(s.Blank[:min(n, 3)], ", "))
		if n > 3 {
			text += fmt.Sprintf(" and %d more documents", n-3)
		}
	}
	if s.Reranker != "" {
		text += "; ordered by " + s.Reranker
	}
	return text
}

func vaultTune(o *options) *cobra.Command {
	var try bool
	c := &cobra.Command{
		Use:   "tune FILE",
		Short: "Find how much meaning is to count, by your own questions",
		Long: `Tune reads questions of which you know the document that answers them, tries how
much meaning counts beside words, and keeps what is best. At least 10 are needed;
50 or more say something. Each line of the file is a question, a tab, and the
name of the document as weal vault status shows it, or an object:

  {"question": "How many days of leave are there?", "source": "handbook.md"}
  {"question": "Who signs contracts?", "sources": ["rules.md", "contracts.md"]}

Shown is nDCG at 10 (1: the right document always comes first) by words, by
meaning, and by both: before, after, and on questions that the weight was not
tuned on, which is what others may expect.`,
		Example: "  weal vault tune questions.jsonl\n  weal vault tune --try questions.tsv --output json",
		Args:    exactArgs(1, "the file of questions"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("vault tune: %w", err)
			}
			defer f.Close()
			questions, err := library.ParseQuestions(f)
			if err != nil {
				return fmt.Errorf("vault tune: %s: %w", args[0], err)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				t, err := client.VaultTune(cmd.Context(), vault.TuneRequest{Questions: questions, Keep: !try})
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), t, func(w io.Writer) error { return printTuned(w, t) })
			})
		},
	}
	c.Flags().BoolVar(&try, "try", false, "show what would be, and keep what is")
	return c
}

// printTuned writes what tuning has found, for people.
func printTuned(w io.Writer, t fuse.Tuned) error {
	_, _ = fmt.Fprintf(w, "%d questions; meaning counts %.2f, before %.2f\n", t.Questions, t.Weight, t.WeightBefore)
	return table(w, "\nFOUND BY\tNDCG@10", func(row func(...any)) {
		for _, f := range []struct {
			by    string
			value float64
		}{{"words alone", t.Words}, {"meaning alone", t.Meaning}, {"both, as before", t.Before}, {"both, as now", t.After}, {"both, held out", t.HeldOut}} {
			row(f.by, fmt.Sprintf("%.4f", f.value))
		}
	})
}
