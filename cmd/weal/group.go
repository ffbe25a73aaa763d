package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// group is a command that only holds others: alone it shows its help, and a word
// that names none of them is wrong usage.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return usageError{fmt.Errorf("there is no %s %s; see: %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())}
		},
	}
	c.AddCommand(commands...)
	return c
}
