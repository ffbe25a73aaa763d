package e2e

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
)

// TestHowAVaultSells prices a vault's passages by the token and by band, shows their
// beginnings, and narrows a question by a filter: with the commands alone.
func TestHowAVaultSells(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	dir := t.TempDir()
	write(t, "---\nauthor: Hansen\n---\n# Ferries\n\nThe ferry to Vardø leaves at nine in the morning.\n", dir, "hansen.md")
	write(t, "---\nauthor: Olsen\n---\n# Ships\n\nThe ferry to Bodø leaves at noon, if the weather is good, and at one if it is not.\n", dir, "olsen.md")
	h.do(t, "vault", "add", dir)
	const about = "When does the ferry leave?"
	h.answers(t, about, h.vault(t).Version)
	var status local.Status
	h.read(t, &status, "status")
	data := strconv.FormatUint(uint64(status.Assets[0].ID), 10)

	h.fails(t, 2, []string{"--passage or --token"}, "asset", "price", data, "--token", "1", "--passage", "1")
	h.fails(t, 2, []string{"of kind data", "say --passage"}, "asset", "price", data, "--use", "1")
	h.do(t, "asset", "price", data, "--token", "0.001", "--tokens", "100")
	h.do(t, "asset", "price", data, "--token", "0.003", "--band", "9")
	var a local.AssetDetail
	h.read(t, &a, "asset", "show", data)
	require.Equal(t, []types.Price{
		{Unit: types.PerToken, Denom: types.BaseDenom, Amount: milli(1), Tokens: 100},
		{Unit: types.PerToken, Denom: types.BaseDenom, Amount: milli(3), Tokens: 1000, Band: 9},
	}, a.Prices)
	require.Contains(t, h.do(t, "asset", "show", data), "0.003 WEAL per 1000 tokens of passages, band 9 and above")
	h.do(t, "asset", "price", data, "--token", "0.003", "--tokens", "100", "--band", "9")

	var s vault.Selling
	h.read(t, &s, "vault", "settings", "--preview", "20", "--preview-heading", "--budget", "500")
	require.Equal(t, vault.Selling{Preview: 20, PreviewHeading: true, Budget: 500, Probes: vault.DefaultProbes}, s)
	h.fails(t, 1, []string{"preview: want 0 to 280"}, "vault", "settings", "--preview", "281")
	h.read(t, &a, "asset", "show", data)

	var q purse.Bill
	await(t, "a quote at the new prices", func() bool {
		h.read(t, &q, "ask", "--quote", "--filter", "author=olsen|Hansen", about)
		return len(q.Passages) == 2 && q.Passages[0].Preview != "" && q.Passages[0].Price != milli(1)
	})
	var sum types.Amount
	for _, p := range q.Passages {
		per := milli(1)
		if p.Band == 9 {
			per = milli(3)
		}
		want, _ := per.MulDivUp(types.Tokens(int(p.Bytes)), 100)
		require.Equal(t, want, p.Price)
		require.Contains(t, []string{"Ferries", "Ships"}, p.Heading)
		require.Contains(t, []string{"Ferries\n\nThe ferry t", "Ships\n\nThe ferry to "}, p.Preview)
		sum, _ = sum.Add(p.Price)
	}
	text := h.do(t, "ask", "--quote", "--filter", "author=olsen|Hansen", about)
	require.Contains(t, text, "Ships")
	require.Contains(t, text, "nothing was paid")

	var answer answerJSON
	h.read(t, &answer, "ask", "--filter", "author=olsen|Hansen", about)
	require.ElementsMatch(t, []string{"hansen.md", "olsen.md"}, sources(answer))
	for _, i := range answer.Cost.Items {
		if i.Asset == status.Assets[0].ID {
			require.Equal(t, sum, i.Amount)
		}
	}
	h.read(t, &answer, "ask", "--filter", "author=olsen", about)
	require.Equal(t, []string{"olsen.md"}, sources(answer))
	h.fails(t, 3, []string{"filter that lets more"}, "ask", "--filter", "author=nobody", about)
	h.fails(t, 2, []string{"filter: not a filter"}, "ask", "--filter", "author", about)

	var v vault.Status
	h.read(t, &v, "vault", "status")
	require.Len(t, v.Budgets, 1)
	require.Equal(t, 500, v.Budgets[0].Limit)
	require.GreaterOrEqual(t, v.Budgets[0].Bought, 3)
	require.True(t, strings.Contains(h.do(t, "vault", "status"), v.Budgets[0].Payer))
}
