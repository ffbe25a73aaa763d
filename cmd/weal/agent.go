package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func agentCommand(o *options) *cobra.Command {
	return group("agent", "Purses of agents: what each may spend", agentCreate(o), agentList(o), agentLimits(o))
}

// limitFlags are the limits of an agent's purse.
type limitFlags struct{ question, day, asset string }

func (f *limitFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.question, "per-question", "", "the most that one question may cost, in WEAL; 0 for no limit")
	c.Flags().StringVar(&f.day, "per-day", "", "the most that all questions of a day (UTC) may cost, in WEAL; 0 for no limit")
	c.Flags().StringVar(&f.asset, "per-asset", "", "the most that one asset may get of one question, in WEAL; 0 for no limit")
}

// into sets what was said.
func (f *limitFlags) into(cmd *cobra.Command, a *local.AgentPurse) error {
	for _, l := range []struct {
		name, text string
		into       *types.Amount
	}{{"per-question", f.question, &a.Limits.PerQuery}, {"per-day", f.day, &a.Limits.PerDay}, {"per-asset", f.asset, &a.Limits.PerAsset}} {
		if l.text == "" {
			continue
		}
		amount, err := parseCoins(l.text)
		if err != nil {
			return wrong(cmd, "--%s: %w", l.name, err)
		}
		*l.into = amount
	}
	return nil
}

func agentCreate(o *options) *cobra.Command {
	var n local.NewAgent
	var f limitFlags
	var amount string
	var app, asset uint64
	c := &cobra.Command{
		Use:   "create NAME",
		Short: "Give an agent a purse of its own, with limits",
		Long: `Create opens a tab, paid by the home's payer, whose lanes belong to the agent's purse
alone. What its lanes hold is the most that the agent can ever spend: the chain sees to
that. Within it the purse keeps the limits that are set here, and can be changed later.
As much as one lane holds is put down as a bond; all that is not spent comes back when
the tab is closed.

An agent that earns is an asset of kind agent: register it from a file with kind: agent
(weal asset register), and name it here with --asset.`,
		Example: `  weal agent create researcher --amount 2 --per-question 0.05 --per-day 0.5
  weal mcp --agent researcher`,
		Args: exactArgs(1, "a name: weal agent create researcher --amount 2"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name, n.App, n.Asset = args[0], types.AssetID(app), types.AssetID(asset)
			var err error
			if n.Amount, err = parseCoins(amount); err != nil {
				return wrong(cmd, "--amount: %w", err)
			}
			var limits local.AgentPurse
			if err := f.into(cmd, &limits); err != nil {
				return err
			}
			n.Limits = limits.Limits
			if err := n.Check(); err != nil {
				return wrong(cmd, "%w", err)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				a, err := client.CreateAgent(cmd.Context(), n)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), a, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "agent %s has tab %d; it asks app %d\nserve it with: weal mcp --agent %s\n", a.Name, a.Tab, a.App, a.Name)
					return err
				})
			})
		},
	}
	c.Flags().StringVar(&amount, "amount", "1", "what it can spend in all, in WEAL")
	c.Flags().IntVar(&n.Lanes, "lanes", 2, "how many questions it can ask at once; each lane holds an equal part")
	c.Flags().Uint64Var(&app, "app", 0, "number of the app that it asks; default: the home's own")
	c.Flags().Uint64Var(&asset, "asset", 0, "number of the asset of kind agent that it is")
	f.add(c)
	return c
}

func agentList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the agents that have a purse in the home, with their limits",
		Example: "  weal agent list\n  weal agent list --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				all, err := client.AgentPurses()
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printAgents(w, all) })
			})
		},
	}
}

func agentLimits(o *options) *cobra.Command {
	var f limitFlags
	c := &cobra.Command{
		Use:   "limits NAME",
		Short: "Change the limits of an agent's purse",
		Long: `Limits that are not named stay as they are. A process that spends from the purse knows
the new ones when it is started again.`,
		Example: "  weal agent limits researcher --per-day 1",
		Args:    exactArgs(1, "a name: weal agent limits researcher --per-day 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var said local.AgentPurse
			if err := f.into(cmd, &said); err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				a, err := client.SetAgentLimits(args[0], func(a *local.AgentPurse) {
					_ = f.into(cmd, a) // it was read before
				})
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), a, func(w io.Writer) error { return printAgents(w, []local.AgentPurse{a}) })
			})
		},
	}
	f.add(c)
	return c
}

func printAgents(w io.Writer, all []local.AgentPurse) error {
	limit := func(a types.Amount) string {
		if a.IsZero() {
			return "-"
		}
		return coins(a, types.BaseDenom)
	}
	return table(w, "AGENT\tASSET\tAPP\tTAB\tPER QUESTION\tPER DAY\tPER ASSET", func(row func(...any)) {
		for _, a := range all {
			asset := any("-")
			if a.Asset != 0 {
				asset = a.Asset
			}
			row(a.Name, asset, a.App, a.Tab, limit(a.Limits.PerQuery), limit(a.Limits.PerDay), limit(a.Limits.PerAsset))
		}
	})
}
