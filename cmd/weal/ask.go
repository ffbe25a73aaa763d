package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

func askCommand(o *options) *cobra.Command {
	var q local.Question
	var app uint64
	var quote bool
	var most string
	c := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Ask a question and pay everyone who contributes to the answer",
		Long: `Ask puts a question to the gateway that runs in the home, pays for it from the
home's purse, checks every passage against the root on the chain, and prints the
answer, its citations and who was paid.

With --filter only documents count that say of themselves what it asks: conditions
with commas between them, of a name, an operator and values with | between them. Names
are source, title, author, date, language and what else documents have; operators
are = and != (is, is not), ^= (begins with), *= (contains), and <, <=, >, >=. What
has a comma, a bar or a quotation mark is put in quotation marks.

With --answers 2 two of the app's models answer, each for itself and from the same
passages, which are paid once; each model is paid for what it writes.

With --quote nothing is paid: it prints which passages would be bought, what each
costs, what vaults show of them, and what the answer can cost at most.`,
		Example: `  weal ask "What is exposure?"
  weal ask --filter 'source^=docs/, date>=2026-01-01' "What is exposure?"
  weal ask --quote "What is exposure?"
  weal ask --at-most 0.01 "What is exposure?"
  weal ask --output json "How does closing a tab work?" | jq .cost`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || strings.TrimSpace(args[0]) == "" {
				return usageError{errors.New(`ask: want one question, in quotes: weal ask "What is exposure?"`)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Text, q.App = args[0], types.AssetID(app)
			if q.Answers < 1 || q.Answers > purse.MaxModels {
				return wrong(cmd, "--answers: want 1 to %d, got %d", purse.MaxModels, q.Answers)
			}
			if most != "" {
				var err error
				if q.AtMost, _, err = priceArg(cmd, "--at-most", most); err != nil {
					return err
				}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if quote {
					return o.quote(cmd, client, q)
				}
				return o.ask(cmd, client, q)
			})
		},
	}
	c.Flags().Uint64Var(&app, "app", 0, "number of the app to ask; default: the home's own (another's needs: weal tab open)")
	c.Flags().StringVar(&q.Filter, "filter", "", "which documents count, for example author=Smith|Jones, date>=2026-01-01")
	c.Flags().StringVar(&most, "at-most", "", "the most that the answer may cost, for example 0.01; default: what the tab has")
	c.Flags().IntVar(&q.Answers, "answers", 1, "how many of the app's models are to answer")
	c.Flags().BoolVar(&quote, "quote", false, "say what the answer would cost, and pay nothing")
	return c
}

// ask asks and prints. What arrived is printed even if the answer was cut.
func (o *options) ask(cmd *cobra.Command, client *local.Client, q local.Question) error {
	out := cmd.OutOrStdout()
	if o.output == "text" && isTerminal(os.Stdout) {
		q.OnDelta = func(s string) { _, _ = io.WriteString(out, prose(s)) }
		if q.Answers > 1 {
			q.OnWriter = func(id types.AssetID) { _, _ = fmt.Fprintf(out, "\n%s\n", bold(out, fmt.Sprintf("Model %d", id))) }
		}
	}
	answer, err := client.Ask(cmd.Context(), q)
	if answer == nil {
		return err
	}
	noteKeeping(cmd, answer.Keeping)
	for _, p := range answer.Problems {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", p)
	}
	return errors.Join(err, o.show(out, newAskResult(answer), func(w io.Writer) error {
		return printAnswer(w, answer, q.OnDelta != nil)
	}))
}

// noteKeeping tells which vaults keep the question.
func noteKeeping(cmd *cobra.Command, all []purse.Keeping) {
	for _, k := range all {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "note: vault %d keeps questions for %d days\n", k.Asset, k.Days)
	}
}

// askResult is what `weal ask --output json` prints. Scripts rest on it.
type askResult struct {
	Answer string `json:"answer"`
	// Written is what each model has written, if several were to: Answer is all of it.
	Written   []purse.Written `json:"written,omitempty"`
	Citations []citation      `json:"citations"`
	Cost      cost            `json:"cost"`
	Receipts  []receiptResult `json:"receipts"`
	Tab       types.TabID     `json:"tab"`
	Lane      types.LaneRef   `json:"lane"`
	Seq       uint64          `json:"seq"`
	// Attribution says what each citation counted, Keeping which vaults keep questions.
	Attribution attribution.Record `json:"attribution,omitempty"`
	Keeping     []purse.Keeping    `json:"keeping,omitempty"`
	Problems    []string           `json:"problems,omitempty"`
}

type citation struct {
	N       int           `json:"n"`
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Source  string        `json:"source"`
	Heading string        `json:"heading"`
	Chunk   types.Hash    `json:"chunk"`
	Root    types.Hash    `json:"root"`
	// Proof is true if the passage verified against the root on the chain.
	Proof  bool   `json:"proof"`
	Quoted bool   `json:"quoted"`
	Text   string `json:"text"`
}

type cost struct {
	Total types.Amount `json:"total"`
	Denom string       `json:"denom"`
	Items []purse.Item `json:"items"`
}

type receiptResult struct {
	ID types.Hash `json:"id"`
	pay.SignedReceipt
}

func newAskResult(a *purse.Answer) askResult {
	r := askResult{
		Answer: a.Text, Written: a.Written, Citations: []citation{}, Receipts: []receiptResult{},
		Cost: cost{Total: a.Total, Denom: a.Denom, Items: a.Items},
		Tab:  a.Lane.Tab, Lane: a.Lane, Seq: a.Seq, Attribution: a.Attribution, Keeping: a.Keeping, Problems: a.Problems,
	}
	for _, c := range a.Citations {
		r.Citations = append(r.Citations, citation{
			N: c.N, Asset: c.Asset, Version: c.Version, Source: c.Source, Heading: c.Heading,
			Chunk: c.Chunk, Root: c.Root, Proof: c.Proof, Quoted: c.Quoted, Text: c.Text,
		})
	}
	for _, s := range a.Receipts {
		r.Receipts = append(r.Receipts, receiptResult{ID: s.Hash(), SignedReceipt: s})
	}
	return r
}

// printAnswer writes an answer for people; streamed says that its text stands
// on the screen already.
func printAnswer(w io.Writer, a *purse.Answer, streamed bool) error {
	switch {
	case streamed:
		_, _ = fmt.Fprintln(w)
	case len(a.Written) > 0:
		for _, one := range a.Written {
			_, _ = fmt.Fprintf(w, "%s\n%s\n\n", bold(w, fmt.Sprintf("Model %d", one.Model)), wrap(prose(one.Text), 88, ""))
		}
	default:
		_, _ = fmt.Fprintln(w, wrap(prose(a.Text), 88, ""))
	}
	_, _ = fmt.Fprintf(w, "\n%s\n", bold(w, "Passages"))
	for _, c := range a.Citations {
		mark := "verified against the chain"
		if !c.Proof {
			mark = "NOT VERIFIED"
		}
		where := plain(c.Source)
		if c.Heading != "" {
			where += ": " + plain(c.Heading)
		}
		_, _ = fmt.Fprintf(w, "  [%d] %s (asset %d, version %d, %s)\n", c.N, where, c.Asset, c.Version, mark)
	}
	_, _ = fmt.Fprintln(w)
	return printPaid(w, a)
}

// printPaid writes who was paid what.
func printPaid(w io.Writer, a *purse.Answer) error {
	_, _ = fmt.Fprintln(w, bold(w, "Paid"))
	err := table(w, "  ASSET\tKIND\tOWNER\tAMOUNT", func(row func(...any)) {
		for _, i := range a.Items {
			row(fmt.Sprintf("  %d", i.Asset), i.Kind, i.Owner, coins(i.Amount, a.Denom))
		}
	})
	_, _ = fmt.Fprintf(w, "  in all %s from tab %d with one signature; %d receipts\n", coins(a.Total, a.Denom), a.Lane.Tab, len(a.Receipts))
	return err
}
