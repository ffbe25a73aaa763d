package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/bench/settle"
)

func benchSettle(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "settle",
		Short: "Cost of bringing one query and a million to the chain, beside bank transfers",
		Long: `Settle makes a chain in this process, which needs no home, and measures on it

  gas and bytes of a settlement of 1 query and of 1,000,000;

  gas of the first payee of a settlement, and of each further one;

  gas of settling one lane, and of merging 64 by a checkpoint;

  gas of a query of a million, which 100 payers asked of 50 assets, each owing 20
  of them or all, and which are settled in one block, and of one that is paid by
  bank transfers.

It takes about a quarter of a minute. Files are in the temporary directory and
are removed at the end.`,
		Example: "  weal bench settle --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := &parts{o: o}
			f, err := settle.Run(cmd.Context(), settle.Config{Progress: p.set})
			p.end()
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), f, func(w io.Writer) error { return printFlat(w, f) })
		},
	}
}

// parts shows the progress of work that has parts, each with a bar of its own.
type parts struct {
	o    *options
	name string
	bar  *bar
}

func (p *parts) set(name string, done, all int) {
	if p.bar == nil || name != p.name {
		p.end()
		p.name, p.bar = name, p.o.bar(name, os.Stderr)
	}
	p.bar.set(done, all)
}

func (p *parts) end() {
	if p.bar != nil {
		p.bar.end()
	}
}
