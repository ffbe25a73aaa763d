package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/pay"
)

// benchPayRole is the hidden command that runs one role of bench pay.
const benchPayRole = "pay-role"

func benchPay(o *options) *cobra.Command {
	var cfg pay.Config
	c := &cobra.Command{
		Use:   "pay",
		Short: "What paying adds to a query, and how many paid queries a second there are",
		Long: `Pay makes a chain, a vault of 100 passages, an echo model and a gateway, which
need no home, and measures

  how many signatures a query with 1 to 100 payees takes, and what checking one
  costs a payee;

  what paying adds to a query over loopback, with each role in a process of its
  own, beside the same pipeline without payments, by turns;

  how many paid queries a second 64 lanes ask, with each role in a process of
  its own, and with all of them in this one.

At the end everything is settled, and the sum that the chain credited compared
with that of all receipts. It takes about three minutes. Files are in the
temporary directory and are removed at the end.`,
		Example: "  weal bench pay --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			p := &parts{o: o}
			cfg.Progress = p.set
			cfg.Command = func(ctx context.Context, text string) *exec.Cmd {
				return exec.CommandContext(ctx, self, "bench", benchPayRole, text)
			}
			f, err := pay.Run(cmd.Context(), cfg)
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
	c.Flags().DurationVar(&cfg.Time, "time", time.Minute, "how long queries are asked at once, roles apart and together")
	c.Flags().IntVar(&cfg.Lanes, "lanes", 64, "how many are asked at once")
	c.Flags().IntVarP(&cfg.Queries, "number", "n", 2000, "how many are asked one by one, paid and unpaid")
	c.Flags().StringVar(&cfg.Profile, "profile", "", "folder to write CPU profiles to")
	return c
}

func benchPayRoleCommand() *cobra.Command {
	return &cobra.Command{
		Use:    benchPayRole + " SPEC",
		Short:  "One role of bench pay, which starts it",
		Hidden: true,
		Args:   exactArgs(1, "what bench pay says"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return pay.Serve(cmd.Context(), args[0], cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}
