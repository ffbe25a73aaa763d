package coalition

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
)

// guard is the honest watcher.
type guard struct {
	p       *play
	w       *watcher.Watcher
	before  math.Int
	brought map[string]int // how often, by lane and asset
	moved   time.Duration  // its clock is past the chain's, to sweep before windows end
}

func newGuard(p *play) *guard {
	g := &guard{p: p, before: p.chain.balance(watcherAccount), brought: map[string]int{}}
	db, err := keep.Open(filepath.Join(p.t.TempDir(), "watcher.db"))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = db.Close() })
	g.w, err = watcher.Open(p.t.Context(), watcher.Config{
		ChainID: types.LocalChainID, Account: p.chain.account(watcherAccount), Chain: p.chain, Settler: g, DB: db,
		Least: amount(refund), Worth: amount(refund), Now: func() time.Time { return p.chain.now().Add(g.moved) },
	})
	require.NoError(p.t, err)
	return g
}

// Settle implements watcher.Settler.
func (g *guard) Settle(_ context.Context, all []pay.Settlement) error {
	g.p.overtake()
	for _, s := range all {
		asset, err := s.Claims[0].Asset()
		require.NoError(g.p.t, err)
		g.brought[fmt.Sprint(s.Voucher.Lane, " ", asset)]++
	}
	if err := g.p.chain.settle(watcherAccount, settlements(all...)...); err != nil {
		return fmt.Errorf("%w: %w", watcher.ErrRefused, err)
	}
	return nil
}

// hand hands over what a voucher owes to assets, whatever that is.
func (g *guard) hand(assets []types.AssetID, v *signed) {
	server := httptest.NewServer(g.w.Handler())
	defer server.Close()
	client, err := watcher.NewClient(server.URL)
	require.NoError(g.p.t, err)
	for _, a := range assets {
		if one := v.claims(a); len(one.Claims) > 0 {
			_, err := client.Keep(g.p.t.Context(), []pay.Settlement{one})
			require.NoError(g.p.t, err)
		}
	}
}

// look lets the watcher look at the chain, also after its grace.
func (g *guard) look() {
	for _, g.moved = range []time.Duration{0, time.Minute} {
		_, _ = g.w.Sweep(g.p.t.Context())
	}
}

// lost is what the watcher's account has less than before; fees of transactions are
// work, and it brings no claim more than a few times.
func (g *guard) lost() uint64 {
	for claim, n := range g.brought {
		require.LessOrEqual(g.p.t, n, 2, "the watcher brings the claim of lane and asset %s again and again", claim)
	}
	now := g.p.chain.balance(watcherAccount)
	if now.GTE(g.before) {
		return 0
	}
	return g.before.Sub(now).Uint64()
}
