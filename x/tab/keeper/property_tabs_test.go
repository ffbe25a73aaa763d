package keeper_test

import (
	"errors"
	"maps"
	"math/big"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

func (w *world) revokeAny() {
	l := w.anyLane()
	if l == nil {
		return
	}
	t := l.epoch.tab
	err := w.revoke(t.id, l.signer.ref.Lane)
	switch {
	case t.state != types.TAB_STATE_OPEN:
		require.ErrorIs(w.t, err, types.ErrTabClosed)
	case l.epoch != t.epoch(): // the lane of this id in the tab's epoch was meant
		if err == nil {
			w.revoked(t.epoch().lanes[l.signer.ref.Lane])
		}
	case l.revoked:
		require.ErrorIs(w.t, err, types.ErrRevoked)
	default:
		require.NoError(w.t, err)
		w.revoked(l)
	}
}

func (w *world) revoked(l *laneModel) {
	require.False(w.t, l.revoked)
	l.revoked, l.window.asked = true, w.ctx.BlockHeight()
}

// checkpointAny ends an epoch with any leaves, honest or not, and any pot.
func (w *world) checkpointAny() {
	t := w.anyTab()
	e := t.epoch()
	leaves := map[weal.AssetID]uint64{}
	var tree []pay.Leaf
	var total uint64
	for _, a := range modelAssets {
		if rapid.Bool().Draw(w.rt, "leaf") {
			leaves[a] = w.amount(0, 2*milli, "amount")
			if rapid.Bool().Draw(w.rt, "honest") {
				leaves[a] = e.lanesPaid(a) + w.amount(0, milli/2, "more")
			}
			tree = append(tree, leaf(a, leaves[a]))
			total += leaves[a]
		}
	}
	p := w.checkpointOf(t.id, e.number, tree...)
	limit := w.amount(0, total, "cap")
	var show []weal.AssetID
	for _, l := range tree {
		if rapid.Bool().Draw(w.rt, "show") {
			show = append(show, l.Asset)
		}
	}
	paid, err := w.checkpoint(p.msg(limit, show...))
	if t.state != types.TAB_STATE_OPEN {
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	if limit > t.free() {
		require.ErrorIs(w.t, err, types.ErrCheckpoint)
		return
	}
	require.NoError(w.t, err)
	e.window.asked = w.ctx.BlockHeight()
	t.newEpoch()
	if len(tree) > 0 {
		e.pot = &potModel{point: p, limit: limit, leaves: leaves, shown: map[weal.AssetID]bool{}}
		var want uint64 // the payer's own message pays no watcher
		for _, add := range e.show(show) {
			want += add
		}
		require.Equal(w.t, want, paid)
	}
}

// show pays leaves of the epoch's checkpoint.
func (e *epochModel) show(show []weal.AssetID) map[weal.AssetID]uint64 {
	paid := map[weal.AssetID]uint64{}
	for _, a := range show {
		if e.pot.shown[a] {
			continue
		}
		var add uint64
		if v := e.pot.leaves[a]; v > e.paid[a] {
			add = min(v-e.paid[a], e.potRoom())
		}
		e.pot.shown[a] = true
		e.paid[a] += add
		paid[a] = add
	}
	return paid
}

// showAny brings leaves of a checkpoint.
func (w *world) showAny() {
	t := w.anyTab()
	e := rapid.SampledFrom(t.epochs).Draw(w.rt, "epoch")
	if e.pot == nil {
		return
	}
	var show []weal.AssetID
	for _, l := range e.pot.point.leaves {
		if rapid.Bool().Draw(w.rt, "show") {
			show = append(show, l.Asset)
		}
	}
	s := e.pot.point.of(show...)
	if e.potEnded() && e.potRoom() == 0 {
		_, err := w.settle(s)
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	var want, due uint64
	for a, add := range e.show(show) {
		want += add - w.takeFee(a, add)
		if add > 0 {
			due += refund
		}
	}
	require.Equal(w.t, want, w.mustSettle(s))
	t.refund(due)
}

// watchAny lets an asset name bob, who settles, somebody else, or nobody.
func (w *world) watchAny() {
	a := rapid.SampledFrom(modelAssets).Draw(w.rt, "asset")
	name := rapid.SampledFrom([]string{"bob", "carol", ""}).Draw(w.rt, "watcher")
	named := types.Watcher{Asset: uint64(a)}
	if name != "" {
		named.Watcher = account(name).String()
		named.BasisPoints = rapid.SampledFrom([]uint32{0, 1, 333, types.MaxWatcherBasisPoints}).Draw(w.rt, "points")
	}
	require.NoError(w.t, w.setWatcher("alice", named))
	w.watchers[a] = named
}

// takeFee is what bob gets of what he brings to an asset.
func (w *world) takeFee(a weal.AssetID, paid uint64) uint64 {
	if w.watchers[a].Watcher != account("bob").String() {
		return 0
	}
	fee := new(big.Int).SetUint64(paid)
	fee.Mul(fee, big.NewInt(int64(w.watchers[a].BasisPoints))).Div(fee, big.NewInt(10_000))
	w.fees[a] += fee.Uint64()
	return fee.Uint64()
}

// proveAny shows any of a lane's vouchers.
func (w *world) proveAny() {
	l := w.anyLane()
	if l == nil || len(l.promises) == 0 {
		return
	}
	highest := map[weal.AssetID]uint64{}
	var shown []types.Settlement
	for range rapid.IntRange(1, 3).Draw(w.rt, "vouchers") {
		p := rapid.SampledFrom(l.promises).Draw(w.rt, "voucher")
		var claims []types.Claim
		for _, a := range modelAssets {
			if claim, value, _ := w.anyClaim(p, a); claim.Leaf != nil || claim.Tick != nil {
				claims = append(claims, claim)
				highest[a] = max(highest[a], value)
			}
		}
		shown = append(shown, p.claim(claims...))
	}
	var sum uint64
	for _, n := range highest {
		sum += n
	}
	_, _, err := w.prove(shown...)
	t := l.epoch.tab
	switch {
	case l.ended():
		require.ErrorIs(w.t, err, types.ErrTabClosed)
	case l.proven || sum <= l.limit:
		require.ErrorIs(w.t, err, types.ErrOffence)
	default:
		require.NoError(w.t, err)
		l.proven = true
		l.lost = min((l.limit+19)/20, t.bond)
		t.bond, t.lost = t.bond-l.lost, t.lost+l.lost
		if t.state == types.TAB_STATE_OPEN && l.epoch == t.epoch() && !l.revoked {
			w.revoked(l)
		}
	}
}

func (w *world) closeAny() {
	t := w.anyTab()
	err := w.close(t.id)
	if t.state != types.TAB_STATE_OPEN {
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	require.NoError(w.t, err)
	t.state, t.closing.asked = types.TAB_STATE_CLOSING, w.ctx.BlockHeight()
}

func (w *world) blocks() {
	dt := rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, time.Hour}).Draw(w.rt, "time")
	for range rapid.SampledFrom([]int{1, 2, 99, 100, 101}).Draw(w.rt, "blocks") {
		w.pass(1, dt)
		for _, t := range w.tabs {
			t.begin(w.ctx.BlockHeight(), w.ctx.BlockTime())
		}
	}
}

func (w *world) withdrawAny() {
	t := w.anyTab()
	_, err := w.withdraw(t.id)
	if t.state != types.TAB_STATE_CLOSING || !t.closing.over(w.ctx.BlockHeight(), w.ctx.BlockTime()) {
		require.True(w.t, errors.Is(err, types.ErrWindow) || errors.Is(err, types.ErrTabClosed), "%v", err)
		return
	}
	require.NoError(w.t, err)
	t.state, t.bond, t.reserve = types.TAB_STATE_CLOSED, 0, 0
}

// restart goes on with a chain that was exported and imported. A window that has
// not begun begins with its first block, as it would have.
func (w *world) restart() {
	gs, err := w.k.ExportGenesis(w.ctx)
	require.NoError(w.t, err)
	bz, err := gs.Marshal()
	require.NoError(w.t, err)
	var read types.GenesisState
	require.NoError(w.t, read.Unmarshal(bz))
	next := newChainWith(w.t, w.money, &read)
	next.ctx = next.ctx.WithBlockHeight(w.ctx.BlockHeight()).WithBlockTime(w.ctx.BlockTime())
	again, err := next.k.ExportGenesis(next.ctx)
	require.NoError(w.t, err)
	second, err := again.Marshal()
	require.NoError(w.t, err)
	require.Equal(w.t, bz, second)
	w.chain = next
}

// compare checks the chain against the model, and that no coin was made or lost.
func (w *world) compare() {
	w.check()
	earned := map[weal.AssetID]uint64{}
	alice, bob, lost := w.start, w.start, uint64(0)
	for _, t := range w.tabs {
		for _, e := range t.epochs {
			for a := range maps.Keys(e.paid) {
				earned[a] += e.paid[a]
			}
			for _, l := range e.lanes {
				require.LessOrEqual(w.t, l.total(), l.limit)
			}
		}
		lost += t.lost
		alice = alice.Sub(math.NewIntFromUint64(t.spent()))
		bob = bob.Add(math.NewIntFromUint64(t.refunded))
		got := w.tab(t.id)
		require.Equal(w.t, t.state, got.State)
		require.Equal(w.t, amountText(t.reserve), got.FeeReserve)
		require.Equal(w.t, amountText(t.bond), got.Bond)
		if t.state != types.TAB_STATE_CLOSED {
			require.Equal(w.t, amountText(t.free()), got.Free)
		}
	}
	for _, a := range modelAssets {
		require.Equal(w.t, math.NewIntFromUint64(earned[a]-w.fees[a]).String(), w.money.earned(a).String())
		bob = bob.Add(math.NewIntFromUint64(w.fees[a]))
		named, err := w.k.Watcher(w.ctx, a)
		require.NoError(w.t, err)
		if want, ok := w.watchers[a]; ok {
			require.Equal(w.t, want, named)
		}
	}
	require.Equal(w.t, alice.String(), w.balance("alice").String())
	bob = bob.Add(w.rewards())
	require.Equal(w.t, bob.String(), w.balance("bob").String())
	require.Equal(w.t, amountText(lost), w.rewards().Add(w.money.of("burned", denom)).String())
	all := w.balance("alice").Add(w.balance("bob")).Add(w.money.of(weal.Escrow, denom)).Add(w.money.of("burned", denom))
	require.Equal(w.t, w.start.MulRaw(2).String(), all.String())
}

// rewards are what bob got for proofs: a twentieth of each lost bond, rounded down.
func (w *world) rewards() math.Int {
	sum := math.ZeroInt()
	for _, t := range w.tabs {
		for _, e := range t.epochs {
			for _, l := range e.lanes {
				if l.proven {
					sum = sum.AddRaw(int64(l.lost / 20))
				}
			}
		}
	}
	return sum
}
