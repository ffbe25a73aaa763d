package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

const question = "What does a voucher hold?"

// kept is what must be the same after a stop and a start.
type kept struct {
	status   statusJSON
	assets   []assetJSON
	tab      tabJSON
	earnings []earningJSON
	receipts []receiptJSON
}

func (h *house) kept(t *testing.T) (k kept) {
	t.Helper()
	h.read(t, &k.status, "status")
	h.read(t, &k.assets, "asset", "list")
	h.read(t, &k.tab, "tab", "show")
	h.read(t, &k.earnings, "earnings")
	h.read(t, &k.receipts, "receipts")
	k.status.Height = 0 // goes on
	return k
}

// TestUpStopsAndResumes starts a home, stops it as soon as it is ready, asks in it,
// and finds after each stop what was there before.
func TestUpStopsAndResumes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := binary() // building it is not starting it
	require.NoError(t, err)
	began := time.Now()
	first := h.launch(t, "--exit-after-ready")
	await(t, "ready", func() bool { return first.ready() || !first.running() })
	t.Logf("a new home is ready %s after its process started", time.Since(began).Round(10*time.Millisecond))
	require.Zero(t, first.wait(t), first.err.String())
	require.True(t, strings.HasPrefix(first.out.String(), "ready"), first.out.String())
	require.NoError(t, h.ports.Check(), "a stopped home holds no port")

	began = time.Now()
	h.start(t)
	t.Logf("a home that was stopped is ready %s after its process started", time.Since(began).Round(10*time.Millisecond))
	a := h.ask(t, question)
	before := h.kept(t)
	require.Len(t, before.assets, 3)
	require.Len(t, before.receipts, 3)
	require.Equal(t, a.Tab, before.status.Tab)
	require.Zero(t, h.up.stop(t), h.up.err.String())
	require.Equal(t, 5, h.run(t, "status").code, "what was stopped does not run")

	h.start(t)
	require.Equal(t, before, h.kept(t))
	h.ask(t, question)
	require.Zero(t, h.up.stop(t), h.up.err.String())

	last := h.launch(t, "--ask", question, "--exit-after-ready")
	require.Zero(t, last.wait(t), last.err.String())
	require.Contains(t, last.out.String(), "verified against the chain")
	require.Contains(t, last.out.String(), "3 receipts")
}

// TestInterruptWhileStarting stops a home that is not ready yet, as Ctrl-C does.
func TestInterruptWhileStarting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := h.launch(t)
	await(t, "the chain to listen", func() bool { return h.listens() || !up.running() })
	require.Equal(t, 1, up.stop(t))
	require.Contains(t, up.err.String(), "error: interrupted")
	require.NotContains(t, up.err.String(), "panic")
	require.Empty(t, up.out.String())
	require.NoError(t, h.ports.Check())
	h.start(t)
	h.ask(t, question)
}

// TestTwoHomesSideBySide has two homes at work at once, each with its own chain.
func TestTwoHomesSideBySide(t *testing.T) {
	t.Parallel()
	one, two := shared(t), newHouse(t)
	two.start(t)
	two.ask(t, question)
	one.ask(t, question)

	var s1, s2 statusJSON
	one.read(t, &s1, "status")
	two.read(t, &s2, "status")
	require.Equal(t, one.ports, s1.Ports)
	require.Equal(t, two.ports, s2.Ports)
	require.NotEqual(t, s1.APIKey, s2.APIKey)
	owners := map[string]bool{}
	for _, a := range append(s1.Assets, s2.Assets...) {
		owners[a.Owner] = true
	}
	require.Len(t, owners, 6, "each home has owners of its own")
	var receipts []receiptJSON
	two.read(t, &receipts, "receipts")
	require.Len(t, receipts, 3, "the other home's question is not this one's")
	require.Zero(t, two.up.stop(t), two.up.err.String())
	one.ask(t, question)
}

// TestCommandsPrintJSON reads what every command tells a script.
func TestCommandsPrintJSON(t *testing.T) {
	t.Parallel()
	h := shared(t)
	a := h.ask(t, question)

	var s statusJSON
	h.read(t, &s, "status")
	require.Equal(t, types.LocalChainID, s.ChainID)
	require.Equal(t, home.Loopback(h.ports.GRPC), s.Node)
	require.Positive(t, s.Height)
	require.True(t, strings.HasPrefix(s.APIKey, "weal-"))
	require.Len(t, s.Assets, 3)
	require.Equal(t, a.Tab, s.Tab)

	var list []assetJSON
	h.read(t, &list, "asset", "list")
	require.Len(t, list, 3)
	data := list[slices.IndexFunc(list, func(a assetJSON) bool { return a.Kind == "data" })]
	var one assetJSON
	h.read(t, &one, "asset", "show", fmt.Sprint(data.ID))
	require.Equal(t, data.Owner, one.Owner)
	require.Len(t, one.Revenue, 1)

	var tab tabJSON
	h.read(t, &tab, "tab", "show")
	require.Equal(t, "open", tab.State)
	require.Len(t, tab.Lanes, 8)
	for _, lane := range tab.Lanes {
		left, ok := lane.Cap.Sub(lane.Promised)
		require.True(t, ok)
		require.Equal(t, left, lane.Left)
	}
	var receipts []receiptJSON
	h.read(t, &receipts, "receipts", "--asset", fmt.Sprint(data.ID), "--since", "1h")
	require.NotEmpty(t, receipts)
	for _, r := range receipts {
		require.Equal(t, data.ID, r.Asset)
	}
	var v vaultJSON
	h.read(t, &v, "vault", "status")
	require.Equal(t, data.Root, v.Root)
	require.NotEmpty(t, v.Documents)
}

// TestEarningsGetPaid follows the money of two questions from the answers to the
// owners' accounts.
func TestEarningsGetPaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	said := sums{}
	for range 2 {
		for asset, amount := range h.ask(t, question).items(t) {
			said.add(t, asset, amount)
		}
	}
	earned, _ := h.books(t)
	require.Equal(t, said, earned)

	var settled []settlementJSON
	h.read(t, &settled, "settle")
	credited := sums{}
	for _, s := range settled {
		credited.add(t, s.Asset, s.Credited)
	}
	require.Equal(t, said, credited)
	h.read(t, &settled, "settle")
	require.Empty(t, settled, "nothing is left to settle")

	h.claims(t, said)
	var none []payoutJSON
	h.read(t, &none, "claim")
	require.Empty(t, none, "nothing is left to claim")
}

// claims claims, and checks that owners get what said tells, less a fee.
func (h *house) claims(t *testing.T, said sums) {
	t.Helper()
	l := h.ledger(t)
	before := map[string]types.Amount{}
	_, rows := h.books(t)
	for _, e := range rows {
		require.True(t, e.Unsettled.IsZero())
		b, err := l.Balance(t.Context(), e.Owner, types.BaseDenom)
		require.NoError(t, err)
		before[e.Owner] = b
	}
	var paid []payoutJSON
	h.read(t, &paid, "claim")
	got := map[string]types.Amount{}
	for _, p := range paid {
		got[p.Owner] = p.Amount
	}
	for _, e := range rows {
		require.Equal(t, said[e.Asset], got[e.Owner], "claim of asset %d", e.Asset)
		now, err := l.Balance(t.Context(), e.Owner, types.BaseDenom)
		require.NoError(t, err)
		gained, ok := now.Sub(before[e.Owner])
		require.True(t, ok, "a claim must not cost more than it brings: %s, then %s", before[e.Owner], now)
		require.LessOrEqual(t, gained.Cmp(got[e.Owner]), 0)
	}
}

// TestHomesAreTheirOwnersOnly checks that nobody else on the machine can read keys.
func TestHomesAreTheirOwnersOnly(t *testing.T) {
	t.Parallel()
	h := shared(t)
	entries, err := os.ReadDir(h.dir + "/keys")
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, e.Name())
	}
}
