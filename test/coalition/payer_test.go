package coalition

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// strategy is one way to cheat, and what of a cell's terms it can take. A strategy
// without terms takes nothing from anybody.
type strategy struct {
	name  string
	takes []string
	run   func(p *play)
	needs string // who else must be in it, if anybody
	// helped: others bring a part, so that what is left may not be refunded.
	helped bool
}

// counts reports whether what bringing costs is a loss in a play: it is not if a part
// was brought by others, or if it brings nothing because the lane is empty.
func (s strategy) counts() bool {
	return !s.helped && (len(s.takes) == 0 || s.takes[0] == "exposure of dust")
}

// ample is a fee reserve for all lanes of a play.
const ample = 1000 * refund

// strategies are those of a payer, with whoever is at its side.
var strategies = []strategy{
	{name: "settle first to one's own assets, and never stop", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		promise := map[types.AssetID]uint64{}
		for _, a := range p.mine() {
			promise[a] = milli / 8
		}
		p.first = append(p.first, func() { p.bring(h.last().claims(p.mine()...)) })
		p.each(6, func(s *seller, _ int) { h.use(s, how{promise: promise}) })
	}},
	{name: "withhold every leaf, and end at once", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.each(3, func(s *seller, _ int) { h.use(s, how{}) })
	}},
	{name: "show older vouchers with lower leaves, in many small steps", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.first = append(p.first, func() {
			for _, v := range h.kept {
				p.bring(v.claims(appID, vaultID, modelID))
			}
			low := map[types.AssetID]uint64{}
			for a, n := range h.owed {
				low[a] = n / 3
			}
			p.bring(h.sign(h.seq+1, low).claims(appID, vaultID, modelID))
		})
		p.each(6, func(s *seller, _ int) { h.use(s, how{}) })
	}, helped: true},
	{name: "leave earlier ticks and passages out of later vouchers", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.each(3, func(s *seller, _ int) {
			h.use(s, how{})
			h.use(s, how{forget: true})
		})
	}},
	{name: "promise more than the cap, one's own first", takes: []string{"exposure"}, run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.overPromise(h)
		p.each(40, func(s *seller, _ int) { h.use(s, how{}) })
	}},
	{name: "promise more than the cap in many lanes", takes: []string{"exposure"}, run: func(p *play) {
		hands := p.open(8, milli, ample, milli)
		for _, h := range hands {
			p.overPromise(h)
		}
		p.each(40, func(s *seller, i int) { hands[i%len(hands)].use(s, how{}) })
	}},
	{name: "promise more than the cap in one tab after another", takes: []string{"exposure of all"}, run: func(p *play) {
		for range 6 {
			h := p.open(1, milli, ample, milli)[0]
			p.overPromise(h)
			p.each(30, func(s *seller, _ int) { h.use(s, how{}) })
		}
	}},
	{name: "promise a little more than the cap, by ticks", takes: []string{"exposure"}, run: func(p *play) {
		h := p.open(1, milli, ample, milli)[0]
		other := h.sign(1<<40, map[types.AssetID]uint64{sybil: milli - passagePrice})
		p.first = append(p.first, func() { p.bring(other.claims(sybil)) })
		p.each(40, func(s *seller, _ int) { h.use(s, how{}) })
	}},
	{name: "stop paying ticks at the first", takes: []string{"tick"}, run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.cut = 4
		p.each(p.cut, func(s *seller, _ int) { h.use(s, how{none: true}) })
	}},
	{name: "stop paying ticks in the middle", takes: []string{"tick"}, run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.cut = answerTicks
		p.each(p.cut, func(s *seller, i int) { h.use(s, how{ticks: promptTicks + uint32(i) + 1}) })
	}},
	{name: "use one seq for two sellers, from a restored backup", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		for range 3 {
			seq := h.seq + 1
			p.each(1, func(s *seller, _ int) {
				h.use(s, how{seq: seq})
				h.use(s, how{seq: seq, price: passagePrice})
			})
		}
	}},
	{name: "replay an epoch", run: func(p *play) {
		h := p.open(1, 2*milli, ample, 6*milli)[0]
		p.each(2, func(s *seller, _ int) { h.use(s, how{}) })
		p.next(h)
		p.each(2, func(s *seller, _ int) { h.use(s, how{}) }) // the old lane
		fresh := p.lane(h.ref.Tab, 1)
		p.first = append(p.first, func() {
			for _, v := range h.kept {
				p.bring(v.claims(appID, vaultID, modelID, sybil))
			}
		})
		p.each(2, func(s *seller, _ int) { fresh.use(s, how{}) })
	}},
	{name: "swap orders, and bring one twice", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.each(2, func(s *seller, _ int) {
			if !h.use(s, how{}) {
				return
			}
			paid := h.last()
			for _, thief := range p.sellers {
				for _, seq := range []uint64{h.seq, h.seq + 1} {
					o := h.order(thief, passagePrice)
					o.Seq = seq
					if o.Firm() {
						thief.passage(paid.voucher, paid.paidLeaf(o), passagePrice)
					} else if len(paid.ticks) > 0 {
						t := wire.PaidTick{Order: o, Firm: paid.leaf(s.asset)}
						t.Leaf, t.Path = paid.ticks[0], paid.tree.Path(0)
						thief.answer(paid.voucher, t, answerBytes, func(uint32) []wire.Tick { return nil })
					}
				}
			}
		})
	}},
	{name: "owe less than a fee on many lanes", run: func(p *play) {
		hands := p.open(40, milli, 3*refund, milli)
		p.each(len(hands), func(s *seller, i int) {
			if s.role == "vault" {
				hands[i].use(s, how{price: refund / 100})
			}
		})
	}},
	{name: "credit a little first on lanes that owe less than a fee, so that the refund is gone", takes: []string{"exposure of dust"}, run: func(p *play) {
		hands := p.open(40, milli, 41*refund, milli)
		p.each(len(hands), func(s *seller, i int) {
			if s.role == "vault" {
				hands[i].use(s, how{price: refund / 100})
			}
		})
		var dust []pay.Settlement
		for _, h := range hands {
			dust = append(dust, h.sign(h.seq+1, map[types.AssetID]uint64{vaultID: 1}).claims(vaultID))
		}
		p.bring(dust...)
	}},
	{name: "settle for who is there, for the fee", takes: []string{"fee"}, needs: "watcher", run: func(p *play) {
		h := p.open(1, 2*milli, ample, milli)[0]
		p.first = append(p.first, func() {
			for _, s := range p.sellers {
				owed, err := s.book.Unsettled(p.t.Context())
				require.NoError(p.t, err)
				_ = p.chain.settle(watcherAccount, settlements(owed...)...)
			}
		})
		p.each(6, func(s *seller, _ int) { h.use(s, how{}) })
	}},
	{name: "hand a watcher what is wrong, little, or gone", run: func(p *play) {
		if p.guard == nil {
			return
		}
		hands := p.open(6, milli, ample, milli)
		for i, h := range hands {
			owed := map[types.AssetID]uint64{sybil: 1}
			for _, a := range p.mine() {
				owed[a] = []uint64{1, refund / 2, refund + 1, worth, milli / 4, milli / 2}[i]
			}
			v := h.sign(1, owed)
			p.guard.hand(p.mine(), v)
			p.guard.hand([]types.AssetID{appID, vaultID, modelID}, v)
			h.key = key("another")
			p.guard.hand(p.mine(), h.sign(2, owed))
			h.key = key("lane")
			if i%2 == 0 {
				p.overPromise(h)
			}
		}
		p.overtake()
	}},
}

// last is the newest voucher that was signed by a hand.
func (h *hand) last() *signed {
	if len(h.kept) == 0 {
		return h.sign(1, map[types.AssetID]uint64{sybil: h.cap / 8})
	}
	return h.kept[len(h.kept)-1]
}

// each lets every honest seller be used n times.
func (p *play) each(n int, f func(s *seller, i int)) {
	for i := range n {
		for _, s := range p.sellers {
			f(s, i)
		}
	}
}

// overPromise signs all of a lane to the payer's own asset, and brings that before
// anybody else brings anything.
func (p *play) overPromise(h *hand) {
	own := h.sign(1<<40, map[types.AssetID]uint64{sybil: h.cap})
	p.first = append(p.first, func() { p.bring(own.claims(sybil)) })
}

// next ends the epoch of a hand's tab, and runs its window out.
func (p *play) next(h *hand) {
	p.checkpoint(uint64(h.ref.Tab))
	p.release()
}

// lane opens a lane in the tab's epoch, with the key of the old ones.
func (p *play) lane(tab types.TabID, epoch uint32) *hand {
	public := pay.PublicKey(key("lane"))
	h := &hand{p: p, ref: types.LaneRef{Tab: tab, Epoch: epoch}, key: key("lane"), cap: milli, owed: map[types.AssetID]uint64{}}
	p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
		_, err := msgs.Fund(ctx, &tabtypes.MsgFund{
			Payer: p.chain.account(payerAccount), Tab: uint64(tab), Deposit: text(2 * milli),
			Lanes: []tabtypes.NewLane{{Key: public[:], Cap: text(milli), Gateway: uint64(appID)}},
		})
		return err
	})
	return h
}
