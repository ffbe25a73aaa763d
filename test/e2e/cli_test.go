package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// fails runs a command of the home that must fail with code, and say each of the
// words, on standard error only and without a stack trace.
func (h *house) fails(t *testing.T, code int, words []string, args ...string) {
	t.Helper()
	o := h.run(t, args...)
	require.Equal(t, code, o.code, "%v: %s", args, o.err)
	require.Empty(t, o.out, "%v", args)
	for _, w := range words {
		require.Contains(t, o.err, w, "%v", args)
	}
	require.NotContains(t, o.err, "goroutine ")
	require.NotContains(t, o.err, "panic")
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	h := &house{dir: filepath.Join(t.TempDir(), "none")}
	for _, c := range []struct {
		args []string
		say  string
	}{
		{[]string{"frobnicate"}, "frobnicate"},
		{[]string{"vault", "frobnicate"}, "weal vault --help"},
		{[]string{"asset", "frobnicate"}, "frobnicate"},
		{[]string{"up", "--frobnicate"}, "weal up --help"},
		{[]string{"up", "here"}, "here"},
		{[]string{"up", "--ports-from", "12"}, "--ports-from"},
		{[]string{"up", "--ports-from", "65530"}, "--ports-from"},
		{[]string{"up", "--ports-from", "many"}, "--ports-from"},
		{[]string{"up", "--upstream", "127.0.0.1:1"}, "--upstream"},
		{[]string{"up", "--upstream-timeout", "-1s"}, "--upstream-timeout"},
		{[]string{"ask"}, "one question"},
		{[]string{"ask", "two", "questions"}, "one question"},
		{[]string{"ask", ""}, "one question"},
		{[]string{"ask", "why?", "--output", "xml"}, "text or json"},
		{[]string{"ask", "why?", "--answers", "5"}, "--answers"},
		{[]string{"find", "one", "two"}, "find"},
		{[]string{"find", "--kind", "thing"}, "--kind"},
		{[]string{"find", "--limit", "0"}, "--limit"},
		{[]string{"find", "--max-price", "much"}, "--max-price"},
		{[]string{"app", "check"}, "handbook.yaml"},
		{[]string{"app", "run", "none.yaml"}, "none.yaml"},
		{[]string{"app", "publish", "none.yaml"}, "none.yaml"},
		{[]string{"search"}, "one question"},
		{[]string{"search", "why?", "--limit", "33"}, "--limit"},
		{[]string{"vault", "find", "why?", "--limit", "99"}, "--limit"},
		{[]string{"vault", "embed", "--url", "test", "--model", "x"}, "weal bench"},
		{[]string{"asset", "show"}, "asset show 1"},
		{[]string{"asset", "show", "first"}, "asset list"},
		{[]string{"asset", "family", "0"}, "asset list"},
		{[]string{"asset", "family", "1", "--limit", "1001"}, "--limit"},
		{[]string{"asset", "shares"}, "--owner"},
		{[]string{"asset", "transfer", "1"}, "a share and an address"},
		{[]string{"asset", "split", "1", "0x00", "none"}, "units"},
		{[]string{"asset", "move", "1", "x", "5"}, "share"},
		{[]string{"asset", "burn", "1"}, "--yes"},
		{[]string{"asset", "approve", "0x00"}, "--all"},
		{[]string{"asset", "approve", "0x00", "--share", "1", "--units", "2", "--end"}, "--units"},
		{[]string{"asset", "price", "1"}, "--passage"},
		{[]string{"asset", "price", "1", "--use", "much"}, "--use"},
		{[]string{"asset", "licence", "1"}, "--kind"},
		{[]string{"asset", "licence", "1", "--kind", "free"}, "noderivatives"},
		{[]string{"asset", "licence", "1", "--royalty", "101%"}, "--royalty"},
		{[]string{"asset", "grant", "1"}, "an asset and an address"},
		{[]string{"asset", "grant", "1", "0x00", "--until", "soon"}, "--until"},
		{[]string{"asset", "revoke", "one", "0x00"}, "asset list"},
		{[]string{"asset", "register"}, "a file"},
		{[]string{"asset", "register", "none.yaml"}, "none.yaml"},
		{[]string{"collection", "create", "one"}, "a name and a symbol"},
		{[]string{"collection", "mint", "0x00", "0x00", "--slot", "-1"}, "--slot"},
		{[]string{"collection", "frobnicate"}, "frobnicate"},
		{[]string{"vault", "serve", "--licence", "free"}, "noderivatives"},
		{[]string{"vault", "add"}, "weal vault add"},
		{[]string{"vault", "preview"}, "weal vault preview"},
		{[]string{"vault", "preview", ".", "--chunk", "3"}, "from 16 to"},
		{[]string{"vault", "settings", "--off", "parchment"}, "parchment"},
		{[]string{"vault", "crawl"}, "--map"},
		{[]string{"vault", "crawl", "https://example.org", "--delay", "2m"}, "1m0s"},
		{[]string{"receipts", "--since", "yesterday"}, "--since"},
		{[]string{"gateway", "serve"}, "--app"},
		{[]string{"send", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}, "amount"},
		{[]string{"send", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "much"}, "much"},
		{[]string{"send", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "-1"}, "-1"},
		{[]string{"tab", "open"}, "--app"},
		{[]string{"tab", "open", "--app", "5", "--amount", "1e3"}, "1e3"},
	} {
		h.fails(t, 2, []string{"error: ", c.say}, c.args...)
	}
	require.NoDirExists(t, h.dir, "wrong usage makes no home")
}

func TestNothingRuns(t *testing.T) {
	t.Parallel()
	none := &house{dir: filepath.Join(t.TempDir(), "none")}
	stopped := &house{dir: t.TempDir()}
	_, err := home.OpenOrCreate(stopped.dir, types.LocalChainID, home.UseUp)
	require.NoError(t, err)
	killed := &house{dir: t.TempDir()}
	opened, err := home.OpenOrCreate(killed.dir, types.LocalChainID, home.UseUp)
	require.NoError(t, err)
	require.NoError(t, opened.SetRunning(home.Running{PID: 1, Node: "127.0.0.1:1"}))
	for _, args := range [][]string{
		{"ask", question}, {"status"}, {"asset", "list"}, {"asset", "show", "1"}, {"tab", "show"}, {"receipts"},
		{"earnings"}, {"settle"}, {"claim"}, {"vault", "status"}, {"vault", "add", "."},
		{"vault", "settings"}, {"vault", "crawl", "https://example.org"},
		{"asset", "family", "1"}, {"asset", "shares", "1"}, {"asset", "burn", "1", "--yes"}, {"asset", "price", "1", "--use", "1"},
		{"asset", "grant", "1", "payer"}, {"collection", "list"},
	} {
		none.fails(t, 5, []string{"weal up --home " + none.dir}, args...)
		stopped.fails(t, 5, []string{"weal up --home " + stopped.dir}, args...)
		killed.fails(t, 5, []string{"weal up --home " + killed.dir}, args...)
	}
	require.NoDirExists(t, none.dir, "asking what runs makes no home")
}

func TestHomesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, say string }{
		"other version": {`{"layout": 99, "chain_id": "weal-local-1"}`, "version 99"},
		"other chain":   {fmt.Sprintf(`{"layout": %d, "chain_id": "weal-2"}`, home.Layout), "weal-2"},
		"cut off":       {`{"layout": 1`, "home.json"},
		"garbage":       {"\x00\xff\x00", "home.json"},
		"empty":         {"", "home.json"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			write(t, c.file, h.dir, "home.json")
			up := h.launch(t)
			require.Equal(t, 1, up.wait(t), up.err.String())
			require.Contains(t, up.err.String(), c.say)
			require.Contains(t, up.err.String(), "--home", "it says what to do")
			entries, err := os.ReadDir(h.dir)
			require.NoError(t, err)
			require.Len(t, entries, 1, "nothing else was touched")
			if name != "other chain" { // which commands can read
				h.fails(t, 1, []string{c.say}, "status")
			}
		})
	}
}

func TestKeyFileThatIsDamaged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := home.OpenOrCreate(h.dir, types.LocalChainID, home.UseUp)
	require.NoError(t, err)
	path := write(t, "not a key", h.dir, "keys", "payer")
	up := h.launch(t)
	require.Equal(t, 1, up.wait(t))
	require.Contains(t, up.err.String(), path)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "not a key", string(b), "what cannot be read is kept")
}

func TestHomeThatIsAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	write(t, "", h.dir)
	up := h.launch(t)
	require.Equal(t, 1, up.wait(t))
	require.Contains(t, up.err.String(), h.dir)
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	for _, offset := range []int{0, 2, 5, home.PortCount - 1} {
		h := newHouse(t)
		port := h.ports.Gateway + offset
		l, err := net.Listen("tcp", home.Loopback(port))
		require.NoError(t, err)
		up := h.launch(t)
		require.Equal(t, 1, up.wait(t), up.err.String())
		require.Contains(t, up.err.String(), strconv.Itoa(port))
		require.Contains(t, up.err.String(), "--ports-from")
		require.Empty(t, up.out.String(), "it is not ready")
		require.NoDirExists(t, filepath.Join(h.dir, "chain"), "nothing was begun")
		require.NoError(t, l.Close())
	}
}

func TestSecondUpOnARunningHome(t *testing.T) {
	t.Parallel()
	h := shared(t)
	second := &house{dir: h.dir, ports: home.PortsFrom(freePorts(t))}
	up := second.launch(t)
	require.Equal(t, 1, up.wait(t), up.err.String())
	require.Contains(t, up.err.String(), strconv.Itoa(h.up.cmd.Process.Pid))
	require.Contains(t, up.err.String(), "another --home")
	h.ask(t, question)
}

func TestQuestionsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	h := shared(t)
	before, _ := h.books(t)
	h.fails(t, 3, []string{"nothing matched"}, "ask", "zyzzyva quokka xylophone")
	h.fails(t, 3, nil, "ask", "???")
	h.fails(t, 1, []string{"99"}, "ask", "--app", "99", question)
	h.fails(t, 2, []string{"4096"}, "ask", strings.Repeat("voucher ", 600))
	after, _ := h.books(t)
	require.Equal(t, before, after, "nothing was paid")
	h.fails(t, 1, []string{"99"}, "asset", "show", "99")
}

// TestMoneyRunsOut spends the lanes of a home to their caps, then closes its tab.
func TestMoneyRunsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	var s statusJSON
	h.read(t, &s, "status")
	l := h.ledger(t)
	tab, err := l.Tab(t.Context(), s.Tab)
	require.NoError(t, err)
	payer := h.payer(t, l)
	_, err = payer.SettleNow(t.Context(), h.spend(t, tab))
	require.NoError(t, err)
	await(t, "the roles to see it", func() bool { return h.run(t, "ask", question).code != 0 })
	h.fails(t, 4, []string{"used up"}, "ask", question)

	require.NoError(t, payer.CloseTab(t.Context(), s.Tab))
	await(t, "the purse to see it", func() bool {
		o := h.run(t, "ask", question)
		require.Equal(t, 4, o.code, o.err)
		return !strings.Contains(o.err, "used up")
	})
	h.fails(t, 4, []string{"no lane", "open a new tab"}, "ask", question)
}

// spend signs, with the home's lane keys, vouchers that give asset 1 all that the
// lanes hold.
func (h *house) spend(t *testing.T, tab ledger.Tab) []pay.Settlement {
	t.Helper()
	opened, err := home.Open(h.dir)
	require.NoError(t, err)
	var all []pay.Settlement
	for i, lane := range tab.Lanes {
		key, err := opened.Ed25519("lane-" + strconv.Itoa(i))
		require.NoError(t, err)
		leaf := pay.Leaf{Asset: 1, Amount: lane.Cap, Order: types.Hash{1}}
		split, err := pay.NewSplit([]pay.Leaf{leaf})
		require.NoError(t, err)
		v := pay.Sign(pay.Voucher{
			Chain: pay.ChainHash(types.LocalChainID), Lane: lane.Ref, Seq: 1, Total: split.Sum(), Split: split.Root(),
		}, key)
		all = append(all, pay.Settlement{Voucher: v, Claims: []pay.Claim{{Leaf: &leaf, LeafPath: split.Path(0)}}})
	}
	return all
}
