package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// keepTime bounds how long writing down the end of an answer may take, even if
// nobody listens any more.
const keepTime = 10 * time.Second

// end sends the last event: what the answer came to, or what went wrong.
func (a *answer) end(ctx context.Context, failure error) {
	// Of an answer that ended well the app's tick is not waited for: all of it is
	// given. The tick stays in the tab's exposure until it comes.
	if failure != nil && a.gave() && !errors.Is(failure, errUnpaid) {
		failure = errors.Join(failure, a.await(ctx))
	}
	if !a.g.cfg.Unpaid && (a.gave() || failure == nil) {
		if err := a.seal(ctx, failure == nil); err != nil {
			a.g.cfg.Log.Error("answer not sealed", "order", a.d.order.String(), "err", err)
			failure = errors.Join(failure, err)
		}
	}
	c := a.chunk
	c.Weal = &wire.Trailer{Receipts: a.receipts[a.told:], Charges: a.charges, Attribution: a.attribution, OverheadMillis: a.overhead()}
	if c.Error = a.explain(failure); c.Error == nil {
		c.Choices = []wire.Choice{{Index: a.index, Delta: &wire.Content{}, FinishReason: &a.finish}}
		if a.refused != nil { // who pays by x402 has no purse that would find them
			c.Choices[0].Delta.Annotations = annotate(a.said.Text(), a.cited)
		}
	}
	c.Usage = usage(a.d.req.bytes, a.cited, a.text.Len())
	a.g.seen.ended(ctx, a, c)
	if a.events == nil {
		a.whole(c)
		return
	}
	_ = a.events.Last(c) // who does not listen has nothing to be told
}

// overhead returns the milliseconds that were not spent waiting for others.
func (a *answer) overhead() float64 {
	return float64((time.Since(a.start) - a.waiting).Microseconds()) / 1000
}

// seal signs the app's receipt, which commits to what the passages counted, and
// marks its order as served. An answer that ended well is charged for whether its
// tick is here or on its way.
func (a *answer) seal(ctx context.Context, whole bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	record, err := a.record()
	if err != nil {
		return err
	}
	charged := a.paid || whole && a.gave()
	r, err := a.receipt(ctx, record, charged)
	if err != nil {
		return err
	}
	a.attribution = record
	a.g.told.add(a.d, record, r)
	a.receipts = append(a.receipts, r)
	a.charges = append(a.charges, wire.Charge{Asset: r.Asset, Kind: types.KindApp, Amount: r.Amount})
	return nil
}

// receipt returns the receipt that the order was served with before, if it says
// the same, or a new one. Of an order that was not served before it notes what it
// earned the app.
func (a *answer) receipt(ctx context.Context, record attribution.Record, charged bool) (signed pay.SignedReceipt, err error) {
	o, detail := a.d.app.order, record.Detail()
	r := pay.Receipt{
		Chain: a.g.chain, Lane: o.Lane, Seq: o.Seq, Asset: o.Asset, Version: o.Version, Order: a.d.order,
		Input: o.Request, Output: a.output(),
		Policy: pay.PolicyAudit, Time: a.g.cfg.Now().UnixMilli(), Detail: detail,
	}
	if charged {
		r.Amount = o.Price
	}
	kept, served, err := a.g.book.Served(ctx, a.d.order)
	if err != nil {
		return signed, err
	}
	if served {
		old, err := pay.ParseSignedReceipt(kept)
		if err == nil && old.Output == r.Output && old.Amount == r.Amount && old.Detail == detail {
			return old, nil
		}
	}
	signed, err = a.g.book.Sign(r, a.g.cfg.Key)
	if err == nil && !served && charged {
		// Noted first: a kill between the two must not lose what vaults have earned.
		err = a.g.shares.note(noted{Order: a.d.order, Denom: a.d.Quote.Denom, Price: r.Amount, Record: record, Sealed: a.sealedBy()})
	}
	if err == nil && !served {
		var given uint32
		if a.gave() {
			given = 1
		}
		err = a.g.book.MarkGiven(ctx, a.d.order, signed.Bytes(), given)
	}
	return signed, err
}

// explain turns what ended an answer early into the error that its client sees.
func (a *answer) explain(err error) *wire.Error {
	var e *wire.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, errUnpaid):
		return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "unpaid",
			"the answer stopped: the app's own tick did not come within %s", a.g.app.Limits.TickWait)
	}
	return wire.NewError(http.StatusBadGateway, wire.TypeServer, "cut", "the answer was cut: %v; the same payment can be sent again", err)
}

// usage counts metered tokens: of the client's messages and the passages, and of
// the answer.
func usage(request int, cited []wire.Citation, text int) *wire.Usage {
	for _, c := range cited {
		request += len(c.Passage.Text)
	}
	in, out := types.Tokens(request), types.Tokens(text)
	return &wire.Usage{PromptTokens: in, CompletionTokens: out, TotalTokens: in + out}
}
