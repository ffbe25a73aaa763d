package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func benchCommand(o *options) *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure, and say how it was measured",
	}
	c.AddCommand(benchRetrieval(o), benchAsk(o), benchRevenue(o), benchSettle(o), benchPay(o), benchPayRoleCommand(),
		benchGateway(o), benchGatewayRoleCommand(),
		benchVectors(o), benchIngest(o), benchOracle(o), benchStreams(o))
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

// bar shows progress: a bar with rate and time left on a screen, a plain line with
// both every few seconds elsewhere, nothing with --quiet.
type bar struct {
	name  string
	w     io.Writer
	quiet bool
	pb    *progressbar.ProgressBar
	begun time.Time
	last  time.Time
}

func (o *options) bar(name string, w *os.File) *bar {
	b := &bar{name: name, w: w, quiet: o.quiet, begun: time.Now(), last: time.Now()}
	if isTerminal(w) && !o.quiet {
		b.pb = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(os.Getenv("NO_COLOR") == ""))
	}
	return b
}

// set says that done of all parts are done. How many there are may be unknown: 0.
func (b *bar) set(done, all int) {
	switch {
	case b.quiet:
	case b.pb != nil:
		if all > 0 {
			b.pb.ChangeMax(all)
		}
		_ = b.pb.Set(done)
	case time.Since(b.last) > 2*time.Second:
		b.last = time.Now()
		_, _ = fmt.Fprintln(b.w, b.line(done, all, time.Since(b.begun)))
	}
}

// line is what is told of done parts after some time.
func (b *bar) line(done, all int, after time.Duration) string {
	rate := float64(done) / after.Seconds()
	if all <= 0 {
		return fmt.Sprintf("%s: %d, %.1f a second", b.name, done, rate)
	}
	line := fmt.Sprintf("%s: %d of %d, %.1f a second", b.name, done, all, rate)
	if done > 0 && done < all {
		line += fmt.Sprintf(", %s left", time.Duration(math.Ceil(float64(all-done)/rate))*time.Second)
	}
	return line
}

func (b *bar) end() {
	if b.pb != nil {
		_ = b.pb.Finish()
	}
}
