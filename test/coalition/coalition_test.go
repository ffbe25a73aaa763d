package coalition

import (
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bound is the most that terms of a cell come to for an honest seller in a play.
func (p *play) bound(s *seller, terms []string) (most uint64) {
	for _, term := range terms {
		switch term {
		case "exposure":
			most += exposure
		case "exposure of dust": // no more than what it gave, also with what bringing costs
			most += min(exposure, s.given)
		case "exposure of all":
			most += min(exposureAll, exposure*uint64(len(p.tabs)))
		case "fee":
			most += s.fee()
		case "tick":
			most += uint64(p.cut) * ticksOf(s.role)
		}
	}
	return most
}

// ticksOf is what one cut answer costs who gave it: one tick, and those of the prompt.
func ticksOf(role string) uint64 {
	if role == "gateway" {
		return usePrice
	}
	return (promptTicks + 1) * tickPrice
}

// allowed are the terms of a strategy that a cell of the table has.
func allowed(takes, cell []string) (terms []string) {
	for _, term := range takes {
		name, _, _ := strings.Cut(term, " ")
		if slices.Contains(cell, name) {
			terms = append(terms, term)
		}
	}
	return terms
}

// TestCoalitionsWithThePayer plays every strategy of a payer and whoever is at its
// side, and ends it in every way.
func TestCoalitionsWithThePayer(t *testing.T) {
	c := newChain(t)
	_, cells := table(t)
	var ends []string
	for name := range endings {
		ends = append(ends, name)
	}
	sort.Strings(ends)
	reached := map[string]bool{} // "seller term"
	for n, collude := range coalitions() {
		if !collude["payer"] {
			continue
		}
		for i, st := range strategies {
			for k, end := range ends {
				// Who is alone ends in all ways; others in one, each in another.
				if len(collude) > 1 && (i+n)%len(ends) != k || st.needs != "" && !collude[st.needs] {
					continue
				}
				t.Run(collude.String()+"/"+st.name+"/"+end, func(t *testing.T) {
					p := newPlay(t, c, collude, nil)
					st.run(p)
					p.end(end)
					for _, s := range p.sellers {
						terms := allowed(st.takes, cells[collude.String()][s.role])
						lost := s.lost(st.counts())
						require.LessOrEqual(t, lost, p.bound(s, terms), "the %s gave %d, and bringing cost %d", s.role, s.given, s.fees)
						if lost > 0 {
							for _, term := range terms {
								reached[s.role+" "+term] = true
							}
						}
					}
					if p.guard != nil {
						require.Zero(t, p.guard.lost())
					}
				})
			}
		}
	}
	for _, role := range []string{"gateway", "vault", "model"} {
		require.True(t, reached[role+" exposure"], "no strategy takes the %s's exposure: the table says too much", role)
		require.True(t, reached[role+" fee"], "no strategy takes the %s's fee", role)
		require.True(t, role == "vault" || reached[role+" tick"], "no strategy takes a tick of the %s", role)
	}
}
