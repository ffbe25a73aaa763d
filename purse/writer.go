package purse

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// MaxModels is how many models a quote may name: those that write, or one that is to
// write and one for when it writes nothing.
const MaxModels = 4

// Written is what one of several models has written.
type Written struct {
	Model        types.AssetID `json:"model"`
	Text         string        `json:"text"`
	FinishReason string        `json:"finish_reason,omitempty"`
}

// tellModels tells a gateway how many models a quote may name, and how many of them are
// to answer.
func (q *question) tellModels(h http.Header) {
	h.Set(wire.HeaderModels, strconv.Itoa(MaxModels))
	if q.Answers > 1 {
		h.Set(wire.HeaderAnswers, strconv.Itoa(q.Answers))
	}
}

// checkModels says how many of several models of a quote write, zero if there are not
// several, and refuses a quote from which that is not clear, or of which more write than
// wanted.
func checkModels(quote *wire.Quote, wanted int) (write int, err error) {
	models := 0
	for _, m := range quote.Meters {
		if m.Kind == types.KindModel {
			models++
		}
	}
	switch n := quote.Answers; {
	case models > MaxModels:
		return 0, bad("it names %d models; at most %d are taken", models, MaxModels)
	case models <= 1 && (n == 0 || n == models):
		return 0, nil
	case models > 1 && (n == 1 || n == models && n <= wanted):
		return n, nil
	}
	return 0, bad("it names %d models, and says that %d of them write, of %d that were asked for", models, quote.Answers, max(wanted, 1))
}

// spare reports whether v does not count for the most that is paid: of models of which
// one writes, the dearest counts.
func (b *bill) spare(v *payee) bool {
	if b.write != 1 || v.asset.Kind != types.KindModel {
		return false
	}
	return slices.ContainsFunc(b.payees, func(other *payee) bool {
		by := other.most.Cmp(v.most)
		return other.asset.Kind == types.KindModel && (by > 0 || by == 0 && other.asset.ID < v.asset.ID)
	})
}

// turn is what one of several models writes: the text from one byte to another, or to
// the end.
type turn struct {
	model    types.AssetID
	from, to int
	finish   string
}

// hasWriter takes in which model writes what follows. If one writes, it may be another
// as long as nothing was written; if several do, each has one turn.
func (r *reading) hasWriter(id types.AssetID) error {
	if r.b.write == 0 {
		return nil
	}
	at := r.text.Len()
	had := slices.ContainsFunc(r.turns, func(t turn) bool { return t.model == id && t.to > t.from })
	switch {
	case len(r.turns) > 0 && r.turns[len(r.turns)-1].model == id && !had:
		return nil
	case had, r.b.write == 1 && at > 0:
		return fmt.Errorf("the gateway says in the middle of the answer that asset %d goes on with it", id)
	case !slices.ContainsFunc(r.b.payees, func(v *payee) bool { return v.asset.ID == id && v.asset.Kind == types.KindModel }):
		return fmt.Errorf("the gateway says that asset %d writes, which is no model of the quote", id)
	}
	r.turns = append(r.turns, turn{model: id, from: at, to: at})
	r.m.setTurns(r.turns)
	if r.q.OnWriter != nil {
		r.q.OnWriter(id)
	}
	return nil
}

// writes takes in that n bytes of text come, and refuses text of which it is not clear
// who is paid for it.
func (r *reading) writes(n int) error {
	if r.b.write == 0 {
		return nil
	}
	if len(r.turns) == 0 {
		return errors.New("there is text, and the gateway did not say which of the models writes")
	}
	r.turns[len(r.turns)-1].to = r.text.Len() + n
	r.m.setTurns(r.turns)
	return nil
}

// finished takes in why a choice ended: that of the model that was the index-th to write.
func (r *reading) finished(index int, reason string) {
	r.a.FinishReason = reason
	for i := range r.turns {
		if t := &r.turns[i]; t.to > t.from {
			if index == 0 {
				t.finish = reason
			}
			index--
		}
	}
}

// textOf is what a model has written.
func (r *reading) textOf(model types.AssetID) string {
	if r.b.write == 0 {
		return r.text.String()
	}
	for _, t := range r.turns {
		if t.model == model && t.to > t.from {
			return r.text.String()[t.from:t.to]
		}
	}
	return ""
}

// written lists what each model has written, if several were to.
func (r *reading) written() (all []Written) {
	if r.b.write <= 1 {
		return nil
	}
	for _, t := range r.turns {
		if t.to > t.from {
			all = append(all, Written{Model: t.model, Text: r.textOf(t.model), FinishReason: t.finish})
		}
	}
	return all
}

// givenBy is the hash of what v has given.
func (r *reading) givenBy(v *payee) types.Hash {
	if v.asset.Kind == types.KindModel {
		return sha256.Sum256([]byte(r.textOf(v.asset.ID)))
	}
	return sha256.Sum256([]byte(r.text.String()))
}

// setTurns tells which text is whose: each model is owed for its own.
func (ms *meters) setTurns(turns []turn) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, m := range ms.all {
		if m.leaf.Tokens == 0 {
			continue // the app is paid for all of it
		}
		m.apart, m.own = true, 0
		for _, t := range turns {
			if t.model == m.leaf.Asset {
				m.own = max(m.own, t.to-t.from)
			}
		}
	}
}

// given is how many of n bytes of text are the meter's.
func (m *meter) given(n int) int {
	if m.apart {
		return m.own
	}
	return n
}

// owed is how many ticks the receiver of n bytes of text owes.
func (m *meter) owed(n int) uint32 { return owed(m.leaf, m.given(n)) }
