package coalition

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/spec"
)

// table reads the table of coalitions from spec/cheating.md: for each coalition, in
// the order of the page, the terms of what each party can lose. A colluder has none.
func table(t *testing.T) (names []string, cells map[string]map[string][]string) {
	t.Helper()
	page, err := spec.Pages.ReadFile("cheating.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(page), "\n| collude | "+strings.Join(parties, " | ")+" |\n")
	require.True(t, ok, "spec/cheating.md has no table of coalitions")
	cells = map[string]map[string][]string{}
	for _, line := range strings.Split(rest, "\n")[1:] {
		if !strings.HasPrefix(line, "|") {
			break
		}
		row := strings.Split(strings.Trim(line, "|"), "|")
		require.Len(t, row, len(parties)+1, line)
		name := strings.TrimSpace(row[0])
		names = append(names, name)
		cells[name] = map[string][]string{}
		for i, party := range parties {
			if cell := strings.TrimSpace(row[i+1]); cell != "" {
				cells[name][party] = strings.Split(cell, ", ")
			}
		}
	}
	return names, cells
}

// rule is what the table says of an honest party of a coalition.
func rule(collude set, party string) (terms []string) {
	add := func(term string, if_ bool) {
		if if_ {
			terms = append(terms, term)
		}
	}
	switch party {
	case "payer":
		add("passages", collude["vault"] || collude["gateway"])
		add("tick", collude["gateway"] || collude["model"])
	case "vault":
		add("exposure", collude["payer"])
		add("fee", collude["watcher"])
	case "gateway", "model":
		add("exposure", collude["payer"])
		add("tick", collude["payer"] || party == "model" && collude["gateway"])
		add("fee", collude["watcher"])
	}
	if terms == nil {
		terms = []string{"0"}
	}
	return terms
}

// coalitions are all of them, as the page orders them: by size, then as named.
func coalitions() (all []set) {
	for size := 1; size < len(parties); size++ {
		all = append(all, choose(size, parties)...)
	}
	return all
}

func choose(size int, from []string) (all []set) {
	if size == 0 {
		return []set{{}}
	}
	for i := range from {
		for _, rest := range choose(size-1, from[i+1:]) {
			rest[from[i]] = true
			all = append(all, rest)
		}
	}
	return all
}

func (s set) String() string {
	var names []string
	for _, p := range parties {
		if s[p] {
			names = append(names, p)
		}
	}
	return strings.Join(names, ", ")
}

// TestTable: the page has all 30 coalitions, and says of each what the rule does.
func TestTable(t *testing.T) {
	names, cells := table(t)
	want := coalitions()
	require.Len(t, want, 30)
	var page []string
	for _, collude := range want {
		row := "| " + collude.String() + " |"
		for _, party := range parties {
			if collude[party] {
				row += "  |"
				require.NotContains(t, cells[collude.String()], party)
				continue
			}
			terms := rule(collude, party)
			row += fmt.Sprintf(" %s |", strings.Join(terms, ", "))
		}
		page = append(page, row)
	}
	require.True(t, slices.Equal(names, func() (s []string) {
		for _, c := range want {
			s = append(s, c.String())
		}
		return s
	}()), "the rows are not all coalitions in their order; the table is\n%s", strings.Join(page, "\n"))
	for _, collude := range want {
		for _, party := range parties {
			if !collude[party] {
				require.Equal(t, rule(collude, party), cells[collude.String()][party], "%s against the %s; the table is\n%s",
					collude, party, strings.Join(page, "\n"))
			}
		}
	}
}
