package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/types"
)

func printKeys(w io.Writer, all []keys.Key) error {
	return table(w, "ID\tNAME\tKEY\tTAB\tSTATE\tSPENT\tLEFT\tREQUESTS\tTOKENS\tLAST USED", func(row func(...any)) {
		for _, k := range all {
			row(k.ID, k.Name, cmp.Or(k.Hint, "-"), tabText(k.Tab), k.State, coins(k.Spent, k.Denom), leftText(k), k.Requests, k.Tokens, timeText(k.LastUsed, "never"))
		}
	})
}

func printKey(w io.Writer, k keys.Key) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name string, value any) { _, _ = fmt.Fprintf(tw, "%s\t%v\n", name, value) }
	line("key", fmt.Sprintf("%d, %s", k.ID, k.Name))
	line("text", cmp.Or(k.Hint, "none"))
	line("state", k.State)
	line("tab", tabText(k.Tab))
	line("spent", coins(k.Spent, k.Denom))
	if !k.Reserved.IsZero() {
		line("", "of it up to "+coins(k.Reserved, k.Denom)+" for requests under way")
	}
	for _, q := range []*keys.Quota{k.Budget, k.Total} {
		if q != nil {
			line("budget", quotaText(q, k.Denom))
		}
	}
	line("limits", limitsText(k.Limits))
	line("requests", k.Requests)
	line("tokens", k.Tokens)
	line("created", timeText(k.Created, "-"))
	line("expires", timeText(k.Expires, "never"))
	line("last used", timeText(k.LastUsed, "never"))
	return tw.Flush()
}

func tabText(tab types.TabID) string {
	if tab == 0 {
		return "own"
	}
	return fmt.Sprint(tab)
}

// leftText is the least that is left of a key's budgets.
func leftText(k keys.Key) string {
	switch {
	case k.Total == nil && k.Budget == nil:
		return "no limit"
	case k.Budget == nil || (k.Total != nil && k.Total.Left.Cmp(k.Budget.Left) < 0):
		return coins(k.Total.Left, k.Denom)
	}
	return coins(k.Budget.Left, k.Denom)
}

func quotaText(q *keys.Quota, denom string) string {
	text := fmt.Sprintf("%s in all, %s left", coins(q.Amount, denom), coins(q.Left, denom))
	if q.Per != keys.Never {
		text = fmt.Sprintf("%s a %s, %s left until %s", coins(q.Amount, denom), q.Per, coins(q.Left, denom), timeText(q.Resets, "-"))
	}
	return text
}

func limitsText(l keys.Limits) string {
	var all []string
	for _, one := range []struct {
		n    uint32
		what string
	}{{l.Requests, "requests a minute"}, {l.Tokens, "metered tokens a minute"}, {l.Parallel, "at once"}} {
		if one.n > 0 {
			all = append(all, fmt.Sprintf("%d %s", one.n, one.what))
		}
	}
	return cmp.Or(strings.Join(all, ", "), "none")
}

// timeText writes a time, or never for none.
func timeText(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return t.UTC().Format(time.RFC3339)
}
