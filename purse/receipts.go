package purse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// conclude checks what can only be checked at the end: that all passages came,
// the receipts, and what the gateway says it charged.
func (r *reading) conclude() {
	a := r.a
	a.Text, a.ToolCalls, a.Written = r.parts.Text(), r.parts.Calls(), r.written()
	for i := range a.Citations {
		a.Citations[i].Quoted = strings.Contains(a.Text, fmt.Sprintf("[%d]", a.Citations[i].N))
	}
	a.Keeping = r.b.keeping()
	r.bought.missing(r.b)
	a.Problems = append(a.Problems, r.bought.problems...)
	for _, v := range r.b.payees {
		item := Item{Asset: v.asset.ID, Kind: v.asset.Kind, Owner: v.asset.Owner, Amount: v.order.Price}
		if v.metered() {
			item.Amount = r.ticks(v.asset.ID)
		}
		a.Items = append(a.Items, item)
		a.Total, _ = a.Total.Add(item.Amount) // fits: no more than the bill's sum
	}
	r.checkReceipts()
	r.attribute(r.counted)
	for _, c := range r.charges {
		i := slices.IndexFunc(a.Items, func(it Item) bool { return it.Asset == c.Asset })
		if i < 0 || a.Items[i].Amount != c.Amount {
			r.problem("the gateway says that asset %d got %s; that is not what was paid", c.Asset, c.Amount)
		}
	}
}

func (r *reading) problem(format string, args ...any) {
	r.a.Problems = append(r.a.Problems, fmt.Sprintf(format, args...))
}

// ticks is what the ticks revealed for asset are worth.
func (r *reading) ticks(asset types.AssetID) types.Amount {
	for _, t := range r.q.lane.open {
		if t.Asset == asset {
			return t.value()
		}
	}
	return types.Amount{}
}

// checkReceipts keeps the receipts that hold: one of each payee.
func (r *reading) checkReceipts() {
	have := map[types.AssetID]bool{}
	for k, s := range r.receipts {
		i := slices.IndexFunc(r.b.payees, func(v *payee) bool { return v.asset.ID == s.Asset })
		switch {
		case i < 0:
			r.problem("there is a receipt of asset %d, which was not paid", s.Asset)
		case have[s.Asset]:
			r.problem("asset %d: there is more than one receipt", s.Asset)
		default:
			v := r.b.payees[i]
			if fault := r.receiptFault(s, r.unsigned(k, v), v, r.a.Items[i].Amount); fault != "" {
				r.problem("the receipt of asset %d does not hold: %s", s.Asset, fault)
				continue
			}
			have[s.Asset] = true
			r.a.Receipts = append(r.a.Receipts, s)
		}
	}
	for i, v := range r.b.payees {
		if !have[v.asset.ID] && !r.a.Items[i].Amount.IsZero() {
			r.problem("asset %d got %s and there is no receipt that holds", v.asset.ID, r.a.Items[i].Amount)
		}
	}
}

// verifying is a receipt's signature being checked while the answer goes on.
type verifying struct {
	done  chan struct{}
	fault error // once done is closed
}

// take takes receipts in, and has the signature of the first of each payee checked,
// beside what goes on.
func (r *reading) take(receipts []pay.SignedReceipt) {
	for _, s := range receipts {
		k := len(r.receipts)
		r.receipts = append(r.receipts, s)
		i := slices.IndexFunc(r.b.payees, func(v *payee) bool { return v.asset.ID == s.Asset })
		if i < 0 || slices.ContainsFunc(r.receipts[:k], func(other pay.SignedReceipt) bool { return other.Asset == s.Asset }) {
			continue
		}
		v := &verifying{done: make(chan struct{})}
		if r.checks == nil {
			r.checks = map[int]*verifying{}
		}
		r.checks[k] = v
		go func() {
			defer close(v.done)
			v.fault = r.p.verifier.Receipt(s, r.b.payees[i].asset.Key)
		}()
	}
}

// unsigned returns what is wrong with the signature of receipt k, which is v's.
func (r *reading) unsigned(k int, v *payee) error {
	if c, ok := r.checks[k]; ok {
		<-c.done
		return c.fault
	}
	return r.p.verifier.Receipt(r.receipts[k], v.asset.Key)
}

// receiptFault says why s, whose signature failed with unsigned if it did, is not
// v's receipt for this question, if it is not.
func (r *reading) receiptFault(s pay.SignedReceipt, unsigned error, v *payee, paid types.Amount) string {
	if unsigned != nil {
		return unsigned.Error()
	}
	given, known := r.output(v)
	switch {
	case s.Chain != r.p.chain:
		return "it is of another chain"
	case s.Lane != r.q.lane.ref || s.Seq != r.q.seq || s.Order != v.hash:
		return fmt.Sprintf("it is for another order, of lane %s seq %d", s.Lane, s.Seq)
	case s.Version != v.order.Version:
		return fmt.Sprintf("it is of version %d, ordered was version %d", s.Version, v.order.Version)
	case s.Amount != paid:
		return fmt.Sprintf("it is over %s, paid was %s", s.Amount, paid)
	case known && s.Output != given:
		return "it is over another text, or other passages, than came"
	case (v.asset.Kind == types.KindApp || r.q.key != nil) && s.Input != r.q.hash:
		return "it is over another question"
	}
	return ""
}
