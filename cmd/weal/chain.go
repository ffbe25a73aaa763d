package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/app/chaincmd"
	"github.com/weal-network/weal/home"
)

// chainCommand hands everything behind "chain" on to a tree of its own, which is
// built only when it is asked for: it knows every message of every module.
func chainCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "chain",
		Short:              "Run and ask a node of the chain: init, start, keys, tx, query, …",
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := filepath.Join(home.Default(), "chain")
			return chaincmd.Run(cmd.Context(), dir, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
}
