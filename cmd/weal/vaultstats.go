package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/tally"
)

func vaultStats(o *options) *cobra.Command {
	var req vault.StatsRequest
	var since, until string
	var headings bool
	c := &cobra.Command{
		Use:   "stats",
		Short: "What is asked of the home's vault, what earns, what is never found",
		Long: `Stats tells how much was asked and sold, by hours or days; what each document, and
with --headings each part of it, was offered, sold, cited and has earned; who pays;
and which passages nobody was offered for a while: write them anew, or leave them out.
What documents and payers have counts from the beginning, hours as --since says.

Questions themselves are kept only if you say so, for as many days as you say, with
weal vault settings --keep-questions DAYS; payers are told then. What was counted is
sealed as documents are, but for sums by the hour.`,
		Example: `  weal vault stats
  weal vault stats --since 720h --days --headings
  weal vault stats --idle 90 --limit 1000 --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			for _, m := range []struct {
				name, text string
				into       *int64
			}{{"since", since, &req.Since}, {"until", until, &req.Until}} {
				if m.text == "" {
					continue
				}
				at, err := moment(m.text, now)
				if err != nil {
					return wrong(cmd, "--%s: %w", m.name, err)
				}
				*m.into = max(at.Unix(), 0)
			}
			if req.IdleDays < 1 || req.Limit < 1 {
				return wrong(cmd, "--idle and --limit: want a number from 1")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				s, err := client.VaultStats(cmd.Context(), req)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), s, func(w io.Writer) error { return printStats(w, s, req, headings) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&since, "since", "24h", "hours since then: 24h ago, 2027-01-31 (UTC), or 2027-01-31T12:00:00Z")
	f.StringVar(&until, "until", "", "hours before then, written alike")
	f.BoolVar(&req.Days, "days", false, "put hours together to days (UTC)")
	f.BoolVar(&headings, "headings", false, "show each heading of a document")
	f.IntVar(&req.IdleDays, "idle", vault.DefaultIdleDays, "list passages that were not offered for so many days")
	f.IntVar(&req.Limit, "limit", 20, "rows of a table, at most")
	return c
}

func printStats(w io.Writer, s vault.Stats, req vault.StatsRequest, headings bool) error {
	if s.Counting == 0 {
		_, err := fmt.Fprintf(w, "Nothing was asked yet. %d passages are there to be found.\n", s.Idle.Of)
		return err
	}
	t := s.Total
	_, err := fmt.Fprintf(w, "%d questions, for %d of them nothing was found; %d sales of %d passages, cited %d times, for %s\nCounted since %s.\n\n",
		t.Asked, t.Unanswered, t.Sales, t.Sold, t.Cited, sums(t.Earned), time.Unix(s.Counting, 0).Format(time.DateTime))
	if err != nil {
		return err
	}
	when := "15:04"
	if req.Days {
		when = ""
	}
	return firstOf(
		func() error {
			return table(w, "HOUR\tASKED\tNOT FOUND\tOFFERED\tSALES\tSOLD\tCITED\tEARNED", func(row func(...any)) {
				for _, h := range last(s.Hours, req.Limit) {
					row(strings.TrimSpace(time.Unix(h.At, 0).UTC().Format(time.DateOnly+" "+when)), h.Asked, h.Unanswered, h.Offered, h.Sales, h.Sold, h.Cited, sums(h.Earned))
				}
			})
		},
		func() error {
			_, _ = fmt.Fprintln(w)
			return table(w, "DOCUMENT\tOFFERED\tSOLD\tCITED\tEARNED", func(row func(...any)) {
				for _, d := range s.Documents[:min(len(s.Documents), req.Limit)] {
					row(plain(d.Source), d.Offered, d.Sold, d.Cited, sums(d.Earned))
					for _, h := range d.Headings {
						if headings {
							row("  "+plain(h.Heading), h.Offered, h.Sold, h.Cited, sums(h.Earned))
						}
					}
				}
			})
		},
		func() error {
			_, _ = fmt.Fprintln(w)
			return table(w, "PAYER\tASKED\tSALES\tSOLD\tPAID\tLAST", func(row func(...any)) {
				for _, p := range s.Payers[:min(len(s.Payers), req.Limit)] {
					row(plain(p.Payer), p.Asked, p.Sales, p.Sold, sums(p.Paid), lastSeen(p.Seen))
				}
			})
		},
		func() error { return printIdle(w, s.Idle, req.Limit) },
		func() error { return printQuestions(w, s.Questions) },
	)
}

func printIdle(w io.Writer, idle vault.Idle, limit int) error {
	if _, err := fmt.Fprintf(w, "\n%d of %d passages were not offered for %d days.\n", idle.Passages, idle.Of, idle.Days); err != nil || idle.Passages == 0 {
		return err
	}
	return table(w, "DOCUMENT\tNOT OFFERED\tOF", func(row func(...any)) {
		for _, d := range idle.Documents[:min(len(idle.Documents), limit)] {
			row(plain(d.Source), d.Passages, d.Of)
		}
	})
}

func printQuestions(w io.Writer, all []tally.Question) error {
	if len(all) == 0 {
		return nil
	}
	_, _ = fmt.Fprintln(w)
	return table(w, "ASKED\tFOUND\tPAYER\tQUESTION", func(row func(...any)) {
		for _, q := range all {
			row(time.Unix(q.At, 0).Format(time.DateTime), q.Found, plain(q.Payer), plain(q.Question))
		}
	})
}

// firstOf does one thing after another until one fails.
func firstOf(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// last returns the last n of all.
func last[T any](all []T, n int) []T { return all[max(0, len(all)-n):] }

func lastSeen(at int64) string {
	if at == 0 {
		return "-"
	}
	return time.Unix(at, 0).Format(time.DateTime)
}

// sums writes amounts for people.
func sums(s tally.Sums) string {
	all := make([]string, 0, len(s))
	for denom, a := range s {
		all = append(all, coins(a, denom))
	}
	slices.Sort(all)
	return list(all, func(text string) string { return text })
}
