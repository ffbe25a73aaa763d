package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/local"
)

func statusCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "What runs in the home, where, and how to reach it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				s, err := client.Status(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), s, func(w io.Writer) error { return printStatus(w, s) })
			})
		},
	}
}

func printStatus(w io.Writer, s local.Status) error {
	_, _ = fmt.Fprintf(w, "home       %s (process %d)\nchain      %s, EVM chain id %d, height %d\n",
		s.Home, s.PID, s.ChainID, s.EVMChainID, s.Height)
	_, _ = fmt.Fprintf(w, "node       %s\ncontract   %s\n", s.Node, s.Contracts["asset"])
	if s.APIKey != "" {
		_, _ = fmt.Fprintf(w, "OpenAI     %s/v1\nAPI key    %s\n", home.URL(s.Ports.Gateway), s.APIKey)
		_, _ = fmt.Fprintf(w, "wallets    %s\nports      %s\n", home.URL(s.Ports.JSONRPC), portList(s.Ports))
	}
	return table(w, "\nASSET\tROLE\tOWNER\tURL\tREADY", func(row func(...any)) {
		for _, a := range s.Assets {
			ready := "yes"
			if !a.Ready {
				ready = "no: " + strings.Join(a.Problems, "; ")
			}
			row(a.ID, a.Role, a.Owner, a.URL, ready)
		}
	})
}

func portList(p home.Ports) string {
	return fmt.Sprintf("gateway %d, vault %d, model %d, JSON-RPC %d, WebSocket %d, gRPC %d, REST %d, RPC %d, P2P %d, metrics %d",
		p.Gateway, p.Vault, p.Model, p.JSONRPC, p.WS, p.GRPC, p.REST, p.RPC, p.P2P, p.Metrics)
}
