package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func modelCommand(o *options) *cobra.Command {
	var cfg local.RoleConfig
	var l licenceFlags
	serve := &cobra.Command{
		Use:   "serve",
		Short: "Run a model alone, beside any node",
		Long: `Serve meters an OpenAI-compatible server, or weal-reader without --upstream, and
is paid by ticks as its text goes out.`,
		Example: "  weal model serve --home ~/.weal-model --upstream http://127.0.0.1:11434/v1 --upstream-model llama3.2",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cfg.Upstream.Check(); err != nil {
				return usageError{err}
			}
			return o.serveRole(cmd, local.RoleModel, cfg, l)
		},
	}
	roleFlags(serve, &cfg, &l, 8082)
	upstreamFlags(serve, &cfg.Upstream)
	return group("model", "A model that is paid as it answers", serve)
}

// upstreamFlags are the flags of what a model asks.
func upstreamFlags(c *cobra.Command, up *local.Upstream) {
	f := c.Flags()
	f.StringVar(&up.URL, "upstream", "", "base URL of an OpenAI-compatible server, with /v1; default: weal-reader, built in")
	f.StringVar(&up.Key, "upstream-key", os.Getenv("WEAL_UPSTREAM_KEY"), "API key for the upstream ($WEAL_UPSTREAM_KEY)")
	f.StringVar(&up.Model, "upstream-model", "", "model to ask of the upstream")
	f.StringVar(&up.Embeddings, "upstream-embeddings", "", "model to ask of the upstream for /v1/embeddings; default: not served")
	f.StringVar(&up.Rerank, "upstream-rerank", "", "model to ask of the upstream for /v1/rerank; default: not served")
	f.DurationVar(&up.Timeout, "upstream-timeout", 0,
		fmt.Sprintf("how long the upstream may be silent, at most %s; default: 3m before an answer, 1m within it", local.MaxUpstreamTimeout))
}
