package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func operatorCommand(o *options) *cobra.Command {
	var cfg local.OperatorConfig
	var bond, least, spend string
	var assets []int
	c := &cobra.Command{
		Use:   "operator",
		Short: "Answer requests of contracts for the model and the app of a home",
		Long: `Operator answers what contracts and accounts ask the home's assets on the chain
(weal job request), and delivers the answers with the asset's receipt, which the
chain pays for. The model or the app must run in the home, and post a price for a
use: weal asset price 2 --use 0.01.

An input is a text, or a chat completion request of OpenAI's as JSON. The model's
upstream answers itself; what an app's answer costs is paid from the home's tab, at
most what the request brings and --spend. Every answer is kept before it is sent, so
that a kill at any moment neither loses one nor gives two.

The operator's account is authorised by who controls the asset, and needs a bond and
coins for gas; --bond 1 does all that from this home's accounts. On Ctrl-C no request
is taken any more, and what is under way has --drain to end.`,
		Example: "  weal operator --bond 1\n  weal operator --asset 2 --concurrency 16\n" +
			"  weal operator --listen 127.0.0.1:8084 --endpoint https://answers.example.org\n  weal operator status --output json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []struct {
				name, said string
				to         *types.Amount
			}{{"--bond", bond, &cfg.Bond}, {"--least", least, &cfg.Least}, {"--spend", spend, &cfg.Spend}} {
				if flag.said == "" {
					continue
				}
				amount, denom, err := priceArg(cmd, flag.name, flag.said)
				if err != nil {
					return err
				}
				if denom != types.BaseDenom {
					return wrong(cmd, "%s is in %s", flag.name, types.DisplayDenom)
				}
				*flag.to = amount
			}
			if cfg.Concurrency < 1 {
				return wrong(cmd, "--concurrency: want at least 1, got %d", cfg.Concurrency)
			}
			for _, a := range assets {
				if a < 1 {
					return wrong(cmd, "--asset: want the number of an asset, got %d; see: weal status", a)
				}
				cfg.Assets = append(cfg.Assets, types.AssetID(a))
			}
			cfg.Home, cfg.Log, cfg.Version = o.home, o.logger(), version()
			if !o.quiet {
				cfg.Note = func(s string) { _, _ = fmt.Fprintln(os.Stderr, s) }
			}
			return serveOperator(cmd, cfg)
		},
	}
	f := c.Flags()
	f.IntSliceVar(&assets, "asset", nil, "asset to answer for; default: the home's model and its app")
	f.IntVar(&cfg.Concurrency, "concurrency", 4, "how many requests are worked on at once")
	f.StringVar(&bond, "bond", "", "if the operator may not deliver yet: authorise it and bond so much WEAL for each asset, from the home's accounts")
	f.StringVar(&least, "least", "", "refuse requests that pay less than so much WEAL")
	f.BoolVar(&cfg.AtALoss, "at-a-loss", false, "serve requests that pay less than the gas of their delivery costs, too")
	f.StringVar(&spend, "spend", "", "how much WEAL an answer of an app may cost beyond what its request brings")
	f.StringVar(&cfg.Key, "gateway-key", os.Getenv("WEAL_OPERATOR_KEY"), "API key to ask the home's app with; default: pay from the home's tab ($WEAL_OPERATOR_KEY)")
	f.StringVar(&cfg.Listen, "listen", "", "address to serve answers on that are too long for the chain; default: they are refused")
	f.StringVar(&cfg.Endpoint, "endpoint", "", "URL that others reach --listen by; default: the address itself")
	f.StringVar(&cfg.Metrics, "metrics", "", metricsHelp)
	f.BoolVar(&cfg.Private, "private-inputs", false, "fetch inputs from private networks and this machine, too, if a request names them")
	f.DurationVar(&cfg.Drain, "drain", 30*time.Second, "how long what is under way may take to end")
	c.AddCommand(operatorStatus(o))
	return c
}

func serveOperator(cmd *cobra.Command, cfg local.OperatorConfig) error {
	s, err := local.ServeOperator(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	var ids []string
	for _, id := range s.Assets() {
		ids = append(ids, strconv.FormatUint(uint64(id), 10))
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "ready: operator, account %s, asset %s\n", s.Account(), strings.Join(ids, ", "))
	<-cmd.Context().Done()
	return s.Close()
}

func operatorStatus(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "What the home's operator has answered, and what it refused and why",
		Example: "  weal operator status\n  weal operator status --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := local.ReadOperator(cmd.Context(), o.home)
			if err != nil {
				return err
			}
			return o.show(cmd.OutOrStdout(), s, func(w io.Writer) error { return printOperator(w, s) })
		},
	}
}

func printOperator(w io.Writer, s local.OperatorStatus) error {
	state := "does not run"
	if s.Running {
		state = "runs"
	}
	_, _ = fmt.Fprintf(w, "operator   %s, account %s\n", state, s.Account)
	_, _ = fmt.Fprintf(w, "under way  %d waiting, %d worked on, %d answered, %d sent\n", s.Waiting, s.Working, s.Answered, s.Sent)
	_, _ = fmt.Fprintf(w, "ended      %d delivered, %d by another, %d expired, %d refused\n", s.Delivered, s.Beaten, s.Expired, s.Refused)
	if len(s.Last) == 0 {
		return nil
	}
	return table(w, "\nREQUEST\tASSET\tSTAGE\tCHANGED\tNOTE", func(row func(...any)) {
		for _, r := range s.Last {
			row(r.Request, r.Asset, r.Stage, r.Changed.Format(time.RFC3339), r.Note)
		}
	})
}
