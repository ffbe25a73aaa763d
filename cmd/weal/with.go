package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

// withClient connects to what runs in the home for the time of f.
func (o *options) withClient(cmd *cobra.Command, f func(*local.Client) error) error {
	client, err := local.Connect(cmd.Context(), o.home, o.logger())
	if err != nil {
		return err
	}
	return errors.Join(asUsage(cmd, f(client)), client.Close())
}

// exactArgs wants n arguments and says what they are otherwise.
func exactArgs(n int, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return wrong(cmd, "want %s", want)
		}
		return nil
	}
}

// nonNil makes JSON lists of nothing [] instead of null.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
