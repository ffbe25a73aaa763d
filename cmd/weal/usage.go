package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
)

// usageError is a wrong flag or argument.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// wrong is wrong usage of a command: its name, and what it wants.
func wrong(cmd *cobra.Command, format string, args ...any) error {
	return usageError{fmt.Errorf("%s: %w", strings.TrimPrefix(cmd.CommandPath(), "weal "), fmt.Errorf(format, args...))}
}

// asUsage makes a wrong argument that was found late, once there was a home to
// look it up in, wrong usage like any other.
func asUsage(cmd *cobra.Command, err error) error {
	var usage usageError
	if errors.As(err, &usage) || !errors.Is(err, ledger.ErrAddress) {
		return err
	}
	return wrong(cmd, "%w", err)
}

// speakUsage has all commands below c say what is wrong with arguments in one
// form, whatever found it.
func speakUsage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			err := check(cmd, args)
			var usage usageError
			if err == nil || errors.As(err, &usage) {
				return err
			}
			if len(args) > 0 && strings.HasPrefix(err.Error(), "unknown command") { // of cobra.NoArgs
				return wrong(cmd, "want no arguments, got %q; see: %s --help", args, cmd.CommandPath())
			}
			return wrong(cmd, "%w; see: %s --help", err, cmd.CommandPath())
		}
	}
	for _, sub := range c.Commands() {
		speakUsage(sub)
	}
}

// someRows refuses a limit of no rows.
func someRows[N int | uint64](cmd *cobra.Command, limit N) error {
	if limit < 1 {
		return wrong(cmd, "--limit: want at least 1, got %d", limit)
	}
	return nil
}

// minus is a number below zero that was taken for a flag.
var minus = regexp.MustCompile(`^unknown shorthand flag: '[0-9.]' in (-\S+)$`)

// flagError says what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	if m := minus.FindStringSubmatch(err.Error()); m != nil {
		return wrong(cmd, "no number can be below zero here, got %s; see: %s --help", m[1], cmd.CommandPath())
	}
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		if want := wants[value.GetFlag().Value.Type()]; want != "" {
			return wrong(cmd, "--%s: want %s, got %q", value.GetFlag().Name, want, value.GetValue())
		}
	}
	return wrong(cmd, "%w; see: %s --help", err, cmd.CommandPath())
}

// wants says what flags of a type take.
var wants = map[string]string{
	"bool": "true or false", "duration": "a length of time, for example 90s or 72h",
	"int": "a whole number", "int64": "a whole number", "uint": "a whole number, 0 or above", "uint8": "a whole number from 0 to 255",
	"uint32": "a whole number, 0 or above", "uint64": "a whole number, 0 or above",
	"uintSlice": "whole numbers with commas between, for example 4,17",
	"account":   "one of " + strings.Join(local.AccountNames, ", "),
}

// account is a flag that names an account of the home.
type account struct{ name *string }

// String implements pflag.Value.
func (a account) String() string {
	if a.name == nil {
		return ""
	}
	return *a.name
}

// Set implements pflag.Value.
func (a account) Set(s string) error {
	if !slices.Contains(local.AccountNames, s) {
		return errors.New("no account has this name")
	}
	*a.name = s
	return nil
}

// Type implements pflag.Value.
func (a account) Type() string { return "account" }
