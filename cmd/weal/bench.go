package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault/beir"
	"github.com/weal-network/weal/vault/library"
)

func benchCommand(o *options) *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure, and say how it was measured",
	}
	c.AddCommand(benchRetrieval(o), benchAsk(o), benchRevenue(o), benchSettle(o), benchPay(o), benchPayRoleCommand())
	return c
}

func benchRetrieval(o *options) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "retrieval --beir DIR",
		Short: "Quality and speed of retrieval on a BEIR-layout folder, beside a textbook BM25",
		Long: `Retrieval reads a folder with corpus.jsonl (or .jsonl.gz), queries.jsonl and
qrels/test.tsv, puts every document through the vault's ingest and index, asks
every query, and prints nDCG@10, recall and times. A textbook BM25 (k1 1.2,
b 0.75, exact lengths, Porter2 stemming, an English stop list) runs on the same
folder in the same command.`,
		Example: "  weal bench retrieval --beir ./scifact --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				return usageError{errors.New("bench retrieval: say which folder with --beir DIR")}
			}
			bar := o.bar("index", os.Stderr)
			result, err := beir.Run(cmd.Context(), dir, func(p library.Progress) { bar.set(p.Files, p.FilesTotal) })
			bar.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), result, func(w io.Writer) error { return printFlat(w, result) })
		},
	}
	c.Flags().StringVar(&dir, "beir", "", "folder in BEIR layout")
	return c
}

func benchAsk(o *options) *cobra.Command {
	var n int
	var question string
	c := &cobra.Command{
		Use:     "ask",
		Short:   "Time of paid questions against what runs in the home",
		Example: `  weal bench ask -n 200 --output json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n < 1 {
				return usageError{fmt.Errorf("bench ask: -n: want at least 1, got %d", n)}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				bar := o.bar("ask", os.Stderr)
				result, err := client.BenchAsk(cmd.Context(), question, n, bar.set)
				bar.end()
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), result, func(w io.Writer) error { return printFlat(w, result) })
			})
		},
	}
	c.Flags().IntVarP(&n, "number", "n", 100, "how many questions, one after the other")
	c.Flags().StringVar(&question, "question", "What is exposure?", "the question")
	return c
}

// bar shows progress: a bar with rate and time left on a screen, a plain line
// every few seconds elsewhere, nothing with --quiet.
type bar struct {
	name  string
	w     io.Writer
	quiet bool
	pb    *progressbar.ProgressBar
	last  time.Time
}

func (o *options) bar(name string, w *os.File) *bar {
	b := &bar{name: name, w: w, quiet: o.quiet, last: time.Now()}
	if isTerminal(w) && !o.quiet {
		b.pb = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(os.Getenv("NO_COLOR") == ""))
	}
	return b
}

// set says that done of all parts are done.
func (b *bar) set(done, all int) {
	switch {
	case b.quiet:
	case b.pb != nil:
		b.pb.ChangeMax(max(all, 1))
		_ = b.pb.Set(done)
	case time.Since(b.last) > 2*time.Second:
		b.last = time.Now()
		_, _ = fmt.Fprintf(b.w, "%s: %d of %d\n", b.name, done, all)
	}
}

func (b *bar) end() {
	if b.pb != nil {
		_ = b.pb.Finish()
	}
}
