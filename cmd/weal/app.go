package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/local"
)

func appCommand(o *options) *cobra.Command {
	return group("app", "Apps: files that say who answers, from what, and for how much", appCheck(o), appPublish(o), appRun(o))
}

// appFile is the argument of commands that take an app file.
var appFile = exactArgs(1, "an app file: weal app check handbook.yaml")

func appCheck(o *options) *cobra.Command {
	var node string
	var private bool
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Read an app file, look its assets up, and tell what an answer would cost",
		Long: `Check reads an app file and registers nothing. It looks up on the chain which models
and vaults the file comes to now, asks each whether it is there, tells the most that
an answer costs, and warns of what will go wrong.

A file is YAML; spec/app.md describes all of it:

  name: handbook
  models:                          # or model: ASSET, or upstream: {url: …}
    - 11
    - {max_price: 0.02 WEAL, policy: audit}
  router: quality                  # first, price, latency, quality
  vaults:                          # [] for an app that answers without passages
    - 10
    - {topic: maritime law, max_price: 0.01 WEAL, most: 3}
    - {question: true, most: 2}    # those that fit each question
  passages: 4
  budget: 0.02 WEAL                # of all passages of a question
  fee: 0.001 WEAL`,
		Example: "  weal app check handbook.yaml --output json",
		Args:    appFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := gateway.LoadApp(args[0]); err != nil {
				return wrong(cmd, "%w", err)
			}
			checked, err := local.CheckApp(cmd.Context(), args[0], node, private)
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), checked, func(w io.Writer) error { return printAppCheck(w, checked) })
		},
	}
	c.Flags().StringVar(&node, "node", "127.0.0.1:9090", "gRPC address of a node")
	c.Flags().BoolVar(&private, "private", false, "also ask hosts of this machine and of private networks; always on a chain of weal up")
	return c
}

func appPublish(o *options) *cobra.Command {
	var cfg local.RoleConfig
	var l licenceFlags
	c := &cobra.Command{
		Use:   "publish FILE",
		Short: "Register the app that a file describes, or a new version of it",
		Long: `Publish registers the app as an asset of the home's, or tells the chain of a new
version, and does not run it: weal app run does both.

Everybody sees name, description, endpoint, contact and fee, in the manifest, which
weal app run serves at the endpoint. Nobody sees the rest of the file: its prompt,
models and vaults stay on this machine. The chain gets a hash of the file, salted, so
that it cannot be guessed; who is shown the file and the salt that is printed can tell
that they are this app's.`,
		Example: "  weal app publish handbook.yaml --home ~/.weal-app --endpoint https://app.example.org",
		Args:    appFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if cfg.Licence, err = l.licence(); err != nil {
				return wrong(cmd, "%w", err)
			}
			cfg.AppFile, cfg.Home, cfg.Log = args[0], o.home, o.logger()
			if _, err := gateway.LoadApp(cfg.AppFile); err != nil {
				return wrong(cmd, "%w", err)
			}
			if !o.quiet {
				cfg.Note = func(s string) { _, _ = fmt.Fprintln(os.Stderr, s) }
			}
			p, err := local.PublishApp(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), p, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "asset     %d, version %d\nowner     %s\nmanifest  %s\n          %s\nfile      %s\nsalt      %s\n",
					p.Asset, p.Version, p.Owner, p.Manifest, p.ManifestURI, p.App, p.Salt)
				return err
			})
		},
	}
	roleFlags(c, &cfg, &l, 8080)
	return c
}

func appRun(o *options) *cobra.Command {
	var cfg local.RoleConfig
	var l licenceFlags
	c := &cobra.Command{
		Use:   "run FILE",
		Short: "Publish an app, and run its gateway",
		Long: `Run publishes the app that a file describes if the chain does not know it, or not in
this version, and then answers: OpenAI chat completions, for purses that bring a lane,
and for clients with an API key. It is weal gateway serve --app FILE.`,
		Example: "  weal app run handbook.yaml --home ~/.weal-app",
		Args:    appFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := gateway.LoadApp(args[0]); err != nil {
				return wrong(cmd, "%w", err)
			}
			cfg.AppFile = args[0]
			return o.serveRole(cmd, local.RoleGateway, cfg, l)
		},
	}
	roleFlags(c, &cfg, &l, 8080)
	return c
}

// printAppCheck writes what an app comes to for people.
func printAppCheck(w io.Writer, c local.AppCheck) error {
	_, _ = fmt.Fprintf(w, "%s\n", bold(w, plain(c.App)))
	if len(c.Models)+len(c.Vaults) > 0 {
		err := table(w, "ASSET\tKIND\tBY\tNAME\tPRICE\tMS", func(row func(...any)) {
			for _, parts := range [][]local.AppPart{c.Models, c.Vaults} {
				for _, p := range parts {
					row(p.Asset, p.Kind, p.By, foundName(p.Found), foundPrice(p.Found), foundHealth(p.Found))
				}
			}
		})
		if err != nil {
			return err
		}
	}
	if m := c.Most; m != nil {
		_, _ = fmt.Fprintf(w, "an answer costs at most %s: passages %s, model %s, app %s\n",
			coins(m.Most, m.Denom), coins(m.Passages, m.Denom), coins(m.Model, m.Denom), coins(m.Use, m.Denom))
	}
	for _, warning := range c.Warnings {
		_, _ = fmt.Fprintln(w, "warning:", plain(warning))
	}
	return nil
}
