package keeper_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// world is a chain with a model of it that is as simple as it can be: the model
// keeps, for each lane, what each asset has had and the highest total shown.
type world struct {
	*chain
	rt    *rapid.T
	lanes []*laneModel
	tabs  map[uint64]*tabModel
	start math.Int // what alice and bob had together
}

// refund is what the default parameters refund for a credit 20 times as much.
const refund = 250_000_000_000

type tabModel struct {
	state    types.TabState
	reserve  uint64
	loose    uint64 // the bond and the part of the deposit that is no lane's
	closedAt int64
	from     time.Time // the time of the block after
}

type laneModel struct {
	signer   *laneSigner
	tab      uint64
	limit    uint64
	paid     map[weal.AssetID]uint64
	shown    uint64
	promises []*promise
}

func (l *laneModel) total() (sum uint64) {
	for _, n := range l.paid {
		sum += n
	}
	return sum
}

// kept is what a withdrawal leaves for the assets.
func (l *laneModel) kept() uint64 { return max(l.total(), min(l.shown, l.limit)) }

func TestAnyOrderOfMessagesKeepsTheMoney(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newChain(rt)
		w := &world{chain: c, rt: rt, tabs: map[uint64]*tabModel{}}
		w.start = c.balance("alice").Add(c.balance("bob"))
		w.openTab()
		rt.Repeat(map[string]func(*rapid.T){
			"open":     func(rt *rapid.T) { w.rt = rt; w.openTab() },
			"sign":     func(rt *rapid.T) { w.rt = rt; w.promise() },
			"settle":   func(rt *rapid.T) { w.rt = rt; w.settleAny() },
			"close":    func(rt *rapid.T) { w.rt = rt; w.closeAny() },
			"withdraw": func(rt *rapid.T) { w.rt = rt; w.withdrawAny() },
			"blocks":   func(rt *rapid.T) { w.rt = rt; w.blocks() },
			"":         func(*rapid.T) { w.compare() },
		})
	})
}

func (w *world) openTab() {
	if len(w.tabs) >= 3 {
		return
	}
	id := uint64(len(w.tabs) + 1)
	reserve := rapid.SampledFrom([]uint64{0, 5 * refund / 2}).Draw(w.rt, "reserve")
	extra := rapid.Uint64Range(0, milli).Draw(w.rt, "extra")
	var lanes []types.NewLane
	deposit := extra
	for i := range rapid.Uint32Range(1, 2).Draw(w.rt, "lanes") {
		s := signer(w.t, "lane", id, i)
		limit := rapid.Uint64Range(milli, 3*milli).Draw(w.rt, "cap")
		deposit += limit
		lanes = append(lanes, s.newLane(limit))
		w.lanes = append(w.lanes, &laneModel{signer: s, tab: id, limit: limit, paid: map[weal.AssetID]uint64{}})
	}
	bond := deposit/20 + 1
	w.openWith(&types.MsgOpen{
		Deposit: weal.NewAmount(deposit).String(), Bond: weal.NewAmount(bond).String(),
		FeeReserve: weal.NewAmount(reserve).String(), Lanes: lanes,
	})
	w.tabs[id] = &tabModel{state: types.TAB_STATE_OPEN, reserve: reserve, loose: bond + extra}
}

// promise signs any voucher: leaves may fall, and totals may exceed the cap.
func (w *world) promise() {
	l := rapid.SampledFrom(w.lanes).Draw(w.rt, "lane")
	var leaves []pay.Leaf
	var promised []pay.TickLeaf
	for _, a := range []weal.AssetID{gateway, model, vault} {
		if rapid.Bool().Draw(w.rt, "leaf") {
			leaves = append(leaves, leaf(a, rapid.Uint64Range(0, 2*milli).Draw(w.rt, "amount")))
		}
		if rapid.Bool().Draw(w.rt, "ticks") {
			promised = append(promised, ticks(a, rapid.Uint64Range(0, milli/8).Draw(w.rt, "price"), 8))
		}
	}
	l.promises = append(l.promises, l.signer.sign(uint64(len(l.promises)+1), leaves, promised...))
}

// settleAny brings any claims of any voucher and pays the model what they prove.
func (w *world) settleAny() {
	l := rapid.SampledFrom(w.lanes).Draw(w.rt, "lane")
	if len(l.promises) == 0 {
		return
	}
	p := rapid.SampledFrom(l.promises).Draw(w.rt, "voucher")
	tab := w.tabs[l.tab]
	limit := l.limit
	if tab.state == types.TAB_STATE_CLOSED {
		limit = l.kept()
	}
	open := limit > l.total()
	shown := p.signed.Total.Big().Uint64()
	var (
		claims []types.Claim
		due    uint64 // what the fee reserve refunds
		paid   uint64
	)
	for _, a := range []weal.AssetID{gateway, model, vault} {
		claim, value, ticked := w.anyClaim(p, a)
		if value == 0 && ticked == 0 && claim.Leaf == nil {
			continue
		}
		claims = append(claims, claim)
		shown += ticked
		if had := l.paid[a]; value > had && (open || tab.state != types.TAB_STATE_CLOSED) {
			add := min(value-had, limit-l.total())
			l.paid[a] += add
			paid += add
			if add >= 20*refund {
				due += refund
			}
		}
	}
	credits, err := w.settle(p.claim(claims...))
	if tab.state == types.TAB_STATE_CLOSED && !open {
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	require.NoError(w.t, err)
	var got uint64
	for _, credit := range credits {
		n, ok := math.NewIntFromString(credit.Amount)
		require.True(w.t, ok)
		got += n.Uint64()
	}
	require.Equal(w.t, paid, got)
	if tab.state != types.TAB_STATE_CLOSED {
		l.shown = max(l.shown, shown)
		tab.reserve -= min(tab.reserve, due)
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
		if claim.Leaf == nil && ticked == 0 {
			return types.Claim{}, 0, 0
		}
	}
	return claim, value + ticked, ticked
}

func (w *world) anyTab() uint64 {
	return rapid.Uint64Range(1, uint64(len(w.tabs))).Draw(w.rt, "tab")
}

func (w *world) closeAny() {
	id := w.anyTab()
	tab := w.tabs[id]
	err := w.close(id)
	if tab.state != types.TAB_STATE_OPEN {
		require.ErrorIs(w.t, err, types.ErrTabClosed)
		return
	}
	require.NoError(w.t, err)
	tab.state, tab.closedAt = types.TAB_STATE_CLOSING, w.ctx.BlockHeight()
}

func (w *world) blocks() {
	dt := rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, time.Hour}).Draw(w.rt, "time")
	for range rapid.SampledFrom([]int{1, 2, 99, 100, 101}).Draw(w.rt, "blocks") {
		w.pass(1, dt)
		for _, tab := range w.tabs {
			if tab.state == types.TAB_STATE_CLOSING && w.ctx.BlockHeight() == tab.closedAt+1 {
				tab.from = w.ctx.BlockTime()
			}
		}
	}
}

func (w *world) withdrawAny() {
	id := w.anyTab()
	tab := w.tabs[id]
	before := w.balance("alice")
	_, err := w.withdraw(id)
	ended := tab.state == types.TAB_STATE_CLOSING && w.ctx.BlockHeight() >= tab.closedAt+101 &&
		w.ctx.BlockTime().Sub(tab.from) >= 10*time.Minute
	if !ended {
		require.True(w.t, errors.Is(err, types.ErrWindow) || errors.Is(err, types.ErrTabClosed), "%v", err)
		return
	}
	require.NoError(w.t, err)
	want := tab.loose + tab.reserve
	for _, l := range w.lanes {
		if l.tab == id {
			want += l.limit - l.kept()
		}
	}
	require.Equal(w.t, math.NewIntFromUint64(want).String(), w.balance("alice").Sub(before).String())
	tab.state, tab.reserve = types.TAB_STATE_CLOSED, 0
}

// compare checks the chain against the model, and that no coin was made or lost.
func (w *world) compare() {
	w.check()
	earned := map[weal.AssetID]uint64{}
	for _, l := range w.lanes {
		for a, n := range l.paid {
			earned[a] += n
		}
		require.LessOrEqual(w.t, l.total(), l.limit)
	}
	for _, a := range []weal.AssetID{gateway, model, vault} {
		require.Equal(w.t, math.NewIntFromUint64(earned[a]).String(), w.money.earned(a).String())
	}
	all := w.balance("alice").Add(w.balance("bob")).Add(w.money.of(weal.Escrow, denom))
	require.Equal(w.t, w.start.String(), all.String())
	for id, tab := range w.tabs {
		require.Equal(w.t, tab.state, w.tab(id).State)
		require.Equal(w.t, weal.NewAmount(tab.reserve).String(), w.tab(id).FeeReserve)
	}
}
