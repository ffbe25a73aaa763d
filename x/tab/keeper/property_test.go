package keeper_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// world is a chain with a model of it.
type world struct {
	*chain
	rt    *rapid.T
	tabs  []*tabModel
	start math.Int // what alice has at first
	// watchers are those that assets name, fees what bob got of each as one.
	watchers map[weal.AssetID]types.Watcher
	fees     map[weal.AssetID]uint64
}

func TestAnyOrderOfMessagesKeepsTheMoney(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newChain(rt)
		w := &world{
			chain: c, rt: rt, start: c.balance("alice"), watchers: map[weal.AssetID]types.Watcher{}, fees: map[weal.AssetID]uint64{},
		}
		w.openTab()
		actions := map[string]func(*rapid.T){"": func(*rapid.T) { w.compare() }}
		for name, act := range map[string]func(){
			"open": w.openTab, "fund": w.fundAny, "sign": w.promise, "settle": w.settleAny, "insist": w.insist, "revoke": w.revokeAny,
			"checkpoint": w.checkpointAny, "show": w.showAny, "prove": w.proveAny, "close": w.closeAny, "withdraw": w.withdrawAny,
			"watch": w.watchAny, "blocks": w.blocks, "restart": w.restart,
		} {
			actions[name] = func(rt *rapid.T) { w.rt = rt; act() }
		}
		rt.Repeat(actions)
	})
}

func (w *world) amount(least, most uint64, name string) uint64 {
	return rapid.Uint64Range(least, most).Draw(w.rt, name)
}

// newLanes draws lanes for the tab's epoch. They are the model's once they are open.
func (w *world) newLanes(t *tabModel, most uint32) (lanes []*laneModel, add []types.NewLane, caps uint64) {
	e := t.epoch()
	for i := range rapid.Uint32Range(0, most).Draw(w.rt, "lanes") {
		s := signer(w.t, "lane", t.id, uint32(len(e.lanes))+i)
		s.ref.Epoch = e.number
		l := &laneModel{epoch: e, signer: s, limit: w.amount(milli, 3*milli, "cap"), counted: map[weal.AssetID]uint64{}}
		lanes, add, caps = append(lanes, l), append(add, s.newLane(l.limit)), caps+l.limit
	}
	return lanes, add, caps
}

func (t *tabModel) newEpoch() {
	t.epochs = append(t.epochs, &epochModel{tab: t, number: uint32(len(t.epochs)), paid: map[weal.AssetID]uint64{}})
}

func (w *world) openTab() {
	if len(w.tabs) >= 2 {
		return
	}
	t := &tabModel{id: uint64(len(w.tabs) + 1), state: types.TAB_STATE_OPEN}
	t.newEpoch()
	t.reserve = rapid.SampledFrom([]uint64{0, 5 * refund / 2}).Draw(w.rt, "reserve")
	lanes, add, caps := w.newLanes(t, 2)
	t.brought = caps + w.amount(1, 4*milli, "extra")
	t.bond = (t.brought+19)/20 + w.amount(0, 1, "more bond")
	w.openWith(&types.MsgOpen{Deposit: amountText(t.brought), Bond: amountText(t.bond), FeeReserve: amountText(t.reserve), Lanes: add})
	t.epoch().lanes = lanes
	w.tabs = append(w.tabs, t)
}

func (w *world) anyTab() *tabModel { return rapid.SampledFrom(w.tabs).Draw(w.rt, "tab") }

// anyLane draws a lane of any epoch, nil if the tab has none.
func (w *world) anyLane() *laneModel {
	var lanes []*laneModel
	for _, e := range w.anyTab().epochs {
		lanes = append(lanes, e.lanes...)
	}
	if len(lanes) == 0 {
		return nil
	}
	return rapid.SampledFrom(lanes).Draw(w.rt, "lane")
}

func (w *world) fundAny() {
	t := w.anyTab()
	add := rapid.SampledFrom([]uint64{0, milli}).Draw(w.rt, "deposit")
	before := *t
	lanes, open, _ := w.newLanes(t, 1)
	msg := &types.MsgFund{Tab: t.id, Deposit: amountText(add), Lanes: open}
	var raised *laneModel
	if own := t.epoch().lanes; len(own) > 0 && rapid.Bool().Draw(w.rt, "raise") {
		raised = rapid.SampledFrom(own).Draw(w.rt, "raised")
		msg.Raises = []types.Raise{{Lane: raised.signer.ref.Lane, More: amountText(milli / 2)}}
	}
	_, err := w.fund("alice", msg)
	if before.state != types.TAB_STATE_OPEN {
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	// What a failed message would release is not released.
	if raised != nil && raised.revoked {
		require.ErrorIs(w.t, err, types.ErrRevoked)
		return
	}
	if errors.Is(err, types.ErrLane) {
		require.ErrorContains(w.t, err, "caps exceed the deposit")
		return
	}
	require.NoError(w.t, err)
	t.release(w.ctx.BlockHeight(), w.ctx.BlockTime())
	t.brought += add
	if raised != nil {
		raised.limit += milli / 2
	}
	t.epoch().lanes = append(t.epoch().lanes, lanes...)
	deposit, ok := math.NewIntFromString(w.tab(t.id).Deposit)
	require.True(w.t, ok)
	t.bond = max(t.bond, (deposit.Uint64()+19)/20)
}

// promise signs any voucher: leaves may fall, and totals may exceed the cap.
func (w *world) promise() {
	l := w.anyLane()
	if l == nil {
		return
	}
	var leaves []pay.Leaf
	var promised []pay.TickLeaf
	most := rapid.SampledFrom([]uint64{milli / 4, 2 * milli}).Draw(w.rt, "most")
	for _, a := range modelAssets {
		if rapid.Bool().Draw(w.rt, "leaf") {
			leaves = append(leaves, leaf(a, w.amount(0, most, "amount")))
		}
		if rapid.Bool().Draw(w.rt, "ticks") {
			promised = append(promised, ticks(a, w.amount(0, most/16, "price"), 8))
		}
	}
	l.promises = append(l.promises, l.signer.sign(uint64(len(l.promises)+1), leaves, promised...))
}

// settleAny brings any claims of any voucher.
func (w *world) settleAny() {
	l := w.anyLane()
	if l == nil || len(l.promises) == 0 {
		return
	}
	p := rapid.SampledFrom(l.promises).Draw(w.rt, "voucher")
	var claims []types.Claim
	values := map[weal.AssetID]uint64{}
	shown := p.signed.Total.Big().Uint64()
	for _, a := range modelAssets {
		if claim, value, ticked := w.anyClaim(p, a); claim.Leaf != nil || claim.Tick != nil {
			claims, values[a] = append(claims, claim), value
			shown += ticked
		}
	}
	s := p.claim(claims...)
	if p.shows(claims) && rapid.Bool().Draw(w.rt, "without paths") {
		s = brief(s)
	}
	w.settleLane(l, s, values, shown)
}

// shows reports whether claims have all leaves of a voucher.
func (p *promise) shows(claims []types.Claim) bool {
	n := 0
	for _, c := range claims {
		if c.Leaf != nil {
			n++
		}
	}
	return n == len(p.leaves)
}

// settleLane settles claims of known values and pays the model what they prove.
func (w *world) settleLane(l *laneModel, s types.Settlement, values map[weal.AssetID]uint64, shown uint64) {
	if l.ended() && l.room() == 0 {
		_, err := w.settle(s)
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	if !l.ended() {
		l.shown = max(l.shown, shown)
	}
	t := l.epoch.tab
	var want, due uint64
	for _, a := range modelAssets {
		first := l.counted[a] == 0
		paid := l.count(a, values[a])
		want += paid - w.takeFee(a, paid)
		if paid >= 20*refund || first && paid > 0 {
			due += refund
		}
	}
	require.Equal(w.t, want, w.mustSettle(s))
	t.refund(due)
}

func (t *tabModel) refund(due uint64) {
	if t.state == types.TAB_STATE_CLOSED {
		return
	}
	due = min(due, t.reserve)
	t.reserve, t.refunded = t.reserve-due, t.refunded+due
}

// insist brings all that a lane's vouchers owe. If they fit the cap and the lane
// has not ended, everyone has all of it.
func (w *world) insist() {
	l := w.anyLane()
	if l == nil || l.ended() || l.highest() > l.limit {
		return
	}
	for _, p := range l.promises {
		values := map[weal.AssetID]uint64{}
		var claims []types.Claim
		shown := p.signed.Total.Big().Uint64()
		for _, a := range modelAssets {
			var claim types.Claim
			if slices.ContainsFunc(p.leaves, func(l pay.Leaf) bool { return l.Asset == a }) {
				claim = p.firm(a)
			}
			if i := slices.IndexFunc(p.ticks, func(l pay.TickLeaf) bool { return l.Asset == a }); i >= 0 {
				t := p.ticked(a, 8)
				claim.Tick, claim.TickPath, claim.Preimage, claim.TickCount = t.Tick, t.TickPath, t.Preimage, t.TickCount
				shown += 8 * p.ticks[i].Price.Big().Uint64()
			}
			if claim.Leaf != nil || claim.Tick != nil {
				claims, values[a] = append(claims, claim), p.most(a)
			}
		}
		w.settleLane(l, p.claim(claims...), values, shown)
	}
	for _, a := range modelAssets {
		for _, p := range l.promises {
			require.GreaterOrEqual(w.t, l.counted[a], p.most(a), "asset %d is unpaid", a)
		}
		require.GreaterOrEqual(w.t, l.epoch.paid[a], l.epoch.lanesPaid(a))
	}
}

// anyClaim draws a claim of the voucher for an asset, with its value and how much
// of it is ticks; an empty one if it draws, or the voucher has, none.
func (w *world) anyClaim(p *promise, a weal.AssetID) (claim types.Claim, value, ticked uint64) {
	if i := slices.IndexFunc(p.leaves, func(l pay.Leaf) bool { return l.Asset == a }); i >= 0 && rapid.Bool().Draw(w.rt, "firm") {
		claim = p.firm(a)
		value = p.leaves[i].Amount.Big().Uint64()
	}
	if i := slices.IndexFunc(p.ticks, func(l pay.TickLeaf) bool { return l.Asset == a }); i >= 0 && rapid.Bool().Draw(w.rt, "tick") {
		k := rapid.Uint32Range(1, 8).Draw(w.rt, "k")
		t := p.ticked(a, k)
		claim.Tick, claim.TickPath, claim.Preimage, claim.TickCount = t.Tick, t.TickPath, t.Preimage, t.TickCount
		ticked = p.ticks[i].Price.Big().Uint64() * uint64(k)
	}
	return claim, value + ticked, ticked
}
