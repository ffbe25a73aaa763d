package e2e

import (
	"fmt"
	"math/big"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// watching is a watcher that runs alone, in a home of its own.
type watching struct {
	house
	account string
	url     string
}

var watcherReady = regexp.MustCompile(`(?m)^ready: watcher, account (0x[0-9a-fA-F]{40}), (\S+)$`)

// newWatching starts a watcher beside the node of a home, which gives it coins.
func newWatching(t *testing.T, chain *house) *watching {
	t.Helper()
	listen := home.Loopback(freePorts(t))
	w := &watching{house: house{dir: filepath.Join(t.TempDir(), "watcher")}}
	t.Cleanup(w.kill)
	w.up = spawn(t, "watcher", "serve", "--home", w.dir, "--node", home.Loopback(chain.ports.GRPC), "--listen", listen, "--grace", "1s")
	await(t, "the watcher to ask for coins", func() bool { return needsCoins.MatchString(w.up.err.String()) || !w.up.running() })
	require.True(t, w.up.running(), w.up.err.String())
	var sent struct{}
	chain.read(t, &sent, "send", needsCoins.FindStringSubmatch(w.up.err.String())[1], "1")
	await(t, "the watcher to be ready", func() bool { return w.up.ready() || !w.up.running() })
	m := watcherReady.FindStringSubmatch(w.up.out.String())
	require.NotNil(t, m, "%s%s", w.up.out.String(), w.up.err.String())
	w.account, w.url = m[1], m[2]
	return w
}

// claims is how many claims the watcher keeps.
func (w *watching) claims(t *testing.T) int {
	t.Helper()
	var kept struct {
		Account string `json:"account"`
		Claims  int    `json:"claims"`
	}
	w.read(t, &kept, "watcher", "status")
	require.Equal(t, w.account, kept.Account)
	return kept.Claims
}

// TestVaultIsKilledAfterItWasPaid: its payer closes the tab while it is dead. The
// watcher that it names settles within the window, takes its fee, and the owner
// claims the rest.
func TestVaultIsKilledAfterItWasPaid(t *testing.T) {
	t.Parallel()
	chain := newHouse(t)
	chain.start(t)
	w := newWatching(t, chain)
	v := newLone(t, chain, "vault", "--watcher", w.url)
	v.open(t, chain)
	require.Contains(t, v.up.err.String(), "does not name this watcher")
	var report reportJSON
	v.read(t, &report, "vault", "add", write(t, "# Vouchers\n\nA voucher holds one signature over what a lane owes.\n", t.TempDir(), "vouchers.md"))
	require.True(t, report.Published)
	number := fmt.Sprint(v.asset)
	v.fails(t, 2, []string{"at most 10 %"}, "watcher", "name", number, "--account", w.account, "--fee", "11%")
	var named struct {
		Watcher string `json:"watcher"`
		Points  uint32 `json:"basis_points"`
	}
	v.read(t, &named, "watcher", "name", number, "--account", w.account, "--fee", "5%")
	v.read(t, &named, "watcher", "show", number)
	require.Equal(t, w.account, named.Watcher)
	require.EqualValues(t, 500, named.Points)

	ref, amount := buyOnce(t, chain, v)
	await(t, "the watcher to have the claim", func() bool { return w.claims(t) == 1 })
	v.up.kill()
	l := chain.ledger(t)
	before, err := l.Balance(t.Context(), w.account, types.BaseDenom)
	require.NoError(t, err)
	require.NoError(t, chain.payer(t, l).CloseTab(t.Context(), ref.Tab))
	require.Eventually(t, func() bool {
		credited, err := l.Credited(t.Context(), ref, v.asset)
		return err == nil && credited == amount
	}, patience, 200*time.Millisecond, "%s", w.up.err.String())

	whole := amount.Big()
	fee := new(big.Int).Div(new(big.Int).Mul(whole, big.NewInt(500)), big.NewInt(10_000))
	net, err := types.AmountFromBig(new(big.Int).Sub(whole, fee))
	require.NoError(t, err)
	rows, err := l.Revenue(t.Context(), v.asset)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, net, rows[0].Credited)
	after, err := l.Balance(t.Context(), w.account, types.BaseDenom)
	require.NoError(t, err)
	require.Equal(t, 1, after.Cmp(before), "the fee is more than the transaction cost")

	require.Equal(t, net, claimAlone(t, l, v))
}

// buyOnce buys what a vault offers from a new tab of the home's payer, and returns
// the lane and what was paid.
func buyOnce(t *testing.T, chain *house, v *lone) (types.LaneRef, types.Amount) {
	t.Helper()
	app, _ := chain.role(t, "gateway")
	l := chain.ledger(t)
	key := seed(t.Name())
	tab, err := chain.payer(t, l).OpenTab(t.Context(), ledger.NewTab{
		Denom: types.BaseDenom, Deposit: milli(1_000), Bond: milli(50), FeeReserve: milli(1),
		Lanes: []ledger.NewLane{{Key: pay.PublicKey(key), Cap: milli(1_000), Gateway: app}},
	})
	require.NoError(t, err)
	b := &buyer{t: t, vault: v.url, app: app, lane: types.LaneRef{Tab: tab}, key: key}
	right := b.pay(b.offer(1), 1, func(*payment) {})
	resp := post(t, v.url+wire.PathRelease, "", right)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	return b.lane, right.Paid.Leaf.Amount
}

// claimAlone claims for the owner of a role that does not run, with its key.
func claimAlone(t *testing.T, l *ledger.Ledger, r *lone) types.Amount {
	t.Helper()
	h, err := home.Open(r.dir)
	require.NoError(t, err)
	secret, err := h.Secret("owner-" + r.kind)
	require.NoError(t, err)
	owner, err := l.Sender(secret)
	require.NoError(t, err)
	shares, err := l.SharesOf(t.Context(), owner.Address())
	require.NoError(t, err)
	require.Len(t, shares, 1)
	paid, err := owner.Claim(t.Context(), []types.ShareID{shares[0].ID})
	require.NoError(t, err)
	require.Len(t, paid, 1)
	return paid[0].Amount
}
