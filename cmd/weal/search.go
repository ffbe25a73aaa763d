package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// mostFound is the most passages that a search can buy.
const mostFound = 32

func searchCommand(o *options) *cobra.Command {
	var app uint64
	var s local.Search
	var most string
	c := &cobra.Command{
		Use:   "search QUESTION",
		Short: "Buy passages, sealed so that only you can read them",
		Long: `Search has the gateway that runs in the home find passages for a question, pays for
them from the home's purse, and prints them. There is no answer: no model is asked.

The vaults seal what they release to a key that the purse makes for this one question
(HPKE, RFC 9180). The gateway in the middle sees the question and what the passages
cost, and passes on what it cannot read. The key is part of what is paid, so nobody on
the way can put another in its place. Each passage is checked against the root on the
chain.

--filter says which documents count, as in: weal vault find --help.`,
		Example: `  weal search "What is exposure?"
  weal search --limit 8 --filter 'extension=pdf' "How does closing a tab work?"
  weal search --output json "What is a voucher?" | jq -r '.passages[].text'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || strings.TrimSpace(args[0]) == "" {
				return usageError{errors.New(`search: want one question, in quotes: weal search "What is exposure?"`)}
			}
			if s.Limit < 0 || s.Limit > mostFound {
				return usageError{fmt.Errorf("--limit: want 1 to %d, got %d", mostFound, s.Limit)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				s.Question, s.App = args[0], types.AssetID(app)
				if most != "" {
					var err error
					if s.AtMost, _, err = priceArg(cmd, "--at-most", most); err != nil {
						return err
					}
				}
				return o.search(cmd, client, s)
			})
		},
	}
	c.Flags().Uint64Var(&app, "app", 0, "number of the app to ask; default: the home's own (another's needs: weal tab open)")
	c.Flags().IntVar(&s.Limit, "limit", 0, "the most passages to buy; default: as many as the app buys for an answer")
	c.Flags().StringVar(&most, "at-most", "", "the most that the search may cost, for example 0.01; default: what the tab has")
	c.Flags().StringVar(&s.Filter, "filter", "", "which documents count; default: all")
	return c
}

// search searches and prints. What arrived is printed even if something went wrong.
func (o *options) search(cmd *cobra.Command, client *local.Client, s local.Search) error {
	found, err := client.Search(cmd.Context(), s)
	if found == nil {
		return err
	}
	for _, p := range found.Problems {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", p)
	}
	return errors.Join(err, o.show(cmd.OutOrStdout(), newSearchResult(found), func(w io.Writer) error { return printFound(w, found) }))
}

// searchResult is what `weal search --output json` prints. Scripts rest on it.
type searchResult struct {
	Passages []citation      `json:"passages"`
	Cost     cost            `json:"cost"`
	Receipts []receiptResult `json:"receipts"`
	Tab      types.TabID     `json:"tab"`
	Lane     types.LaneRef   `json:"lane"`
	Seq      uint64          `json:"seq"`
	Problems []string        `json:"problems,omitempty"`
}

func newSearchResult(a *purse.Answer) searchResult {
	r := newAskResult(a)
	return searchResult{Passages: r.Citations, Cost: r.Cost, Receipts: r.Receipts, Tab: r.Tab, Lane: r.Lane, Seq: r.Seq, Problems: r.Problems}
}

// printFound writes passages for people.
func printFound(w io.Writer, a *purse.Answer) error {
	for _, c := range a.Citations {
		mark := "verified against the chain"
		if !c.Proof {
			mark = "NOT VERIFIED"
		}
		where := plain(c.Source)
		if c.Heading != "" {
			where += ": " + plain(c.Heading)
		}
		_, _ = fmt.Fprintf(w, "%s (asset %d, version %d, %s)\n%s\n\n",
			bold(w, fmt.Sprintf("[%d] %s", c.N, where)), c.Asset, c.Version, mark, wrap(prose(c.Text), 88, "    "))
	}
	return printPaid(w, a)
}
