package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/weal-network/weal/types"
)

// printJSON writes v as one indented JSON value.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// show prints v as JSON if that is asked for, otherwise what text writes.
func (o *options) show(w io.Writer, v any, text func(io.Writer) error) error {
	if o.output == "json" {
		return printJSON(w, v)
	}
	return text(w)
}

// table writes rows under a head, in columns.
func table(w io.Writer, head string, rows func(row func(cells ...any))) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, head)
	rows(func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				_, _ = fmt.Fprint(tw, "\t")
			}
			_, _ = fmt.Fprint(tw, c)
		}
		_, _ = fmt.Fprintln(tw)
	})
	return tw.Flush()
}

// coins writes an amount for people: aweal as WEAL, others as they are.
func coins(a types.Amount, denom string) string {
	if denom != types.BaseDenom {
		return a.String() + " " + denom
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(types.Decimals), nil)
	whole, rest := new(big.Int).QuoRem(a.Big(), unit, new(big.Int))
	s := whole.String()
	if rest.Sign() > 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%0*s", types.Decimals, rest), "0")
	}
	return s + " " + types.DisplayDenom
}

// parseCoins reads what people write: "1.5 WEAL", "1.5" for WEAL, "15aweal".
func parseCoins(s string) (types.Amount, error) {
	s = strings.TrimSpace(s)
	if n, ok := strings.CutSuffix(s, types.BaseDenom); ok {
		return types.ParseAmount(strings.TrimSpace(n))
	}
	return types.ParseWEAL(strings.TrimSpace(strings.TrimSuffix(s, types.DisplayDenom)))
}

// isTerminal reports whether f is a screen in front of a person.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// bold marks s on a screen, unless NO_COLOR is set (https://no-color.org).
func bold(w io.Writer, s string) string {
	f, ok := w.(*os.File)
	if !ok || !isTerminal(f) || os.Getenv("NO_COLOR") != "" {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// wrap breaks text at blanks so that lines are at most width wide.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		n := 0
		b.WriteString(indent)
		for i, word := range strings.Fields(line) {
			if i > 0 && n+1+len(word) > width {
				b.WriteString("\n" + indent)
				n = 0
			} else if i > 0 {
				b.WriteByte(' ')
				n++
			}
			b.WriteString(word)
			n += len(word)
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n ")
}

// list joins what text writes of each, with commas; "-" if there are none.
func list[T any](all []T, text func(T) string) string {
	if len(all) == 0 {
		return "-"
	}
	parts := make([]string, len(all))
	for i, v := range all {
		parts[i] = text(v)
	}
	return strings.Join(parts, ", ")
}
