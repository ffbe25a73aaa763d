package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/local"
)

func upCommand(o *options) *cobra.Command {
	var cfg local.Config
	var from int
	var once, metrics bool
	var question string
	c := &cobra.Command{
		Use:   "up",
		Short: "Start a chain, a vault, a model and an app on this machine",
		Long: `Up starts everything on this machine: a chain with one validator, a vault, a
model and an app, each with an owner of its own, and a payer with a funded tab.
It prints a line that starts with "ready" once a question can be asked, and runs
until Ctrl-C. The next up resumes where it was.

The first knowledge is the specification of Weal. Add your own with
weal vault add. Without --upstream the model is weal-reader, which quotes
sentences from the passages and adds no words.`,
		Example: `  weal up --ask "What is exposure?"
  weal up --upstream http://127.0.0.1:11434/v1 --upstream-model llama3.2
  weal up --home /tmp/two --ports-from 20000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.Ports = home.DefaultPorts()
			if from != 0 {
				if from < 1024 || from > 65535-home.PortCount {
					return usageError{fmt.Errorf("--ports-from: want 1024 to %d, got %d", 65535-home.PortCount, from)}
				}
				cfg.Ports = home.PortsFrom(from)
			}
			if err := cfg.Upstream.Check(); err != nil {
				return usageError{err}
			}
			if !metrics {
				cfg.NoMetrics, cfg.Ports.Metrics = true, 0
			}
			cfg.Home, cfg.Log, cfg.Version = o.home, o.logger(), version()
			if !o.quiet {
				cfg.Note = func(s string) { _, _ = fmt.Fprintln(os.Stderr, s) }
			}
			return o.up(cmd, cfg, question, once)
		},
	}
	f := c.Flags()
	f.IntVar(&from, "ports-from", 0, "move all ports to N, N+1, … so that two homes can run side by side")
	f.BoolVar(&once, "exit-after-ready", false, "stop cleanly as soon as it is ready")
	f.BoolVar(&metrics, "metrics", true, "serve metrics of the chain and all roles on a port of their own, for this machine only")
	f.StringVar(&question, "ask", "", "a question to ask as soon as it is ready")
	f.StringVar(&cfg.DB, "db", "", dbHelp)
	upstreamFlags(c, &cfg.Upstream)
	return c
}

// up runs until the command's context ends.
func (o *options) up(cmd *cobra.Command, cfg local.Config, question string, once bool) (err error) {
	ctx := cmd.Context()
	net, err := local.Up(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, net.Close())
		if err == nil && !o.quiet {
			_, _ = fmt.Fprintln(os.Stderr, "stopped")
		}
	}()
	ready := cmd.OutOrStdout()
	if o.output == "json" {
		ready = cmd.ErrOrStderr() // the answer alone is the output
	}
	printReady(ready, net)
	if question != "" {
		if err := o.askOnce(cmd, question); err != nil {
			if once {
				return err
			}
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "error:", err) // what was started goes on
		}
	}
	if once {
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-net.Failed():
		return err
	}
}

// askOnce asks as another process would.
func (o *options) askOnce(cmd *cobra.Command, question string) error {
	return o.withClient(cmd, func(client *local.Client) error {
		if o.output == "text" {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "\n%s\n\n", bold(cmd.OutOrStdout(), question))
		}
		return o.ask(cmd, client, local.Question{Text: question})
	})
}

func printReady(w io.Writer, net *local.Network) {
	r := net.Running()
	_, _ = fmt.Fprintf(w, "ready: chain %s, asset %d (data), %d (model), %d (app), tab %d\n", net.ChainID(),
		r.Roles[local.RoleVault].Asset, r.Roles[local.RoleModel].Asset, r.Roles[local.RoleGateway].Asset, r.Tab)
	_, _ = fmt.Fprintf(w, "  ask        weal ask --home %s \"…\"\n", net.Dir())
	_, _ = fmt.Fprintf(w, "  OpenAI     %s/v1 with the API key of: weal status --home %s\n", home.URL(r.Ports.Gateway), net.Dir())
	_, _ = fmt.Fprintf(w, "  wallets    %s, chain id %d\n", home.URL(r.Ports.JSONRPC), net.EVMChainID())
}
