package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/tally"
)

// TestContributorsArePaidByUse has somebody bring a document to the home's vault, its
// use counted by what answers cite, and the vault's owner divide what it earned.
func TestContributorsArePaidByUse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	var status local.Status
	h.read(t, &status, "status")
	asset := status.Assets[0].ID
	number := fmt.Sprint(asset)

	h.do(t, "contribution", "terms", number, "--admission", "review", "--steward", "vault", "--part", "50%", "--split", "citation")
	hers := t.TempDir()
	write(t, "# Beekeeping\n\nThe queen of the Karelian hive is marked with a turquoise dot.\n", hers, "bees.md")
	h.do(t, "contribution", "add", number, hers, "--from", "payer")
	var brought []ledger.Contribution
	h.read(t, &brought, "contribution", "list", number)
	require.Len(t, brought, 1)
	id := brought[0].ID
	h.do(t, "contribution", "accept", fmt.Sprint(id))
	h.do(t, "vault", "add", "--contribution", fmt.Sprint(id), hers)
	h.fails(t, 2, []string{"number of a contribution"}, "vault", "add", "--contribution", "hers", hers)
	h.fails(t, 1, []string{"earned anything"}, "vault", "distribute")

	const about = "Which colour marks the queen of the Karelian hive?"
	a := h.answers(t, about, h.vault(t).Version)
	require.Contains(t, sources(a), "bees.md")

	var c vault.Contributors
	earned := func() (p points.Points) {
		h.read(t, &c, "vault", "contributors")
		i := slices.IndexFunc(c.Contributions, func(c vault.Contributor) bool { return c.ID == id })
		require.GreaterOrEqual(t, i, 0)
		require.Equal(t, 1, c.Contributions[i].Documents)
		if len(c.Contributions[i].Points) > 0 {
			p = c.Contributions[i].Points[0]
		}
		return p
	}
	await(t, "the gateway's report", func() bool { return !earned().Citation.IsZero() })
	require.Equal(t, types.BaseDenom, earned().Denom)

	var s vault.Stats
	h.read(t, &s, "vault", "stats")
	i := slices.IndexFunc(s.Documents, func(d tally.DocumentStats) bool { return d.Source == "bees.md" })
	require.GreaterOrEqual(t, i, 0)
	require.Positive(t, s.Documents[i].Sold)
	require.Positive(t, s.Documents[i].Cited)
	require.Positive(t, s.Idle.Passages)
	require.Contains(t, h.do(t, "vault", "stats", "--headings"), "Beekeeping")
	h.fails(t, 2, []string{"--since"}, "vault", "stats", "--since", "soon")

	h.do(t, "settle")
	h.fails(t, 2, []string{"equal, score or citation"}, "vault", "distribute", "--split", "merit")
	var paid []local.Distributed
	h.read(t, &paid, "vault", "distribute")
	require.Len(t, paid, 1)
	require.Len(t, paid[0].Paid, 1)
	require.Equal(t, id, paid[0].Paid[0].ID)
	require.False(t, paid[0].Paid[0].Amount.IsZero())
	require.Equal(t, paid[0].Root, paid[0].Evidence())
	h.fails(t, 1, []string{"earned anything"}, "vault", "distribute")
	h.read(t, &brought, "contribution", "list", number)
	require.Equal(t, paid[0].Paid[0].Amount, brought[0].Earnings[0].Earned)
	require.Equal(t, paid[0].Root, brought[0].Earnings[0].Root)
	earned()
	require.NotZero(t, c.Distributions[0].Done)
	h.do(t, "contribution", "claim", "--from", "payer")
}

// TestQuestionsAreKeptAndPayersTold sets what is kept of questions.
func TestQuestionsAreKeptAndPayersTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	require.NotContains(t, h.run(t, "ask", question).err, "keeps questions")
	require.Contains(t, h.do(t, "vault", "settings"), "not kept")
	require.Contains(t, h.do(t, "vault", "settings", "--keep-questions", "30"), "30 days")
	o := h.run(t, "ask", question)
	require.Zero(t, o.code, o.err)
	require.Contains(t, o.err, "keeps questions for 30 days")
	require.True(t, strings.Contains(h.do(t, "vault", "stats"), question))
	h.do(t, "vault", "settings", "--keep-questions", "0")
	require.False(t, strings.Contains(h.do(t, "vault", "stats"), question))
	h.fails(t, 1, []string{"0 to 3650 days"}, "vault", "settings", "--keep-questions", "-1")
}
