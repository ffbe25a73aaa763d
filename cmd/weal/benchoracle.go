package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/oracle"
)

func benchOracle(o *options) *cobra.Command {
	var cfg oracle.Config
	c := &cobra.Command{
		Use:   "oracle",
		Short: "Blocks from a contract's question to its answer, while the operator is killed",
		Long: `Oracle starts a home of its own (weal up) with an operator (weal operator), and
measures

  how many blocks pass from a contract's request to its call-back;

  how many requests are answered, how many refunded, and whether any contract was
  told twice, while the operator is killed and started again.

It takes about five minutes. Files are in the temporary directory and are removed at
the end.`,
		Example: "  weal bench oracle --output json\n  weal bench oracle --requests 100 --kills 3",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			p := &parts{o: o}
			cfg.Progress = p.set
			cfg.Command = func(ctx context.Context, args ...string) *exec.Cmd { return exec.CommandContext(ctx, self, args...) }
			f, err := oracle.Run(cmd.Context(), cfg)
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
	c.Flags().IntVar(&cfg.Requests, "requests", 1000, "how many requests are made")
	c.Flags().IntVar(&cfg.Kills, "kills", 10, "how often the operator is killed")
	c.Flags().DurationVar(&cfg.Every, "every", 250*time.Millisecond, "time between two requests")
	return c
}
