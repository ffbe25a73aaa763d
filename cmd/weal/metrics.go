package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func metricsCommand(o *options) *cobra.Command {
	var scrape bool
	c := &cobra.Command{
		Use:   "metrics",
		Short: "What the roles of the home count: requests, answers, earnings, what is owed",
		Long: `Metrics prints what the roles that run in the home count, as Prometheus reads it.
With --scrape it prints what to put into prometheus.yml instead, with the token that
a role's own /metrics wants; who has it reads metrics, and can do nothing else.

A dashboard for Grafana is ops/grafana/weal.json, and spec/operations.md says what
each name means.`,
		Example: "  weal metrics | grep weal_earn\n  weal metrics --scrape > prometheus.yml\n  weal metrics --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				if scrape {
					text, err := client.Scrape()
					if err != nil {
						return err
					}
					_, err = io.WriteString(cmd.OutOrStdout(), text)
					return err
				}
				pages, err := client.Metrics(cmd.Context())
				if err != nil {
					return err
				}
				if o.output == "json" {
					all, err := local.Samples(pages)
					if err != nil {
						return err
					}
					return printJSON(cmd.OutOrStdout(), all)
				}
				for _, page := range pages {
					if _, err := cmd.OutOrStdout().Write(page); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&scrape, "scrape", false, "print the part of prometheus.yml that reads them")
	return c
}
