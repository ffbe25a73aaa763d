package main

import (
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func a2aCommand(o *options) *cobra.Command {
	var f agentFlags
	c := &cobra.Command{
		Use:   "a2a",
		Short: "Answer other agents' questions by the Agent2Agent protocol",
		Long: `A2A serves an agent card at /.well-known/agent-card.json, and takes questions as tasks:
by version 1.0 of the protocol at /a2a, by version 0.3 at /a2a/v0.

A task that can cost more than --confirm-above stops and shows what it would cost; it
goes on when its caller agrees. Callers send an API key of the home's gateway (weal
gateway key create), which bounds what they spend, or pay each answer by x402. With
--no-key callers on this machine spend the home's tab, or the purse of --agent.

The answer is one artifact, its citations another, and what it cost is in the task's
metadata.

An agent can be an asset of kind agent: register it from a file with kind: agent and this
server's address as its endpoint (weal asset register FILE --manifest agent.json), and
serve what that wrote with --manifest. The card then has the asset's name.`,
		Example: `  weal a2a --listen 127.0.0.1:8410 --no-key
  weal a2a --listen 0.0.0.0:8410 --url https://agent.example.org
  curl -s http://127.0.0.1:8410/.well-known/agent-card.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := f.read(cmd, o)
			if err != nil {
				return err
			}
			if server.Listen == "" {
				return wrong(cmd, "say where to listen: weal a2a --listen 127.0.0.1:8410")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				return client.ServeA2A(cmd.Context(), server, o.told("A2A"))
			})
		},
	}
	f.add(c, "address to serve, for example 127.0.0.1:8410")
	c.Flags().StringVar(&f.server.Manifest, "manifest", "", "file with the manifest of the asset of kind agent that this is")
	return c
}
