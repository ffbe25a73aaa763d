package earn

import (
	"sync"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// lane is one lane as the book knows it. Its state is replaced whole, under the
// book's mutex, and only after the new one was written.
type lane struct {
	work    sync.Mutex    // held from reading the state until the next is written
	serving chan struct{} // has an element while someone serves the lane's order

	// What follows is guarded by the book's mutex.
	state   state
	next    *state        // being written: already counts in the exposure
	counted part          // what of it is in the sums of its tab and of all
	handing bool          // its claim waits to be handed to the watcher
	giving  bool          // something was given for its order, which is not served yet
	changed chan struct{} // closed when state changes
}

func (l *lane) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// state is what the book knows of a lane: its newest order, and the claim that
// pays it and everything before it.
type state struct {
	ref   types.LaneRef
	seq   uint64 // zero if the lane was never used
	order types.Hash

	voucher  pay.SignedVoucher
	leaf     *pay.Leaf
	leafPath pay.Path
	tick     *pay.TickLeaf
	tickPath pay.Path
	paid     uint32 // ticks
	preimage types.Hash

	// value is what the claim proves to be owed, by this and all earlier orders.
	value types.Amount
	// settled is how much of value settlements have covered.
	settled types.Amount
	// risk is what may be given away ahead of its tick.
	risk types.Amount
	// lost is how much of settled the chain did not credit.
	lost types.Amount
	// unpaid is what was given ahead of ticks that did not come. It stays in the
	// exposure: who takes a first tick and leaves, again and again, is stopped there.
	// A sixteenth of what is paid later is taken off, so that what an honest payer
	// loses its connection over does not add up.
	unpaid types.Amount
	served bool
}

// unsettled returns what a settlement would bring.
func (s state) unsettled() types.Amount {
	d, ok := s.value.Sub(s.settled)
	if !ok {
		return types.Amount{}
	}
	return d
}

// exposed returns what the asset would lose if the lane paid nothing more.
func (s state) exposed() types.Amount { return sum(s.unsettled(), s.risk, s.lost, s.unpaid) }

// paidLate is s after so much was paid of what had been given ahead of its ticks.
func (s state) paidLate(paid types.Amount) state {
	s.unpaid, _ = s.unpaid.Sub(paid) // zero if it is all
	return s
}

// workedOff returns what is left of unpaid after something was paid.
func (s state) workedOff(paid types.Amount) types.Amount {
	if paid.IsZero() {
		return s.unpaid
	}
	off := paid.Half().Half().Half().Half()
	if off.IsZero() {
		off = types.NewAmount(1)
	}
	left, _ := s.unpaid.Sub(off) // zero if it is all
	return left
}

// live reports whether the lane counts in exposure or settlement.
func (s state) live() bool { return !s.exposed().IsZero() }

// claim returns the settlement that pays value, and false if there is nothing to
// show.
func (s state) claim() (pay.Settlement, bool) {
	var c pay.Claim
	if s.leaf != nil {
		c.Leaf, c.LeafPath = s.leaf, s.leafPath
	}
	if s.tick != nil && s.paid > 0 {
		c.Tick, c.TickPath, c.K, c.Preimage = s.tick, s.tickPath, s.paid, s.preimage
	}
	if c.Leaf == nil && c.Tick == nil {
		return pay.Settlement{}, false
	}
	return pay.Settlement{Voucher: s.voucher, Claims: []pay.Claim{c}}, true
}

// tickRisk returns what may be given away ahead of its tick when paid ticks of l
// are paid: the rest of the prompt and one tick more.
func tickRisk(l pay.TickLeaf, paid uint32) types.Amount {
	ahead := uint64(1)
	if l.Prompt > paid {
		ahead += uint64(l.Prompt - paid)
	}
	if left := uint64(l.Most - min(paid, l.Most)); ahead > left {
		ahead = left
	}
	return times(l.Price, ahead)
}

// sum adds up; beyond 128 bits it stays at the greatest amount, which no exposure
// allows.
func sum(amounts ...types.Amount) (total types.Amount) {
	for _, a := range amounts {
		var ok bool
		if total, ok = total.Add(a); !ok {
			return greatest
		}
	}
	return total
}

// times multiplies, and stays at the greatest amount beyond 128 bits.
func times(a types.Amount, n uint64) types.Amount {
	p, ok := a.Mul(n)
	if !ok {
		return greatest
	}
	return p
}

var greatest = types.AmountFromBytes([16]byte{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
})
