package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/streams"
)

func benchStreams(o *options) *cobra.Command {
	var cfg streams.Config
	c := &cobra.Command{
		Use:   "streams",
		Short: "Many answers at once that are cut, read slowly or break off: who pays what, and what grows",
		Long: `Streams makes a chain, a vault, a gateway and a model of a slow upstream, which
need no home, and has many lanes ask at once: of four clients one goes away in the
middle of its answer and one reads slowly, some so that ticks are late; of five
upstreams one breaks off or falls silent.

It checks of every question that nobody was paid for what was not delivered,
beyond one tick, and of every lane that the chain credited what its purse owes. It
tells how many goroutines and how much memory gateway, model and vault have before
and after.

It fails if anybody was paid too much; figures are printed first. It takes about
ten minutes: --time is how long is asked, --rest how long the roles rest before
they are looked at. Files are in the temporary directory and are removed at the
end.`,
		Example: `  weal bench streams --output json
  weal bench streams --streams 100 --time 20s --rest 0s`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			if cfg.Streams < 1 || cfg.Time <= 0 || cfg.Rest < 0 {
				return usageError{fmt.Errorf("bench streams: want --streams of at least 1, --time above zero and --rest of at least zero")}
			}
			p := &parts{o: o}
			cfg.Progress = p.set
			cfg.Command = func(ctx context.Context, text string) *exec.Cmd {
				return exec.CommandContext(ctx, self, "bench", benchPayRole, text)
			}
			f, err := streams.Run(cmd.Context(), cfg)
			p.end()
			if f == nil {
				return err
			}
			if shown := o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) }); shown != nil && err == nil {
				return shown
			}
			return err
		},
	}
	c.Flags().IntVar(&cfg.Streams, "streams", 1000, "how many questions are under way at once")
	c.Flags().DurationVar(&cfg.Time, "time", 2*time.Minute, "how long new ones are asked")
	c.Flags().DurationVar(&cfg.Rest, "rest", 130*time.Second, "how long the roles rest before they are looked at; a gateway keeps quotes for two minutes")
	c.Flags().Uint64Var(&cfg.Seed, "seed", 1, "what the load is drawn from")
	return c
}
