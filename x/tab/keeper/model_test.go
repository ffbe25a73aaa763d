package keeper_test

import (
	"time"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// The model keeps what the rules say in the plainest way: what was promised, what
// each asset was paid of an epoch, and who has the rest. It knows nothing of rows.

// refund is what the default parameters refund for a credit 20 times as much.
const refund = 250_000_000_000

// assets are those that the model's lanes pay.
var modelAssets = []weal.AssetID{gateway, model, vault}

type tabModel struct {
	id       uint64
	state    types.TabState
	brought  uint64 // into the deposit
	bond     uint64 // brought and not lost
	lost     uint64
	reserve  uint64
	refunded uint64
	closing  windowModel
	epochs   []*epochModel // the last is the tab's
}

type epochModel struct {
	tab    *tabModel
	number uint32
	lanes  []*laneModel
	pot    *potModel               // nil if there is none
	window windowModel             // since the checkpoint
	paid   map[weal.AssetID]uint64 // from lanes and pot together
}

// windowModel begins with the block after the one it was asked for in.
type windowModel struct {
	asked int64
	from  time.Time
}

func (w windowModel) over(height int64, now time.Time) bool {
	return w.asked > 0 && height >= w.asked+101 && now.Sub(w.from) >= 10*time.Minute
}

type laneModel struct {
	epoch    *epochModel
	signer   *laneSigner
	limit    uint64
	counted  map[weal.AssetID]uint64 // the highest value shown, as far as the cap goes
	shown    uint64
	promises []*promise
	revoked  bool
	released bool
	proven   bool
	lost     uint64 // of the bond, with that
	window   windowModel
}

// potModel is a checkpoint.
type potModel struct {
	point    *point
	limit    uint64
	leaves   map[weal.AssetID]uint64
	shown    map[weal.AssetID]bool
	released bool
}

func (l *laneModel) total() (sum uint64) {
	for _, n := range l.counted {
		sum += n
	}
	return sum
}

// kept is what stays for the assets when the lane ends.
func (l *laneModel) kept() uint64 { return max(l.total(), min(l.shown, l.limit)) }

func (l *laneModel) ended() bool { return l.released || l.epoch.tab.state == types.TAB_STATE_CLOSED }

func (l *laneModel) room() uint64 {
	if l.ended() {
		return l.kept() - l.total()
	}
	return l.limit - l.total()
}

// highest is the sum of the highest claim there can be for each asset.
func (l *laneModel) highest() (sum uint64) {
	for _, a := range modelAssets {
		var most uint64
		for _, p := range l.promises {
			most = max(most, p.most(a))
		}
		sum += most
	}
	return sum
}

// most is what a voucher owes an asset if all ticks are revealed.
func (p *promise) most(a weal.AssetID) (n uint64) {
	for _, l := range p.leaves {
		if l.Asset == a {
			n += l.Amount.Big().Uint64()
		}
	}
	for _, l := range p.ticks {
		if l.Asset == a {
			n += l.Price.Big().Uint64() * uint64(l.Most)
		}
	}
	return n
}

// lanesPaid is what all lanes of the epoch count for an asset.
func (e *epochModel) lanesPaid(a weal.AssetID) (sum uint64) {
	for _, l := range e.lanes {
		sum += l.counted[a]
	}
	return sum
}

// beyond is what the checkpoint paid beyond the lanes.
func (e *epochModel) beyond() (sum uint64) {
	for a, n := range e.paid {
		sum += n - e.lanesPaid(a)
	}
	return sum
}

// unshown is what the leaves of the checkpoint that were not shown sum to.
func (e *epochModel) unshown() (sum uint64) {
	for a, n := range e.pot.leaves {
		if !e.pot.shown[a] {
			sum += n
		}
	}
	return sum
}

func (e *epochModel) potEnded() bool { return e.pot.released || e.tab.state == types.TAB_STATE_CLOSED }

// potKept is what stays for the assets of a checkpoint when it ends.
func (e *epochModel) potKept() uint64 {
	return e.beyond() + min(e.unshown(), e.pot.limit-e.beyond())
}

func (e *epochModel) potRoom() uint64 {
	if e.potEnded() {
		return e.potKept() - e.beyond()
	}
	return e.pot.limit - e.beyond()
}

// count pays what a lane owes an asset now: the asset has in all what the lanes
// count, or what it was paid already.
func (l *laneModel) count(a weal.AssetID, value uint64) (paid uint64) {
	if value <= l.counted[a] {
		return 0
	}
	e := l.epoch
	before := e.beyond()
	l.counted[a] += min(value-l.counted[a], l.room())
	if sum := e.lanesPaid(a); sum > e.paid[a] {
		paid = sum - e.paid[a]
		e.paid[a] = sum
	}
	if e.pot != nil { // what it need not pay any more leaves the pot
		e.pot.limit -= before - e.beyond()
	}
	return paid
}

// free is what of the deposit is no lane's.
func (t *tabModel) free() uint64 {
	rest := t.brought
	for _, e := range t.epochs {
		for _, l := range e.lanes {
			if l.ended() {
				rest -= l.kept()
			} else {
				rest -= l.limit
			}
		}
		if e.pot == nil {
			continue
		}
		if e.potEnded() {
			rest -= e.potKept()
		} else {
			rest -= e.pot.limit
		}
	}
	return rest
}

// spent is what the payer is without.
func (t *tabModel) spent() uint64 {
	if t.state != types.TAB_STATE_CLOSED {
		return t.brought + t.bond + t.lost + t.reserve + t.refunded
	}
	return t.brought - t.free() + t.lost + t.refunded
}

// epoch returns the tab's own.
func (t *tabModel) epoch() *epochModel { return t.epochs[len(t.epochs)-1] }

// release ends what has ended when the payer funds the tab.
func (t *tabModel) release(height int64, now time.Time) {
	for _, e := range t.epochs {
		over := e.window.over(height, now)
		for _, l := range e.lanes {
			l.released = l.released || over || l.revoked && l.window.over(height, now)
		}
		if e.pot != nil {
			e.pot.released = e.pot.released || over
		}
	}
}

// begin notes the time of the block after those in which windows were asked for.
func (t *tabModel) begin(height int64, now time.Time) {
	note := func(w *windowModel) {
		if w.asked > 0 && height == w.asked+1 {
			w.from = now
		}
	}
	note(&t.closing)
	for _, e := range t.epochs {
		note(&e.window)
		for _, l := range e.lanes {
			note(&l.window)
		}
	}
}
