package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func gatewayCommand(o *options) *cobra.Command {
	var cfg local.RoleConfig
	var l licenceFlags
	serve := &cobra.Command{
		Use:   "serve",
		Short: "Run an app's gateway alone, beside any node",
		Long: `Serve answers OpenAI chat completions from the vaults and the model that the app
file names, for purses that bring a lane, and for clients with an API key: see
weal gateway key --help.`,
		Example: "  weal gateway serve --home ~/.weal-app --app handbook.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cfg.AppFile == "" {
				return usageError{errors.New("gateway serve: say which app: --app FILE")}
			}
			return o.serveRole(cmd, local.RoleGateway, cfg, l)
		},
	}
	roleFlags(serve, &cfg, &l, 8080)
	serve.Flags().StringVar(&cfg.AppFile, "app", "", "the app's file: name, model, vaults, passages, prompt")
	return group("gateway", "An app that composes vaults and models", serve, gatewayKey(o), gatewayLanes(o), gatewayContributors(o), gatewayDistribute(o))
}
