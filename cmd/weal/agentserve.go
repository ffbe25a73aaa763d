package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

// usualConfirm is the most that is paid without asking: a few answers' worth.
const usualConfirm = "0.05"

// agentFlags are those of commands that serve an agent.
type agentFlags struct {
	server  local.AgentServer
	confirm string
}

func (f *agentFlags) add(c *cobra.Command, listen string) {
	c.Flags().StringVar(&f.server.Listen, "listen", "", listen)
	c.Flags().StringVar(&f.server.Name, "agent", "", "agent whose purse pays, see: weal agent; default: the home's tab")
	c.Flags().StringVar(&f.confirm, "confirm-above", usualConfirm, "what costs more, in WEAL, is shown and asked for first; 0 asks always")
	c.Flags().BoolVar(&f.server.NoKey, "no-key", false, "callers on this machine need no API key, and spend the home's tab or the agent's purse")
	c.Flags().StringArrayVar(&f.server.Origins, "allow-origin", nil, "a web page's origin that may ask, for example https://example.org; can be repeated")
	c.Flags().StringVar(&f.server.URL, "url", "", "where callers reach --listen, if not by that address, for example https://agent.example.org")
}

// read reads the flags.
func (f *agentFlags) read(cmd *cobra.Command, o *options) (local.AgentServer, error) {
	most, err := parseCoins(f.confirm)
	if err != nil {
		return f.server, wrong(cmd, "--confirm-above: %w", err)
	}
	f.server.ConfirmAbove, f.server.Version, f.server.Log = most, version(), o.logger()
	if err := f.server.Check(); err != nil {
		return f.server, wrong(cmd, "%w", err)
	}
	return f.server, nil
}

// told says on standard error where something is served: standard output may be
// the protocol's.
func (o *options) told(what string) func(url string) {
	return func(url string) {
		if !o.quiet {
			_, _ = fmt.Fprintf(os.Stderr, "%s at %s; stop with Ctrl-C\n", what, url)
		}
	}
}
