package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// write has the answer written: by the app's own upstream, or by the first of the
// deal's models that begins. One that fails before its first byte is owed nothing, since
// no tick of it was revealed; what the next one writes is paid by its own ticks, which
// the same voucher promises. Once something was written nobody else writes: the same
// payment gets the same again.
//
// If several are to answer, each does, one after the other, from the same passages.
func (a *answer) write(ctx context.Context) error {
	if len(a.d.writers) == 0 {
		return a.writeOwn(ctx)
	}
	if a.d.Quote.Answers > 1 {
		return a.writeAll(ctx)
	}
	writers, err := a.inOrder(ctx)
	if err != nil {
		return err
	}
	for i, w := range writers {
		if i > 0 {
			if err := a.g.kept.setTurn(a.d.Quote.Lane, a.d.Quote.ID, w.asset); err != nil {
				return err
			}
		}
		wrote, err := a.turn(ctx, w)
		if err == nil || wrote || a.gone != nil || ctx.Err() != nil || i+1 == len(writers) {
			return err
		}
		a.g.cfg.Log.Warn("a model wrote nothing; another is asked", "asset", uint64(w.asset), "next", uint64(writers[i+1].asset), "err", err)
		a.forgetModel(w.asset)
	}
	return nil
}

// writeAll has all of the deal's models write. What one fails to write is missing; the
// answer has failed if one broke off, or none wrote.
func (a *answer) writeAll(ctx context.Context) error {
	var broke, silent error
	some := false
	for _, w := range a.d.writers {
		before := a.finish
		a.between = func() { a.ended(before) }
		if !some {
			a.between = nil
		}
		wrote, err := a.turn(ctx, w)
		if a.between = nil; some && !wrote {
			a.finish = before
		}
		some = some || wrote
		switch {
		case a.gone != nil || ctx.Err() != nil || errors.Is(err, errUnpaid):
			return err
		case err != nil && wrote:
			broke = cmp.Or(broke, err)
		case err != nil:
			silent = cmp.Or(silent, err)
			a.forgetModel(w.asset)
		}
	}
	if broke == nil && !some {
		return silent
	}
	a.finish = cmp.Or(a.finish, "stop")
	return broke
}

// turn has one model write, and reports whether it wrote anything.
func (a *answer) turn(ctx context.Context, w part) (wrote bool, err error) {
	a.d.model, a.finish, a.said, a.first = w, "", wire.Said{}, time.Time{}
	if len(a.d.writers) > 1 {
		c := a.chunk
		c.Weal = &wire.Trailer{Writer: w.asset}
		a.send(c)
		if a.gone != nil {
			return false, a.gone
		}
	}
	had, began := a.text.Len(), time.Now()
	err = a.ask(ctx)
	wrote = a.text.Len() > had
	a.measure(ctx, a.text.String()[had:], began, err)
	return wrote, err
}

// ended ends the choice of a model that has written, since the next one begins.
func (a *answer) ended(finish string) {
	c := a.chunk
	finish = cmp.Or(finish, "stop")
	c.Choices = []wire.Choice{{Index: a.index, Delta: &wire.Content{}, FinishReason: &finish}}
	a.send(c)
	a.index++
}

// inOrder are the models in the order in which they are asked: first the one whose turn
// it was when this payment was last served.
func (a *answer) inOrder(ctx context.Context) ([]part, error) {
	writers := a.d.writers
	if len(writers) == 1 || a.g.cfg.Unpaid {
		return writers, nil
	}
	turn, err := a.g.kept.turn(ctx, a.d.Quote.Lane, a.d.Quote.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(writers, func(p part) bool { return p.asset == turn })
	if i < 1 {
		return writers, nil
	}
	return slices.Concat(writers[i:i+1], writers[:i], writers[i+1:]), nil
}

// forgetModel drops what a model has said that wrote nothing: it is paid nothing.
func (a *answer) forgetModel(id types.AssetID) {
	for i, r := range a.receipts {
		if r.Asset == id {
			a.receipts = slices.Delete(a.receipts, i, i+1)
			break
		}
	}
	a.charges = slices.DeleteFunc(a.charges, func(c wire.Charge) bool { return c.Asset == id })
}

// measure notes how a model did that wrote text, if the app has several.
func (a *answer) measure(ctx context.Context, text string, began time.Time, err error) {
	if a.g.app.Model != 0 || a.d.req.task != "" {
		return
	}
	m, id := a.g.measures, a.d.model.asset
	if text != "" {
		m.began(id, a.first.Sub(began))
	}
	var refusal *wire.Error
	switch {
	case err == nil:
		m.served(id, a.cites(text))
	case a.gone != nil || ctx.Err() != nil || errors.Is(err, errUnpaid):
	case errors.As(err, &refusal) && refusal.Status < http.StatusInternalServerError && refusal.Type != wire.TypeUpstream:
	default:
		m.failed(id)
	}
}

// cites reports whether text names a passage, or could not.
func (a *answer) cites(text string) bool {
	return len(a.cited) == 0 || slices.ContainsFunc(a.cited, func(c wire.Citation) bool {
		return strings.Contains(text, fmt.Sprintf("[%d]", c.N))
	})
}

// writeOwn has the app's own upstream write. Nobody keeps what it says, and so an order
// is answered once: who pays for one answer shall not have the upstream write many.
func (a *answer) writeOwn(ctx context.Context) error {
	if !a.g.cfg.Unpaid {
		_, served, err := a.g.book.Served(ctx, a.d.order)
		if err != nil {
			return err
		}
		if served {
			return wire.NewError(http.StatusConflict, wire.TypeInvalidRequest, "order_served",
				"this payment was answered before, and the answer is not kept; ask for a new quote")
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := a.prompt()
	if err != nil {
		return err
	}
	began := time.Now()
	said, err := a.g.cfg.Own.Open(ctx, model.Prompt{Body: body, Trace: a.d.trace})
	a.waiting += time.Since(began)
	if err != nil {
		return err
	}
	defer func() { _ = said.Close() }() // what it had to say, Next has said
	for {
		began := time.Now()
		piece, err := said.Next()
		a.waiting += time.Since(began)
		switch {
		case errors.Is(err, io.EOF):
			a.finish = said.Finish()
			return nil
		case err != nil:
			return err
		}
		if err := a.emit(ctx, piece); err != nil {
			return err
		}
		if types.Tokens(a.text.Len()) > uint64(a.d.MaxTokens) {
			a.finish = "length"
			return nil
		}
	}
}

// ownAble refuses what the app's own upstream cannot do.
func (g *Gateway) ownAble(req *request) error {
	var can []string
	if s, ok := g.cfg.Own.(model.Supporter); ok {
		can = s.Supports()
	}
	for _, need := range req.needs {
		if !slices.Contains(can, need) {
			return badParam(need, "unsupported_"+need, "%s is not supported here: the upstream of this app has none; leave it out", need)
		}
	}
	return nil
}
