package gateway

import (
	"context"
	"errors"
	"net/http"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// deal is a payment that was checked against its quote.
type deal struct {
	*quoted
	req     *request
	trace   http.Header
	voucher pay.SignedVoucher
	leaves  map[types.AssetID]wire.PaidLeaf
	app     part       // the gateway's own
	order   types.Hash // of app
	// writers are the models that may write, in the order in which they are asked, model
	// the one of them that does.
	writers []part
	model   part
}

// part is what a metered asset is paid with: ticks, or a firm leaf.
type part struct {
	asset types.AssetID
	order pay.Order
	tick  wire.PaidTick
	leaf  *wire.PaidLeaf // nil if it is ticks
}

func wrongPayment(code, format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}

// readPayment reads and checks a request that pays for an answer, or for a search,
// all but the signature.
func (g *Gateway) readPayment(r *http.Request, body []byte, search bool) (*deal, error) {
	var p wire.Payment
	if err := wire.DecodeHeader(wire.HeaderPayment, r.Header.Get(wire.HeaderPayment), &p); err != nil {
		return nil, err
	}
	known, _ := g.quotes.get(p.Quote)
	req := known.parsed(body)
	if req == nil || (req.search != nil) != search {
		var err error
		if req, err = g.parse(body, search); err != nil {
			return nil, err
		}
	}
	q, err := g.findQuote(r.Context(), p)
	if err != nil {
		return nil, err
	}
	if g.cfg.Unpaid {
		d := &deal{quoted: q, req: req, trace: r.Header}
		for _, id := range q.writers() {
			d.model = part{asset: id}
			d.writers = append(d.writers, d.model)
		}
		return d, nil
	}
	return newDeal(q, p, req, r.Header)
}

// findQuote returns the quote that p pays: one that is still good, or one that
// this payment was accepted for before.
func (g *Gateway) findQuote(ctx context.Context, p wire.Payment) (*quoted, error) {
	q, good := g.quotes.get(p.Quote)
	if good {
		return q, nil
	}
	kept, err := g.kept.get(ctx, p.Voucher.Lane, p.Quote)
	switch {
	case err != nil:
		return nil, err
	case kept != nil:
		g.writes.add(kept.writers())
		return kept, nil
	case q != nil:
		return nil, wrongPayment("quote_expired", "the quote has expired; ask for a new one")
	}
	return nil, wrongPayment("quote_unknown", "this gateway has no such quote, or no longer; ask for a new one")
}

// newDeal checks that p pays q exactly: each order is the quote's, each leaf names
// its order, each path leads to the voucher.
func newDeal(q *quoted, p wire.Payment, req *request, trace http.Header) (*deal, error) {
	firm := len(p.Ticks) == 0
	vaults, meters := len(q.Quote.Vaults), len(q.Quote.Meters)
	leaves, ticks := vaults, meters
	if firm {
		leaves, ticks = vaults+meters, 0
	}
	switch v := p.Voucher; {
	case req.seal() != q.Seal:
		return nil, wrongPayment("wrong_payment", "an answer is paid at %s, passages that are sealed to you at %s", wire.PathCompletions, wire.PathSearch)
	case req.task != q.Task:
		return nil, wrongPayment("wrong_payment", "the quote is for another path; pay where you asked for it")
	case req.hash != q.Quote.Request:
		return nil, wrongPayment("wrong_body", "the body is not the one that was quoted; send the same bytes")
	case v.Lane != q.Quote.Lane || v.Seq != q.Quote.Seq:
		return nil, wrongPayment("wrong_payment", "the voucher is of lane %s seq %d, the quote is for lane %s seq %d", v.Lane, v.Seq, q.Quote.Lane, q.Quote.Seq)
	case firm && len(q.writers()) > 1:
		return nil, wrongPayment("wrong_payment", "the quote names several models, of which one writes: they are paid by ticks")
	case len(p.Leaves) != leaves || len(p.Ticks) != ticks:
		return nil, wrongPayment("wrong_payment", "the quote has %d vaults and %d meters, paid are %d leaves and %d ticks", vaults, meters, len(p.Leaves), len(p.Ticks))
	}
	d := &deal{quoted: q, req: req, trace: trace, voucher: p.Voucher, leaves: map[types.AssetID]wire.PaidLeaf{}}
	orders, err := q.orders(firm)
	if err != nil {
		return nil, err
	}
	for _, l := range p.Leaves {
		if l.Order == (pay.Order{}) {
			l.Order = orders[l.Leaf.Asset]
		}
		if err := checkOrder(orders, l.Order, l.Leaf.Asset, l.Leaf.Order); err != nil {
			return nil, err
		}
		if !l.Order.Firm() {
			return nil, wrongPayment("wrong_payment", "asset %d is paid by ticks, not by a leaf, if any asset is", l.Order.Asset)
		}
		if err := pay.VerifyLeaf(p.Voucher.Voucher, l.Leaf, l.Path); err != nil {
			return nil, wrongPayment("wrong_payment", "%v", err)
		}
		d.leaves[l.Leaf.Asset] = l
		delete(orders, l.Leaf.Asset)
	}
	paid := map[types.AssetID]wire.PaidTick{}
	for _, t := range p.Ticks {
		if t.Order == (pay.Order{}) {
			t.Order = orders[t.Leaf.Asset]
		}
		if err := checkTick(orders, p.Voucher.Voucher, t); err != nil {
			return nil, err
		}
		paid[t.Leaf.Asset] = t
		delete(orders, t.Leaf.Asset)
	}
	d.app = d.part(d.meter(types.KindApp).Asset, paid)
	for _, id := range q.writers() {
		d.writers = append(d.writers, d.part(id, paid))
	}
	if len(d.writers) > 0 {
		d.model = d.writers[0]
	}
	d.order = d.app.order.Hash()
	return d, nil
}

// part returns what a metered asset is paid with.
func (d *deal) part(asset types.AssetID, ticks map[types.AssetID]wire.PaidTick) part {
	if l, ok := d.leaves[asset]; ok {
		return part{asset: asset, order: l.Order, leaf: &l}
	}
	return part{asset: asset, order: ticks[asset].Order, tick: ticks[asset]}
}

// checkOrder compares an order with the one that pays the quote, and a leaf with
// the order. An asset that was paid already is no longer in orders.
func checkOrder(orders map[types.AssetID]pay.Order, o pay.Order, asset types.AssetID, hash types.Hash) error {
	want, ok := orders[o.Asset]
	switch {
	case !ok:
		return wrongPayment("wrong_payment", "asset %d is not in the quote, or is paid twice", asset)
	case o != want:
		return wrongPayment("wrong_payment", "the order for asset %d is not the one that the quote asks for", o.Asset)
	case asset != o.Asset || hash != o.Hash():
		return wrongPayment("wrong_payment", "the leaf for asset %d names another asset or another order", o.Asset)
	}
	return nil
}

func checkTick(orders map[types.AssetID]pay.Order, v pay.Voucher, t wire.PaidTick) error {
	if err := checkOrder(orders, t.Order, t.Leaf.Asset, t.Leaf.Order); err != nil {
		return err
	}
	o, l := t.Order, t.Leaf
	if o.Firm() || l.Price != o.Price || l.Tokens != o.Tokens || l.Prompt != o.Prompt || l.Most != o.Most {
		return wrongPayment("wrong_payment", "the ticks of asset %d are not those of its order", o.Asset)
	}
	if err := pay.VerifyTick(v, l, t.Path); err != nil {
		return wrongPayment("wrong_payment", "%v", err)
	}
	if t.Firm == nil {
		return nil
	}
	if t.Firm.Leaf.Asset != o.Asset {
		return wrongPayment("wrong_payment", "the firm leaf beside the ticks of asset %d is of asset %d", o.Asset, t.Firm.Leaf.Asset)
	}
	if err := pay.VerifyLeaf(v, t.Firm.Leaf, t.Firm.Path); err != nil {
		return wrongPayment("wrong_payment", "%v", err)
	}
	return nil
}

// accept takes the gateway's own part of the payment, by which lane, signature,
// cap and exposure are checked too, and keeps the quote for retries. A payment
// that was accepted before is taken as it is: a retry is served even if the lane
// closes meanwhile. Until done is called nobody else serves the order.
func (g *Gateway) accept(ctx context.Context, d *deal) (done func(), err error) {
	if g.cfg.Unpaid {
		return func() {}, nil
	}
	done, err = g.book.ServeOn(ctx, d.Quote.Lane, d.order)
	var unknown *wire.Error
	if errors.As(err, &unknown) {
		if d.model.leaf != nil {
			// A price that the model will not take at once shall not cost its payer passages.
			if err := g.askModel(ctx, d.model.asset, wire.AdmitRequest{Lane: d.voucher.Lane, Price: d.model.order.Price}, d.trace); err != nil {
				return nil, err
			}
		}
		if d.app.leaf != nil {
			err = g.book.AcceptLeaf(ctx, d.voucher, *d.app.leaf, d.app.order.Price)
		} else {
			err = g.book.AcceptTick(ctx, d.voucher, d.app.tick, d.meter(types.KindApp))
		}
		if err != nil {
			return nil, err
		}
		done, err = g.book.Serve(ctx, d.order)
	}
	if err != nil {
		return nil, err
	}
	if err := g.kept.put(d.quoted); err != nil {
		done()
		return nil, err
	}
	return done, nil
}
