package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/gateway"
)

// benchGatewayRole is the hidden command that runs one role of bench gateway.
const benchGatewayRole = "gateway-role"

func benchGateway(o *options) *cobra.Command {
	var cfg gateway.Config
	c := &cobra.Command{
		Use:   "gateway",
		Short: "What a gateway adds to a call of its upstream, without payment and retrieval",
		Long: `Gateway makes an upstream that echoes and a gateway of an app that has it as its
own, no vaults and no price, each in a process of its own, and needs no home. It
asks both by turns, at a fixed rate whether or not answers came (an open loop), and
tells the difference of their times. Then it asks the gateway on and tells its
memory after half of the requests and after all.

It takes about three minutes.`,
		Example: "  weal bench gateway --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			p := &parts{o: o}
			cfg.Progress = p.set
			cfg.Command = func(ctx context.Context, text string) *exec.Cmd {
				return exec.CommandContext(ctx, self, "bench", benchGatewayRole, text)
			}
			f, err := gateway.Run(cmd.Context(), cfg)
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
	c.Flags().IntVar(&cfg.Rate, "rate", 500, "how many calls a second begin")
	c.Flags().DurationVar(&cfg.Time, "time", time.Minute, "how long calls are timed")
	c.Flags().IntVarP(&cfg.Requests, "number", "n", 100_000, "after how many requests the gateway's memory is told")
	return c
}

func benchGatewayRoleCommand() *cobra.Command {
	return &cobra.Command{
		Use:    benchGatewayRole + " SPEC",
		Short:  "One role of bench gateway, which starts it",
		Hidden: true,
		Args:   exactArgs(1, "what bench gateway says"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return gateway.Serve(cmd.Context(), args[0], cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}
