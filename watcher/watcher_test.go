package watcher_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
)

// TestSettlesForWhoIsAway: once the lane has begun to end and the asset had its
// time, what it is owed is brought, and the watcher has its fee.
func TestSettlesForWhoIsAway(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 1, 500), l.ticked(lane(1), 1, 4), l.claim(lane(2), 1, 70))
	require.Zero(t, l.sweep(), "the lanes are in use")
	l.chain.ends(lane(0), types.LaneClosing)
	l.chain.ends(lane(1), types.LaneClosing)
	require.Zero(t, l.sweep(), "the asset may settle itself")
	l.later(watcher.DefaultGrace)
	require.Equal(t, 2, l.sweep())
	require.Equal(t, n(500), l.chain.paid(lane(0)))
	require.Equal(t, n(12), l.chain.paid(lane(1)))
	require.Zero(t, l.chain.paid(lane(2)))
	require.Equal(t, n(51), l.chain.fees)
	require.Equal(t, 1, l.chain.sent, "in one transaction")
	require.Zero(t, l.sweep())
}

// TestGraceFitsTheWindow: a chain with a short window leaves the asset less time.
func TestGraceFitsTheWindow(t *testing.T) {
	l := newLab(t)
	l.chain.window = 40 * time.Second
	l.hand(l.claim(lane(0), 1, 500))
	l.chain.ends(lane(0), types.LaneClosing)
	require.Zero(t, l.sweep())
	l.later(10 * time.Second)
	require.Equal(t, 1, l.sweep())
}

// TestLeavesAloneWhoSettles: the watcher takes no fee of an asset that is at work.
func TestLeavesAloneWhoSettles(t *testing.T) {
	l := newLab(t)
	s := l.claim(lane(0), 1, 500)
	l.hand(s)
	l.chain.ends(lane(0), types.LaneClosing)
	require.Zero(t, l.sweep())
	require.NoError(t, l.chain.settle([]pay.Settlement{s}, false))
	l.later(time.Hour)
	require.Zero(t, l.sweep())
	require.Zero(t, l.chain.fees)
}

// TestAfterAPauseItSettlesAtOnce: a watcher that was down does not know for how
// long lanes have been ending.
func TestAfterAPauseItSettlesAtOnce(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 1, 500))
	l.chain.ends(lane(0), types.LaneClosing)
	l.reopen()
	require.Equal(t, 1, l.sweep())
	require.Equal(t, n(500), l.chain.paid(lane(0)))
}

// TestTheHighestClaimIsKept: an older or lower claim takes nothing away.
func TestTheHighestClaimIsKept(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 2, 500))
	l.hand(l.claim(lane(0), 1, 300), l.claim(lane(0), 3, 400), l.claim(lane(0), 2, 500))
	l.hand(l.ticked(lane(1), 1, 7), l.ticked(lane(1), 1, 2))
	l.reopen()
	l.hand(l.claim(lane(0), 4, 499))
	l.chain.ends(lane(0), types.LaneClosing)
	l.chain.ends(lane(1), types.LaneClosing)
	l.sweep()
	require.Equal(t, n(500), l.chain.paid(lane(0)))
	require.Equal(t, n(21), l.chain.paid(lane(1)))
	l.hand(l.claim(lane(0), 5, 600))
	require.Equal(t, 0, l.sweep())
	l.later(watcher.DefaultGrace)
	require.Equal(t, 1, l.sweep(), "what is new is brought, too")
	require.Equal(t, n(600), l.chain.paid(lane(0)))
}

// TestAbsentAsset: what open lanes owe to an asset that has brought nothing for
// long is brought when the fee is worth it.
func TestAbsentAsset(t *testing.T) {
	l := newLab(t, func(c *watcher.Config) { c.Worth = n(50) })
	l.hand(l.claim(lane(0), 1, 300), l.claim(lane(1), 1, 190))
	require.Zero(t, l.sweep())
	l.later(watcher.DefaultPatience)
	require.Zero(t, l.sweep(), "a tenth of 490 is not worth it")
	l.hand(l.claim(lane(1), 2, 200), l.claim(lane(2), 1, 5000))
	require.Equal(t, 2, l.sweep())
	require.Equal(t, n(50), l.chain.fees)
	require.Zero(t, l.chain.paid(lane(2)), "owed since a moment ago")
	require.Zero(t, l.sweep())
	l.later(watcher.DefaultPatience)
	require.Equal(t, 1, l.sweep())
}

// TestAssetAtWorkIsNotAbsent: whoever settles now and then is left alone.
func TestAssetAtWorkIsNotAbsent(t *testing.T) {
	l := newLab(t)
	for i := range uint64(5) {
		s := l.claim(lane(0), 2*i+1, 1000*i+500)
		l.hand(s)
		l.later(watcher.DefaultPatience * 2 / 3)
		require.NoError(t, l.chain.settle([]pay.Settlement{s}, false))
		l.hand(l.claim(lane(0), 2*i+2, 1000*i+1000))
		require.Zero(t, l.sweep())
	}
	require.Zero(t, l.chain.fees)
}

// TestNoFeeNoPatience: for an asset that pays nothing, only lanes that end are
// settled.
func TestNoFeeNoPatience(t *testing.T) {
	l := newLab(t, func(c *watcher.Config) { c.Worth = types.Amount{} })
	l.chain.change(func(c *ledger) { c.watched[asset] = 0 })
	l.later(2 * time.Second)
	l.hand(l.claim(lane(0), 1, 5000))
	l.later(watcher.DefaultPatience)
	require.Zero(t, l.sweep())
	l.chain.ends(lane(0), types.LaneClosing)
	l.sweep()
	l.later(watcher.DefaultGrace)
	require.Equal(t, 1, l.sweep())
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	l := newLab(t)
	l.addLane(types.LaneRef{Tab: 2}, 10_000)
	l.chain.ends(types.LaneRef{Tab: 2}, types.LaneClosed)
	foreign := lane(3)
	l.chain.change(func(c *ledger) {
		f := c.lanes[foreign]
		f.Denom = "other"
		c.lanes[foreign] = f
	})
	good := func() pay.Settlement { return l.claim(lane(0), 1, 500) }
	for name, tc := range map[string]struct {
		code   string
		change func(*pay.Settlement)
	}{
		"another's asset": {watcher.CodeNotWatched, func(s *pay.Settlement) { *s = l.claimOf(lane(0), 1, pay.Leaf{Asset: other, Amount: n(5)}) }},
		"no lane":         {watcher.CodeNoLane, func(s *pay.Settlement) { *s = l.claim(types.LaneRef{Tab: 8}, 1, 500) }},
		"another key": {watcher.CodeNoLane, func(s *pay.Settlement) {
			s.Voucher = pay.Sign(s.Voucher.Voucher, l.keys[lane(1)])
		}},
		"closed lane":        {watcher.CodeLaneClosed, func(s *pay.Settlement) { *s = l.claim(types.LaneRef{Tab: 2}, 1, 500) }},
		"beyond the cap":     {watcher.CodeOverCap, func(s *pay.Settlement) { *s = l.claim(lane(0), 1, 10_000) }},
		"other denomination": {watcher.CodeWrongDenom, func(s *pay.Settlement) { *s = l.claim(foreign, 1, 500) }},
		"other chain": {watcher.CodeBadClaim, func(s *pay.Settlement) {
			v := s.Voucher.Voucher
			v.Chain = pay.ChainHash("weal-1")
			s.Voucher = l.sign(v)
		}},
		"a higher leaf": {watcher.CodeBadClaim, func(s *pay.Settlement) { s.Claims[0].Leaf.Amount = n(501) }},
		"another path":  {watcher.CodeBadClaim, func(s *pay.Settlement) { s.Claims[0].LeafPath.Siblings[0].Sum = n(9) }},
		"no claim":      {watcher.CodeBadClaim, func(s *pay.Settlement) { s.Claims = nil }},
		"an empty one":  {watcher.CodeBadClaim, func(s *pay.Settlement) { s.Claims = []pay.Claim{{}} }},
		"two claims":    {watcher.CodeBadClaim, func(s *pay.Settlement) { s.Claims = append(s.Claims, s.Claims[0]) }},
		"nothing owed":  {watcher.CodeBadClaim, func(s *pay.Settlement) { *s = l.claim(lane(0), 1, 0) }},
		"more ticks": {watcher.CodeBadClaim, func(s *pay.Settlement) {
			*s = l.ticked(lane(0), 1, 3)
			s.Claims[0].K = 4
		}},
		"ticks beyond 128 bits": {watcher.CodeBadClaim, func(s *pay.Settlement) {
			*s = l.ticked(lane(0), 1, 3)
			s.Claims[0].Tick.Price = types.AmountFromBytes([16]byte{0xff})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := good()
			tc.change(&s)
			status, code := l.post(map[string]any{"claims": []pay.Settlement{s}})
			require.Equal(t, 200, status)
			require.Equal(t, tc.code, code)
		})
	}
	l.hand(good())
	for _, ref := range []types.LaneRef{lane(0), lane(3), {Tab: 2}} {
		l.chain.ends(ref, types.LaneClosing)
	}
	l.sweep()
	l.later(time.Hour)
	require.Equal(t, 1, l.sweep(), "nothing else was kept")

	status, code := l.post([]byte(`{"claims":[`))
	require.Equal(t, []any{400, "bad_json"}, []any{status, code})
	status, code = l.post([]byte(`{}`))
	require.Equal(t, []any{400, watcher.CodeBadClaim}, []any{status, code})
	status, _ = l.post(bytes.Repeat([]byte(" "), 1<<20+1))
	require.Equal(t, 413, status)
}

// TestWhatIsNotUsedIsNotKept: a claim has one form, which the chain takes.
func TestWhatIsNotUsedIsNotKept(t *testing.T) {
	l := newLab(t)
	s := l.claim(lane(0), 1, 500)
	s.Claims[0].K, s.Claims[0].Preimage = 7, types.Hash{1}
	l.hand(s)
	l.chain.ends(lane(0), types.LaneClosing)
	l.reopen()
	require.Equal(t, 1, l.sweep())
}

// TestOneBadClaimHoldsUpNoOther: neither when it is handed over nor when it is
// settled.
func TestOneBadClaimHoldsUpNoOther(t *testing.T) {
	l := newLab(t)
	l.chain.watched[other] = 100
	l.later(2 * time.Second)
	bad := l.claim(lane(2), 1, 500)
	bad.Claims[0].Leaf.Amount = n(501)
	refused := l.try(l.claim(lane(0), 1, 500), bad, l.claimOf(lane(1), 1, pay.Leaf{Asset: other, Amount: n(40)}))
	require.Nil(t, refused[0])
	require.Error(t, refused[1])
	require.Nil(t, refused[2])
	l.chain.refuses = other
	for i := range uint32(3) {
		l.chain.ends(lane(i), types.LaneClosing)
	}
	l.sweep()
	l.later(time.Hour)
	settled, err := l.Sweep(t.Context())
	require.ErrorIs(t, err, watcher.ErrRefused)
	require.ErrorContains(t, err, "asset 7")
	require.Equal(t, 1, settled)
	require.Equal(t, n(500), l.chain.paid(lane(0)))
	l.chain.ends(lane(1), types.LaneClosed)
	require.Zero(t, l.sweep(), "nothing is hoped for any more")
	require.Zero(t, l.sweep())
}

// TestChainThatIsDown: nothing is lost, and what is kept is settled later.
func TestChainThatIsDown(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 1, 500))
	l.chain.ends(lane(0), types.LaneClosing)
	l.sweep()
	l.later(time.Hour)
	l.chain.change(func(c *ledger) { c.down = errors.New("connection refused") })
	_, err := l.Sweep(t.Context())
	require.ErrorContains(t, err, "connection refused")
	status, code := l.post(map[string]any{"claims": []pay.Settlement{l.claim(lane(1), 1, 5)}})
	require.Equal(t, []any{200, watcher.CodeChainDown}, []any{status, code})
	l.chain.change(func(c *ledger) { c.down = nil })
	require.Equal(t, 1, l.sweep())
}

// TestLaneOverItsCap pays what it has, and is not brought again.
func TestLaneOverItsCap(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 1, 9000))
	l.chain.change(func(c *ledger) { c.credit(lane(0), other, n(9900), false) })
	l.chain.ends(lane(0), types.LaneClosing)
	l.reopen()
	require.Equal(t, 1, l.sweep())
	require.Equal(t, n(100), l.chain.paid(lane(0)))
	require.Zero(t, l.sweep())
	require.Equal(t, 1, l.chain.sent)
}

// TestAssetThatNamesAnother is not settled for any more.
func TestAssetThatNamesAnother(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 1, 500))
	l.chain.change(func(c *ledger) { delete(c.watched, asset) })
	l.chain.ends(lane(0), types.LaneClosing)
	l.later(time.Hour)
	require.Zero(t, l.sweep())
	l.chain.change(func(c *ledger) { c.watched[asset] = 10 })
	l.later(time.Hour)
	require.Zero(t, l.sweep())
}

// TestDustIsNotBrought: a payer cannot make a watcher pay more for bringing claims
// than they are worth.
func TestDustIsNotBrought(t *testing.T) {
	l := newLab(t, func(c *watcher.Config) { c.Least = n(100) })
	l.hand(l.claim(lane(0), 1, 99), l.claim(lane(1), 1, 100))
	l.chain.ends(lane(0), types.LaneClosing)
	l.chain.ends(lane(1), types.LaneClosing)
	l.reopen()
	require.Equal(t, 1, l.sweep())
	require.Zero(t, l.chain.paid(lane(0)))
}

// TestRowsAreBounded: what is settled makes room, what owes does not.
func TestRowsAreBounded(t *testing.T) {
	l := newLab(t, func(c *watcher.Config) { c.MaxRows = 3 })
	l.hand(l.claim(lane(0), 1, 500), l.claim(lane(1), 1, 500), l.claim(lane(2), 1, 500))
	l.hand(l.claim(lane(0), 2, 600))
	status, code := l.post(map[string]any{"claims": []pay.Settlement{l.claim(lane(3), 1, 500)}})
	require.Equal(t, []any{429, watcher.CodeFull}, []any{status, code})
	l.reopen()
	status, code = l.post(map[string]any{"claims": []pay.Settlement{l.claim(lane(3), 1, 500)}})
	require.Equal(t, []any{429, watcher.CodeFull}, []any{status, code})
	l.chain.ends(lane(0), types.LaneClosing)
	require.Equal(t, 1, l.sweep())
	l.hand(l.claim(lane(3), 1, 500))
}

// TestJunkCostsAFewQuestions: claims of lanes that anyone can make up ask the chain
// so often a second and no more; lanes of which something is kept are not held up.
func TestJunkCostsAFewQuestions(t *testing.T) {
	l := newLab(t)
	l.hand(l.claim(lane(0), 1, 500))
	asked, busy := l.chain.asked, 0
	for tab := range types.TabID(640) {
		s := l.claim(types.LaneRef{Tab: 100 + tab}, 1, 500)
		if _, code := l.post(map[string]any{"claims": []pay.Settlement{s}}); code == watcher.CodeBusy {
			busy++
		}
	}
	require.LessOrEqual(t, l.chain.asked-asked, 500)
	require.GreaterOrEqual(t, busy, 140)
	l.hand(l.claim(lane(0), 2, 600))
	l.later(time.Second)
	l.hand(l.claim(lane(1), 1, 500))

	asked = l.chain.asked
	for range 100 {
		l.hand(l.claim(lane(0), 1, 500))
	}
	require.Equal(t, asked, l.chain.asked, "what is known costs no question")
}

// TestManyTabsEndAtOnce: thousands of lanes are settled in few transactions.
func TestManyTabsEndAtOnce(t *testing.T) {
	const tabs = 1000
	l := newLab(t)
	var claims []pay.Settlement
	for i := range types.TabID(tabs) {
		if i%400 == 0 {
			l.later(time.Second)
		}
		ref := types.LaneRef{Tab: 100 + i}
		l.addLane(ref, 10_000)
		if claims = append(claims, l.claim(ref, 1, 10)); len(claims) == watcher.MaxClaims || i == tabs-1 {
			l.hand(claims...)
			claims = nil
		}
		l.chain.ends(ref, types.LaneClosing)
	}
	l.sweep()
	l.later(watcher.DefaultGrace)
	require.Equal(t, tabs, l.sweep())
	require.Equal(t, 8, l.chain.sent)
	require.Equal(t, n(tabs), l.chain.fees)
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	_, err := watcher.Open(t.Context(), watcher.Config{})
	require.ErrorContains(t, err, "missing")
	for _, url := range []string{"", "127.0.0.1:8083", "ftp://a", "http://"} {
		_, err := watcher.NewClient(url)
		require.Error(t, err, url)
	}
}
