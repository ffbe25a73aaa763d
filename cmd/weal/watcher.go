package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

func watcherCommand(o *options) *cobra.Command {
	return group("watcher", "Settling for assets that are away", watcherServe(o), watcherName(o), watcherShow(o), watcherStatus(o))
}

func watcherServe(o *options) *cobra.Command {
	var cfg local.WatcherConfig
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run a watcher alone, beside any node",
		Long: `Serve keeps what vaults, models and gateways hand it (--watcher URL), and settles for
those that are away: before a tab that is being closed, a revoked lane or an epoch
that has ended pays no more. It takes claims only of assets that name its account on
the chain, for the fee that they name with it; see: weal watcher name.`,
		Example: "  weal watcher serve --home ~/.weal-watcher --node 127.0.0.1:9090 --listen 127.0.0.1:8083",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.Home, cfg.Log, cfg.Version = o.home, o.logger(), version()
			if !o.quiet {
				cfg.Note = func(s string) { _, _ = fmt.Fprintln(os.Stderr, s) }
			}
			w, err := local.ServeWatcher(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "ready: watcher, account %s, %s\n", w.Account(), w.URL())
			<-cmd.Context().Done()
			return w.Close()
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Node, "node", "127.0.0.1:9090", "gRPC address of a node")
	f.StringVar(&cfg.Listen, "listen", "127.0.0.1:8083", "address to serve on")
	f.StringVar(&cfg.Metrics, "metrics", "", metricsHelp)
	f.DurationVar(&cfg.Grace, "grace", 0, "how long an asset may take to settle itself when a lane ends; default: 1m, at most a quarter of the chain's window")
	f.DurationVar(&cfg.Patience, "patience", 0, "how long an asset may settle nothing before its open lanes are settled; default: 24h")
	return c
}

func watcherName(o *options) *cobra.Command {
	var account, fee, from string
	c := &cobra.Command{
		Use:   "name ID",
		Short: "Name the watcher of an asset, and its part of what it settles",
		Long: `Name writes to the chain who settles for an asset while it is away, and what part of
what it brings is its fee, at most 10%. Nobody else gets a fee; who settles first
otherwise brings the asset all of it. Start the asset's role with --watcher and the
watcher's URL. Without --account the asset names nobody any more.`,
		Example: "  weal watcher name 1 --account 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --fee 2%\n  weal watcher name 1",
		Args:    exactArgs(1, "the asset's number: weal watcher name 1 --account 0x… --fee 2%"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			points, err := feeArg(cmd, account, fee)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				named, text := "", fmt.Sprintf("asset %d names no watcher any more", id)
				if account != "" {
					if named, err = address(cmd, client, account); err != nil {
						return err
					}
					text = fmt.Sprintf("asset %d names %s as its watcher, for %s of what it settles", id, named, percent(points))
				}
				if err := client.SetWatcher(cmd.Context(), id, named, points, from); err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"asset": id, "watcher": named, "basis_points": points}, func(w io.Writer) error {
					_, err := fmt.Fprintln(w, text)
					return err
				})
			})
		},
	}
	c.Flags().StringVar(&account, "account", "", "the watcher's account; weal watcher serve tells it")
	c.Flags().StringVar(&fee, "fee", "", "its part of what it settles: basis points (200) or a percentage (2%)")
	fromFlag(c, &from, controlsIt)
	return c
}

// feeArg reads the fee of a watcher.
func feeArg(cmd *cobra.Command, account, fee string) (uint32, error) {
	if account == "" {
		if fee != "" {
			return 0, wrong(cmd, "--fee is of a watcher: say --account as well")
		}
		return 0, nil
	}
	if fee == "" {
		return 0, wrong(cmd, "say its part: --fee 2%%, or --fee 0 for nothing")
	}
	points, err := local.ParseBasisPoints(fee)
	if err != nil {
		return 0, wrong(cmd, "--fee: %w", err)
	}
	if points > tabtypes.MaxWatcherBasisPoints {
		return 0, wrong(cmd, "--fee: at most %s", percent(tabtypes.MaxWatcherBasisPoints))
	}
	return uint32(points), nil
}

func watcherShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show who settles for an asset while it is away",
		Example: "  weal watcher show 1\n  weal watcher show 1 --output json",
		Args:    exactArgs(1, "the asset's number: weal watcher show 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if _, err := client.Ledger.Asset(cmd.Context(), id); err != nil {
					return err
				}
				named, err := client.Ledger.Watcher(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), named, func(w io.Writer) error {
					if named.Account == "" {
						_, err := fmt.Fprintf(w, "asset %d names no watcher\n", id)
						return err
					}
					_, err := fmt.Fprintf(w, "asset %d names %s, for %s of what it settles\n", id, named.Account, percent(named.BasisPoints))
					return err
				})
			})
		},
	}
}

func watcherStatus(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "What the home's watcher keeps, and for whom",
		Example: "  weal watcher status --home ~/.weal-watcher",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				kept, err := client.Watched(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), kept, func(w io.Writer) error {
					_, _ = fmt.Fprintf(w, "account    %s\nclaims     %d\n", kept.Account, kept.Claims)
					return table(w, "\nASSET\tCLAIMS\tOWED\tFEE", func(row func(...any)) {
						for _, a := range kept.Assets {
							row(a.Asset, a.Claims, coins(a.Owed, a.Denom), percent(a.BasisPoints))
						}
					})
				})
			})
		},
	}
}
