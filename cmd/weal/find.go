package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func findCommand(o *options) *cobra.Command {
	var q find.Query
	var kinds []string
	var most string
	var private bool
	c := &cobra.Command{
		Use:   "find [TOPIC]",
		Short: "Find vaults, models and apps by what they say, cost and have earned",
		Long: `Find lists assets of the chain, best first. With a topic these are the ones whose
name and description speak of it; without one, all.

Names and descriptions come from the manifests that the assets' hosts serve, and
count only if they have the hash that the chain knows. Prices, licences and what an
asset has earned are the chain's. Each asset that is listed is asked whether it is
there; MS is how long it took to say so.

Prices are compared per use of an app, per 1000 tokens of a model, and per passage of
2048 bytes, at its dearest, of a vault: --max-price bounds that.`,
		Example: `  weal find "maritime law" --kind data --max-price 0.01
  weal find --kind model --healthy --output json | jq '.found[0].asset'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				q.Topic = args[0]
			}
			for _, name := range kinds {
				k, err := types.ParseKind(name)
				if err != nil {
					return wrong(cmd, "--kind: %w", err)
				}
				q.Kinds = append(q.Kinds, k)
			}
			if most != "" {
				var err error
				if q.MaxPrice, q.Denom, err = priceArg(cmd, "--max-price", most); err != nil {
					return err
				}
			}
			if q.Limit < 1 || q.Limit > find.MaxLimit {
				return wrong(cmd, "--limit: want 1 to %d, got %d", find.MaxLimit, q.Limit)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				r, err := client.Find(cmd.Context(), q, private)
				if err != nil {
					return err
				}
				r.Found = nonNil(r.Found)
				return o.show(cmd.OutOrStdout(), r, func(w io.Writer) error { return printAssets(w, q, r) })
			})
		},
	}
	f := c.Flags()
	f.StringSliceVar(&kinds, "kind", nil, "kinds of assets: data, model, app, …; default: all")
	f.StringVar(&most, "max-price", "", "the most that it may cost, for example 0.01 or 300uusd")
	f.StringVar(&q.Policy, "policy", "", "a proof policy that it must name, for example audit")
	f.BoolVar(&q.Open, "open", false, "leave out what needs a credential")
	f.BoolVar(&q.Probe, "probe", true, "ask what is listed whether it is there")
	f.BoolVar(&q.Healthy, "healthy", false, "leave out what does not answer")
	f.BoolVar(&private, "private", false, "also ask hosts of this machine and of private networks; always on a chain of weal up")
	f.IntVar(&q.Limit, "limit", find.DefaultLimit, "the most assets listed")
	return c
}

// printAssets writes what was found for people.
func printAssets(w io.Writer, q find.Query, r find.Result) error {
	denom := q.Denom
	if denom == "" {
		denom = types.BaseDenom
	}
	if len(r.Found) == 0 {
		_, _ = fmt.Fprintf(w, "nothing fits; the chain has %d assets\n", r.Assets)
	} else if err := table(w, "ASSET\tKIND\tNAME\tPRICE\tEARNED\tSINCE BLOCK\tMS", func(row func(...any)) {
		for _, f := range r.Found {
			row(f.Asset, f.Kind, foundName(f), foundPrice(f), earned(f, denom), f.Reputation.Since, foundHealth(f))
		}
	}); err != nil {
		return err
	}
	if r.Unread > 0 {
		_, err := fmt.Fprintf(w, "%d more cannot be told: their manifests are not where the chain says; see: weal find --output json\n", r.Unread)
		return err
	}
	return nil
}

func foundName(f find.Found) string {
	name := plain(f.Name)
	if f.Fault != "" {
		name = "?"
	}
	if f.Licence.Closed {
		name += " (needs a credential)"
	}
	return name
}

func foundPrice(f find.Found) string {
	if f.Price == nil {
		return "-"
	}
	return coins(f.Price.Amount, f.Price.Denom) + " per " + f.Price.Per
}

func earned(f find.Found, denom string) string {
	for _, e := range f.Reputation.Credited {
		if e.Denom == denom {
			return coins(e.Amount, denom)
		}
	}
	return "-"
}

func foundHealth(f find.Found) string {
	switch {
	case f.Health == nil:
		return "-"
	case !f.Health.Up:
		return "down: " + plain(f.Health.Fault)
	}
	return fmt.Sprintf("%.1f", f.Health.Millis)
}
