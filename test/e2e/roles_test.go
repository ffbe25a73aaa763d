package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// lone is a role that runs alone, in a home of its own.
type lone struct {
	house
	kind  string
	args  []string
	asset types.AssetID
	url   string
}

// newLone names a role beside the node of a home.
func newLone(t *testing.T, chain *house, kind string, args ...string) *lone {
	t.Helper()
	port := freePorts(t)
	r := &lone{kind: kind, url: home.URL(port), house: house{dir: filepath.Join(t.TempDir(), kind)}}
	r.args = append([]string{
		kind, "serve", "--home", r.dir, "--node", home.Loopback(chain.ports.GRPC), "--listen", home.Loopback(port), "--name", "alone-" + kind,
	}, args...)
	t.Cleanup(r.kill)
	return r
}

var needsCoins = regexp.MustCompile(`account (0x[0-9a-fA-F]{40}) has no coins`)

// open starts the role for the first time: it asks for coins, gets them from the
// payer of a home and registers its asset.
func (r *lone) open(t *testing.T, payer *house) {
	t.Helper()
	r.up = spawn(t, r.args...)
	await(t, r.kind+" to ask for coins", func() bool {
		return needsCoins.MatchString(r.up.err.String()) || !r.up.running()
	})
	require.True(t, r.up.running(), r.up.err.String())
	require.False(t, r.up.ready())
	owner := needsCoins.FindStringSubmatch(r.up.err.String())[1]
	var sent struct {
		Amount types.Amount `json:"amount"`
	}
	payer.read(t, &sent, "send", owner, "1.5")
	require.Equal(t, milli(1_500), sent.Amount)
	r.awaitReady(t)
}

// again starts the role anew.
func (r *lone) again(t *testing.T) {
	t.Helper()
	r.up = spawn(t, r.args...)
	was := r.asset
	r.awaitReady(t)
	require.Equal(t, was, r.asset, "the asset stays the same")
	require.NotContains(t, r.up.err.String(), "no coins")
}

var saysReady = regexp.MustCompile(`(?m)^ready: (\w+), asset (\d+), (\S+)$`)

func (r *lone) awaitReady(t *testing.T) {
	t.Helper()
	await(t, r.kind+" to be ready", func() bool { return r.up.ready() || !r.up.running() })
	m := saysReady.FindStringSubmatch(r.up.out.String())
	require.NotNil(t, m, "%s%s", r.up.out.String(), r.up.err.String())
	require.Equal(t, []string{r.kind, r.url}, []string{m[1], m[3]})
	id, err := strconv.ParseUint(m[2], 10, 64)
	require.NoError(t, err)
	r.asset = types.AssetID(id)
}

// TestRolesAlone runs a vault, a model and a gateway of three strangers beside a
// chain, and asks them with a purse that knows only the gateway's address.
func TestRolesAlone(t *testing.T) {
	t.Parallel()
	chain := newHouse(t)
	chain.start(t)
	v, m := newLone(t, chain, "vault"), newLone(t, chain, "model")
	v.open(t, chain)
	m.open(t, chain)
	var report reportJSON
	v.read(t, &report, "vault", "add", write(t, "# Tides\n\nThe tide of Saltstraumen turns every six hours.\n", t.TempDir(), "tides.md"))
	require.Equal(t, 1, report.Added)
	require.True(t, report.Published)

	file := write(t, fmt.Sprintf("name: tides\nmodel: %d\nvaults: [%d]\npassages: 2\n", m.asset, v.asset), t.TempDir(), "app.yaml")
	g := newLone(t, chain, "gateway", "--app", file)
	g.open(t, chain)

	p := lonePurse(t, chain, g.asset)
	want := map[types.AssetID]types.Kind{v.asset: types.KindData, m.asset: types.KindModel, g.asset: types.KindApp}
	said := askAlone(t, p, g, want)

	// Each of them is killed, or stopped, and goes on.
	g.kill()
	require.Zero(t, v.up.stop(t), v.up.err.String())
	m.kill()
	v.again(t)
	m.again(t)
	g.again(t)
	for asset, amount := range askAlone(t, p, g, want) {
		said.add(t, asset, amount)
	}
	for asset, amount := range chain.asksApp(t, g.asset) {
		said.add(t, asset, amount)
	}
	for _, r := range []*lone{v, m, g} {
		r.getsPaid(t, said[r.asset])
	}

	chain.kill()
	v.fails(t, 5, []string{home.Loopback(chain.ports.GRPC)}, "earnings")
	require.Zero(t, v.up.stop(t), v.up.err.String())
	late := spawn(t, v.args...)
	require.Equal(t, 5, late.wait(t), late.err.String())
	require.Contains(t, late.err.String(), home.Loopback(chain.ports.GRPC))
}

// asksApp asks an app of somebody else with the commands alone.
func (h *house) asksApp(t *testing.T, app types.AssetID) sums {
	t.Helper()
	number := fmt.Sprint(app)
	h.fails(t, 4, []string{"app " + number}, "ask", "--app", number, saltstraumen)
	var tab struct {
		Tab types.TabID `json:"tab"`
	}
	h.read(t, &tab, "tab", "open", "--app", number, "--amount", "1")
	var a answerJSON
	h.read(t, &a, "ask", "--app", number, saltstraumen)
	a.check(t)
	require.Equal(t, tab.Tab, a.Tab)
	require.Contains(t, a.Answer, "six hours")
	h.fails(t, 1, []string{"999"}, "ask", "--app", "999", saltstraumen)
	return a.items(t)
}

const saltstraumen = "When does the tide of Saltstraumen turn?"

// lonePurse is a payer's purse with a lane for an app.
func lonePurse(t *testing.T, chain *house, app types.AssetID) *purse.Purse {
	t.Helper()
	l := chain.ledger(t)
	lane, key := chain.ownLane(t, "purse", app)
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "purse.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	p, err := purse.Open(t.Context(), purse.Config{DB: db, ChainID: types.LocalChainID, Chain: l})
	require.NoError(t, err)
	require.NoError(t, p.AddLane(t.Context(), lane, key))
	return p
}

// askAlone asks until the roles serve, and checks who is paid and what is proven.
func askAlone(t *testing.T, p *purse.Purse, g *lone, want map[types.AssetID]types.Kind) sums {
	t.Helper()
	body, err := json.Marshal(wire.ChatRequest{Model: "tides", Messages: []wire.ChatMessage{wire.TextMessage("user", saltstraumen)}})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	a, err := p.Ask(ctx, purse.Ask{Gateway: g.url, App: g.asset, Body: body})
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Contains(t, a.Text, "six hours")
	require.Len(t, a.Citations, 1)
	require.True(t, a.Citations[0].Proof)
	require.Equal(t, "tides.md", a.Citations[0].Source)
	require.Len(t, a.Receipts, 3)
	said, kinds := sums{}, map[types.AssetID]types.Kind{}
	for _, i := range a.Items {
		kinds[i.Asset] = i.Kind
		said.add(t, i.Asset, i.Amount)
	}
	require.Equal(t, want, kinds)
	return said
}

// getsPaid settles and claims from the role's own home.
func (r *lone) getsPaid(t *testing.T, said types.Amount) {
	t.Helper()
	earned, rows := r.books(t)
	require.Len(t, rows, 1)
	require.Equal(t, said, earned[r.asset])
	var settled []settlementJSON
	r.read(t, &settled, "settle")
	require.Len(t, settled, 1)
	require.Equal(t, said, settled[0].Credited)
	var paid []payoutJSON
	r.read(t, &paid, "claim")
	require.Len(t, paid, 1)
	require.Equal(t, said, paid[0].Amount)
	require.True(t, strings.EqualFold(rows[0].Owner, paid[0].Owner))
	r.fails(t, 1, []string{"no payer"}, "tab", "show")
}

// TestRoleWithoutANode is told that nothing answers there.
func TestRoleWithoutANode(t *testing.T) {
	t.Parallel()
	nobody := &house{ports: home.PortsFrom(freePorts(t))}
	for _, r := range []*lone{
		newLone(t, nobody, "vault"), newLone(t, nobody, "model"),
		newLone(t, nobody, "gateway", "--app", write(t, "name: a\nmodel: 1\nvaults: [2]\n", t.TempDir(), "app.yaml")),
	} {
		c := spawn(t, r.args...)
		require.Equal(t, 5, c.wait(t), c.err.String())
		require.Contains(t, c.err.String(), home.Loopback(nobody.ports.GRPC))
		require.NoDirExists(t, r.dir, "nothing was begun")
	}
}

// TestRoleWhosePortIsTaken is told before it has registered anything, and so is one
// whose home is in use.
func TestRoleWhosePortIsTaken(t *testing.T) {
	t.Parallel()
	h := shared(t)
	r := newLone(t, h, "model")
	r.args = append(r.args, "--listen", home.Loopback(h.ports.Model))
	c := spawn(t, r.args...)
	require.Equal(t, 1, c.wait(t), c.err.String())
	require.Contains(t, c.err.String(), home.Loopback(h.ports.Model))
	require.NoDirExists(t, r.dir, "nothing was begun")

	first := newLone(t, h, "model")
	first.up = spawn(t, first.args...)
	await(t, "the first to hold its home", func() bool { return needsCoins.MatchString(first.up.err.String()) || !first.up.running() })
	for dir, say := range map[string]string{
		first.dir: strconv.Itoa(first.up.cmd.Process.Pid),
		h.dir:     "weal up --home " + h.dir,
	} {
		c = spawn(t, append(newLone(t, h, "model").args, "--home", dir)...)
		require.Equal(t, 1, c.wait(t), c.err.String())
		require.Contains(t, c.err.String(), say)
		require.Contains(t, c.err.String(), "another --home")
	}
}

// TestAppFileThatIsWrong is read before anything else is done.
func TestAppFileThatIsWrong(t *testing.T) {
	t.Parallel()
	h := shared(t)
	for text, say := range map[string]string{
		"":                               "empty",
		"name: a\nvaults: [1]\n":         "model",
		"name: a\nmodel: 1\nvault: [2]":  "vault",
		"name: a\nmodel: 1\nvaults: [1]": "twice",
	} {
		r := newLone(t, h, "gateway", "--app", write(t, text, t.TempDir(), "app.yaml"))
		c := spawn(t, r.args...)
		require.Equal(t, 1, c.wait(t), c.err.String())
		require.Contains(t, c.err.String(), "app.yaml")
		require.Contains(t, c.err.String(), say)
	}
	r := newLone(t, h, "gateway", "--app", "/no/such/app.yaml")
	c := spawn(t, r.args...)
	require.Equal(t, 1, c.wait(t), c.err.String())
}
