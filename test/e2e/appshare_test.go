package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

const hive = "Which colour marks the queen of the Karelian hive, and who guards its entrance?"

// hives is an app of a stranger that answers from two strangers' vaults.
type hives struct {
	*lone
	t      *testing.T
	chain  *house
	vaults [2]types.AssetID
	brings [2]uint64 // contributions of their owners
}

func newHives(t *testing.T) *hives {
	chain := newHouse(t)
	chain.start(t)
	var s local.Status
	chain.read(t, &s, "status")
	w := &hives{t: t, chain: chain}
	w.vaults[0] = s.Assets[0].ID
	bees := write(t, "# Beekeeping\n\nThe queen of the Karelian hive is marked with a turquoise dot.\n\n# Years\n\nThe colour that marks the queen of the Karelian hive was ochre last year.\n", t.TempDir(), "bees.md")
	chain.do(t, "vault", "add", bees)
	v := newLone(t, chain, "vault")
	v.open(t, chain)
	guards := write(t, "# Guards\n\nOld workers guard the entrance of the Karelian hive.\n", t.TempDir(), "guards.md")
	v.do(t, "vault", "add", guards)
	w.vaults[1] = v.asset
	file := write(t, fmt.Sprintf("name: hives\nmodel: %d\nvaults: [%d, %d]\npassages: 3\n", s.Assets[1].ID, w.vaults[0], w.vaults[1]), t.TempDir(), "app.yaml")
	w.lone = newLone(t, chain, "gateway", "--app", file)
	w.open(t, chain)

	number := fmt.Sprint(w.asset)
	w.do(t, "contribution", "terms", number, "--admission", "review", "--steward", "gateway", "--part", "50%", "--split", "citation")
	var brought struct {
		Contribution uint64 `json:"contribution"`
	}
	chain.read(t, &brought, "contribution", "add", number, bees, "--from", "vault")
	w.brings[0] = brought.Contribution
	v.read(t, &brought, "contribution", "add", number, guards)
	w.brings[1] = brought.Contribution
	w.do(t, "contribution", "accept", fmt.Sprint(w.brings[0]), fmt.Sprint(w.brings[1]))
	chain.do(t, "tab", "open", "--app", number, "--amount", "1")
	return w
}

// ask asks the app, and adds what each vault's passages count by citation.
func (w *hives) ask() (counted [2]uint64) {
	w.t.Helper()
	var a purse.Answer
	w.chain.read(w.t, &a, "ask", "--app", fmt.Sprint(w.asset), hive)
	require.True(w.t, a.Attribution.Has(w.vaults[0]) && a.Attribution.Has(w.vaults[1]), "%+v", a.Attribution)
	for _, e := range a.Attribution {
		for i, id := range w.vaults {
			if e.Asset == id {
				counted[i] += uint64(e.Citation)
			}
		}
	}
	require.EqualValues(w.t, attribution.Million, counted[0]+counted[1])
	require.NotEqual(w.t, counted[0], counted[1], "another rule would not be told apart")
	return counted
}

func (w *hives) shares() (all gateway.Contributors) {
	w.t.Helper()
	w.read(w.t, &all, "gateway", "contributors")
	require.Equal(w.t, w.asset, all.Asset)
	require.Len(w.t, all.Vaults, 2)
	return all
}

// waits is what waits for the app's contributors.
func (w *hives) waits() types.Amount {
	w.t.Helper()
	var p struct {
		Pools []ledger.ContributionPool `json:"pools"`
	}
	w.read(w.t, &p, "contribution", "pool", fmt.Sprint(w.asset))
	if len(p.Pools) == 0 {
		return types.Amount{}
	}
	return p.Pools[0].Waiting
}

// prepares takes points into a distribution, as weal gateway distribute begins.
func (w *hives) prepares() (d points.Distribution) {
	w.t.Helper()
	h, err := home.Open(w.dir)
	require.NoError(w.t, err)
	token, err := h.Token("admin")
	require.NoError(w.t, err)
	b, err := json.Marshal(points.DistributionRequest{Denom: types.BaseDenom, Rule: attribution.ByCitation, Contributions: w.brings[:]})
	require.NoError(w.t, err)
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+points.PathDistribution, bytes.NewReader(b))
	require.NoError(w.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	require.Equal(w.t, http.StatusOK, resp.StatusCode)
	require.NoError(w.t, json.NewDecoder(resp.Body).Decode(&d))
	return d
}

// TestVaultsShareInAnApp has two vaults of strangers answer for an app of a third, who
// divides what the app earned among them by citation; also if it is killed between
// sending a distribution and noting it.
func TestVaultsShareInAnApp(t *testing.T) {
	t.Parallel()
	w := newHives(t)
	vault := func(i int) string { return fmt.Sprint(w.vaults[i]) }
	brought := func(i int) string { return fmt.Sprint(w.brings[i]) }
	w.fails(t, 2, []string{"number of a contribution"}, "gateway", "contributors", "set", vault(0), "his")
	w.fails(t, 1, []string{"is no vault of this app"}, "gateway", "contributors", "set", "999", brought(0))
	w.fails(t, 1, nil, "gateway", "contributors", "set", vault(0), "999")
	w.fails(t, 1, []string{"earned anything"}, "gateway", "distribute")
	w.do(t, "gateway", "contributors", "set", vault(0), brought(0))
	w.do(t, "gateway", "contributors", "set", vault(1), brought(1))

	counted := w.ask()
	before := w.shares()
	var sum types.Amount
	for i, v := range before.Vaults {
		require.Equal(t, w.vaults[i], v.Vault)
		require.Equal(t, w.brings[i], v.Contribution)
		require.Len(t, v.Points, 1)
		require.EqualValues(t, 1, v.Points[0].Uses)
		sum, _ = sum.Add(v.Points[0].Citation)
	}
	first := before.Vaults[0].Points[0]
	require.Equal(t, sum, twice(first.Equal), "by equals half of the price is each one's")
	require.Equal(t, share(sum, counted[0]), first.Citation.String())
	w.kill()
	w.again(t)
	require.Equal(t, before.Vaults, w.shares().Vaults, "a kill forgets no vault and no point that was written down")
	require.Contains(t, w.do(t, "gateway", "contributors"), "CITATION")

	w.do(t, "settle")
	waits := w.waits()
	require.False(t, waits.IsZero())
	w.fails(t, 2, []string{"equal, score or citation"}, "gateway", "distribute", "--split", "merit")
	var paid []local.Distributed
	w.read(t, &paid, "gateway", "distribute")
	require.Len(t, paid, 1)
	require.Len(t, paid[0].Paid, 2)
	require.Equal(t, paid[0].Root, paid[0].Evidence())
	for i, p := range paid[0].Paid {
		require.Equal(t, w.brings[i], p.ID)
		require.Equal(t, share(waits, counted[i]), p.Amount.String())
	}
	w.fails(t, 1, []string{"earned anything"}, "gateway", "distribute")
	require.NotZero(t, w.shares().Distributions[0].Done)

	w.isKilledBeforeNoting()
	w.chain.do(t, "contribution", "claim", "--from", "vault")
}

// isKilledBeforeNoting has a distribution prepared, the gateway killed, the
// distribution sent, and the gateway killed again before it is noted.
func (w *hives) isKilledBeforeNoting() {
	w.ask()
	w.do(w.t, "settle")
	d := w.prepares()
	w.kill()
	w.again(w.t)
	require.Equal(w.t, d, w.prepares(), "what was begun is there")
	w.do(w.t, "contribution", "distribute", fmt.Sprint(w.asset), "--root", d.Root.String(),
		fmt.Sprintf("%d=%d", d.Parts[0].Contribution, d.Parts[0].Points), fmt.Sprintf("%d=%d", d.Parts[1].Contribution, d.Parts[1].Points))
	w.kill()
	w.again(w.t)
	var earned, now []ledger.Contribution
	w.read(w.t, &earned, "contribution", "list", fmt.Sprint(w.asset))
	var paid []local.Distributed
	w.read(w.t, &paid, "gateway", "distribute")
	require.Len(w.t, paid, 1)
	require.Equal(w.t, d, paid[0].Distribution)
	require.Empty(w.t, paid[0].Paid, "nobody is paid twice")
	w.read(w.t, &now, "contribution", "list", fmt.Sprint(w.asset))
	require.Equal(w.t, earned, now)
	require.Equal(w.t, d.Root, now[0].Earnings[0].Root)
	w.fails(w.t, 1, []string{"earned anything"}, "gateway", "distribute")
	require.NotZero(w.t, w.shares().Distributions[0].Done)
}

func twice(a types.Amount) types.Amount {
	sum, _ := a.Add(a)
	return sum
}

// share is so many millionths of an amount.
func share(a types.Amount, millionths uint64) string {
	part := new(big.Int).Mul(a.Big(), new(big.Int).SetUint64(millionths))
	return part.Quo(part, big.NewInt(attribution.Million)).String()
}
