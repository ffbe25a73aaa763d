package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func gatewayKey(o *options) *cobra.Command {
	c := group("key", "API keys of the home's gateway, with budgets, limits and an end",
		gatewayKeyCreate(o), gatewayKeyList(o), gatewayKeyShow(o), gatewayKeySet(o), gatewayKeyRevoke(o))
	c.Long = `A key lets an ordinary OpenAI client ask the home's gateway: the gateway's purse
pays, from the gateway's own tab or from one of a customer (see weal gateway lanes).

Before anything is signed for a question, the most that it can cost is reserved in the
key's budgets; then what it has cost is counted. A key never spends more than its
budget, however many ask with it at once. Who holds a key asks where it stands with
GET /weal/v1/key.

  --budget 10 --per month   10 WEAL in each calendar month, UTC; also day and week
  --budget 10               10 WEAL in all
  --rpm, --tpm, --parallel  requests and metered tokens in any minute, requests at once
  --expires 30d             also 12h, 2w, 2027-01-31 or never`
	c.Example = `  weal gateway key create --name alice --budget 10 --per month --rpm 60 --expires 30d
  weal gateway key list
  weal gateway key set alice --budget 20
  weal gateway key revoke alice`
	return c
}

// keyFlags are the settings of a key.
type keyFlags struct {
	name, budget, total, per, expires string
	rpm, tpm, parallel                uint32
	tab                               uint64
	off                               bool
}

func (f *keyFlags) add(c *cobra.Command) {
	l := c.Flags()
	l.StringVar(&f.name, "name", "", "what the key is called")
	l.StringVar(&f.budget, "budget", "", "the most that may be spent, in each --per or else in all: 10 or 10WEAL, 300uusd, none")
	l.StringVar(&f.per, "per", "", "how often the budget begins anew: day, week or month, UTC")
	l.StringVar(&f.total, "total", "", "the most in all, beside a budget of a period; none for no limit")
	l.Uint32Var(&f.rpm, "rpm", 0, "requests in any minute; 0 for no limit")
	l.Uint32Var(&f.tpm, "tpm", 0, "metered tokens of prompts and answers in any minute; 0 for no limit")
	l.Uint32Var(&f.parallel, "parallel", 0, "requests at once; 0 for no limit")
	l.StringVar(&f.expires, "expires", "", "when it ends: 30d, 12h, 2w, 2027-01-31 (its beginning, UTC), 2027-01-31T12:00:00Z or never")
	l.Uint64Var(&f.tab, "tab", 0, "number of the tab that pays; 0 for the gateway's own")
}

// change returns what of the flags was given.
func (f *keyFlags) change(cmd *cobra.Command, now time.Time) (c keys.Change, err error) {
	given := cmd.Flags().Changed
	if given("name") {
		c.Name = &f.name
	}
	if given("tab") {
		tab := types.TabID(f.tab)
		c.Tab = &tab
	}
	for _, l := range []struct {
		flag     string
		from, to **uint32
	}{{"rpm", ptr(&f.rpm), &c.Requests}, {"tpm", ptr(&f.tpm), &c.Tokens}, {"parallel", ptr(&f.parallel), &c.Parallel}} {
		if given(l.flag) {
			*l.to = *l.from
		}
	}
	for _, a := range []struct {
		flag, text string
		to         **types.Amount
	}{{"budget", f.budget, &c.Budget}, {"total", f.total, &c.Total}} {
		if !given(a.flag) {
			continue
		}
		amount, denom, err := budgetArg(cmd, "--"+a.flag, a.text)
		if err != nil {
			return c, err
		}
		if c.Denom != "" && denom != "" && c.Denom != denom {
			return c, wrong(cmd, "--budget and --total: want one denomination, got %s and %s", c.Denom, denom)
		}
		*a.to = &amount
		if denom != "" {
			c.Denom = denom
		}
	}
	if given("per") {
		if c.Per, err = keys.ParsePeriod(f.per); err != nil {
			return c, wrong(cmd, "--per: %w", err)
		}
	}
	if given("expires") {
		at, err := expiresArg(f.expires, now)
		if err != nil {
			return c, wrong(cmd, "--expires: %w", err)
		}
		c.Expires = &at
	}
	return c, nil
}

func ptr[T any](v T) *T { return &v }

// budgetArg reads a budget; none is zero of any denomination.
func budgetArg(cmd *cobra.Command, what, s string) (types.Amount, string, error) {
	if s == "none" {
		return types.Amount{}, "", nil
	}
	amount, denom, err := priceArg(cmd, what, s)
	if err == nil && amount.IsZero() {
		err = wrong(cmd, "%s: want more than nothing, or none for no limit; a key is switched off with: weal gateway key set NAME --off", what)
	}
	return amount, denom, err
}

// maxWhile bounds a while from now in days: ten thousand years would not fit.
const maxWhile = 36_500

// expiresArg reads when a key ends, as Unix seconds; zero is never.
func expiresArg(s string, now time.Time) (int64, error) {
	s = strings.TrimSpace(s)
	if s == "never" {
		return 0, nil
	}
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		number, ok := strings.CutSuffix(s, unit)
		if n, err := strconv.ParseUint(number, 10, 32); ok && err == nil && n > 0 && n <= maxWhile/uint64(days) {
			return now.AddDate(0, 0, int(n)*days).Unix(), nil
		}
	}
	t, err := timeArg(s, now)
	if err != nil || s == "" {
		return 0, fmt.Errorf("want a while from now (30d, 12h, 2w), a date (2027-01-31), a time (2027-01-31T12:00:00Z) or never, got %.60q", s)
	}
	if !t.After(now) {
		return 0, fmt.Errorf("%s is past", t.UTC().Format(time.RFC3339))
	}
	return t.Unix(), nil
}

// keyArg wants one key, by its number or name.
func keyArg(what string) cobra.PositionalArgs {
	return exactArgs(1, "the number or the name of one key: weal gateway key "+what+" alice")
}

func gatewayKeyCreate(o *options) *cobra.Command {
	var f keyFlags
	c := &cobra.Command{
		Use:   "create",
		Short: "Make a key; its text is shown once",
		Long: `Create makes an API key and prints it. It is kept nowhere, only its hash is: who loses
it needs another. Without --tab the gateway's own tab pays; with it, a customer's, whose
lanes were funded for keys of this gateway (weal gateway lanes).`,
		Example: `  weal gateway key create --name alice --budget 10 --per month --rpm 60 --tpm 10000 --parallel 4 --expires 30d
  weal gateway key create --name acme --tab 7 --budget 100 --output json | jq -r .key`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			change, err := f.change(cmd, time.Now())
			if err != nil {
				return err
			}
			if f.name == "" {
				return wrong(cmd, "say what the key is called: --name alice")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				k, err := client.CreateKey(cmd.Context(), change)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), k, func(w io.Writer) error {
					_, _ = fmt.Fprintf(w, "key %d, %s, is made. It is shown this once:\n\n  %s\n\n", k.ID, k.Name, bold(w, k.Text))
					_, err := fmt.Fprintf(w, "use it as the API key of any OpenAI client, with the base URL %s/v1\n",
						client.Running.Roles[local.RoleGateway].URL)
					return err
				})
			})
		},
	}
	f.add(c)
	return c
}

func gatewayKeyList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the keys, and what was spent with them",
		Example: "  weal gateway key list\n  weal gateway key list --output json | jq '.[] | {name, spent}'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				all, err := client.Keys(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printKeys(w, all) })
			})
		},
	}
}

func gatewayKeyShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show KEY",
		Short:   "Show a key: budgets, limits, and what was spent with it",
		Example: "  weal gateway key show alice\n  weal gateway key show 2 --output json",
		Args:    keyArg("show"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.oneKey(cmd, func(client *local.Client) (keys.Key, error) { return client.Key(cmd.Context(), args[0]) })
		},
	}
}

func gatewayKeySet(o *options) *cobra.Command {
	var f keyFlags
	var on bool
	c := &cobra.Command{
		Use:   "set KEY",
		Short: "Change a key's budgets, limits, end, name or tab, or switch it off and on",
		Long: `Set changes what is given and nothing else, from the next request on. What was spent
since a period began counts in its budget, whatever is changed.`,
		Example: `  weal gateway key set alice --budget 20
  weal gateway key set alice --budget none --rpm 0 --expires never
  weal gateway key set alice --off`,
		Args: keyArg("set"),
		RunE: func(cmd *cobra.Command, args []string) error {
			change, err := f.change(cmd, time.Now())
			switch {
			case err != nil:
				return err
			case f.off && on:
				return wrong(cmd, "want --on or --off")
			case f.off || on:
				change.Disabled = &f.off
			}
			if change == (keys.Change{}) {
				return wrong(cmd, "say what to change, for example --budget 20 --per month")
			}
			return o.oneKey(cmd, func(client *local.Client) (keys.Key, error) { return client.SetKey(cmd.Context(), args[0], change) })
		},
	}
	f.add(c)
	c.Flags().BoolVar(&f.off, "off", false, "switch the key off")
	c.Flags().BoolVar(&on, "on", false, "switch the key on again")
	return c
}

func gatewayKeyRevoke(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke KEY",
		Short:   "End the use of a key for ever",
		Example: "  weal gateway key revoke alice",
		Args:    keyArg("revoke"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.oneKey(cmd, func(client *local.Client) (keys.Key, error) { return client.RevokeKey(cmd.Context(), args[0]) })
		},
	}
}

// oneKey prints the key that f returns.
func (o *options) oneKey(cmd *cobra.Command, f func(*local.Client) (keys.Key, error)) error {
	return o.withClient(cmd, func(client *local.Client) error {
		k, err := f(client)
		if err != nil {
			return err
		}
		return o.show(cmd.OutOrStdout(), k, func(w io.Writer) error { return printKey(w, k) })
	})
}
