package main

import (
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func mcpCommand(o *options) *cobra.Command {
	var f agentFlags
	c := &cobra.Command{
		Use:   "mcp",
		Short: "Serve ask, search and cite to AI clients by the Model Context Protocol",
		Long: `MCP serves tools to a client such as an editor or a chat program: ask, search, quote,
cite, models, balance and receipts. Without --listen it speaks on standard input and
output, as clients that start it themselves expect, and pays from the home's tab, or
from the purse of --agent:

  {"mcpServers": {"weal": {"command": "weal", "args": ["mcp"]}}}

What can cost more than --confirm-above is shown to the person first, if the client can
show it; else the tool says what it would cost, and is called again with max_cost.

With --listen it serves streamable HTTP at /mcp. Callers send an API key of the home's
gateway (weal gateway key create), which bounds what they spend, or pay each answer by
x402. With --no-key callers on this machine spend the home's tab. Requests that a web
page sends are refused unless the page is on this machine or named by --allow-origin.`,
		Example: `  weal mcp
  weal mcp --agent researcher --confirm-above 0.01
  weal mcp --listen 127.0.0.1:8400
  claude mcp add weal -- weal mcp`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := f.read(cmd, o)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				return client.ServeMCP(cmd.Context(), server, o.told("MCP"))
			})
		},
	}
	f.add(c, "serve streamable HTTP at this address, for example 127.0.0.1:8400; default: standard input and output")
	return c
}
