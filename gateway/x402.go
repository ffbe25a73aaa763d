package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// assumedPassage is how many bytes a passage is taken to have at most while no
// vault was asked: twice what vaults make of documents by default.
const assumedPassage = 4096

// seller is the app as x402 knows it.
func (g *Gateway) seller() x402.Seller {
	return x402.Seller{ChainID: g.cfg.ChainID, Asset: g.book.Asset()}
}

// sendQuote answers a request whose lane is known with a quote: in the body for a
// purse, and, unless it wants no more than that, as an offer of x402.
func (g *Gateway) sendQuote(w http.ResponseWriter, r *http.Request, lane types.LaneRef, seq uint64, req *request, offer bool) error {
	q, err := g.serveQuote(r, lane, seq, req)
	if err != nil {
		return err
	}
	e := wrongPayment("payment_required", "this answer is paid: sign a voucher for the quote and send the same body with %s, or with %s",
		wire.HeaderPayment, x402.HeaderPayment)
	var offers []x402.Offer
	if total, ok := q.firmTotal(); ok && offer {
		plain := withoutPreviews(q.Quote) // a header has little room
		o, err := g.seller().Offer(q.Quote.Denom, total, int(q.Quote.Expires-g.cfg.Now().Unix()), x402.Terms{Quote: &plain})
		if err != nil {
			return err
		}
		offers = append(offers, o)
	}
	x402.Challenge(w, r, e, g.about(), offers, wire.QuoteReply{Quote: q.Quote, Error: *e})
	return nil
}

// about tells in words what is sold.
func (g *Gateway) about() string { return "an answer of " + g.app.Name + ", with citations" }

// firmTotal returns what q costs if it is paid at once, and false if that does not
// fit 128 bits.
func (q *quoted) firmTotal() (types.Amount, bool) {
	orders, err := q.orders(true)
	if err != nil {
		return types.Amount{}, false
	}
	var total types.Amount
	for _, o := range orders {
		var ok bool
		if total, ok = total.Add(o.Price); !ok {
			return total, false
		}
	}
	return total, true
}

// sendPrice answers with e and what an answer to body costs at most, for whom no
// lane is known of.
func (g *Gateway) sendPrice(w http.ResponseWriter, r *http.Request, body []byte, e *wire.Error) error {
	req, err := parseRequest(g.app, body)
	if err != nil {
		return err
	}
	x402.Challenge(w, r, e, g.about(), g.waysToPay(r.Context(), req), nil)
	return nil
}

// waysToPay lists the ways to pay for an answer to req.
func (g *Gateway) waysToPay(ctx context.Context, req *request) (offers []x402.Offer) {
	app, err := g.known.Asset(ctx, g.book.Asset())
	if err != nil {
		return nil // what cannot be priced now cannot be offered
	}
	for _, p := range app.Prices {
		most, ok := g.most(ctx, req, p.Denom)
		if p.Unit != types.PerUse || !ok {
			continue
		}
		terms := x402.Terms{Version: app.Version, Needs: x402.NeedsLane}
		if o, err := g.seller().Offer(p.Denom, most, int(quoteLife.Seconds()), terms); err == nil {
			offers = append(offers, o)
		}
	}
	if price, ok := g.exactPrice(ctx, req); ok {
		if o, err := g.cfg.Exact.offer(price); err == nil {
			offers = append(offers, o)
		}
	}
	return offers
}

// most returns what an answer to req in denom can come to, whatever the vaults
// offer for it, if no passage is longer than assumedPassage.
func (g *Gateway) most(ctx context.Context, req *request, denom string) (types.Amount, bool) {
	_, use, err := g.price(ctx, g.book.Asset(), types.PerUse, denom)
	if err != nil {
		return types.Amount{}, false
	}
	var sizes []int
	for range g.app.Passages {
		if g.app.buys() {
			sizes = append(sizes, assumedPassage)
		}
	}
	size, err := g.promptBound(req, sizes)
	if err != nil {
		return types.Amount{}, false
	}
	passages, ok1 := dearestPassages(g.assets(ctx, g.vaults(ctx, req.question, denom)), denom, len(sizes), g.app.Budget)
	ticks, ok2 := types.Amount{}, true
	if g.app.Upstream == nil {
		ticks, ok2 = dearestTicks(g.assets(ctx, g.modelIDs(ctx, denom)), denom, size, req.maxTokens)
	}
	sum, ok3 := use.Amount.Add(passages)
	sum, ok4 := sum.Add(ticks)
	return sum, ok1 && ok2 && ok3 && ok4
}

// assets looks assets up, as far as they can be.
func (g *Gateway) assets(ctx context.Context, ids []types.AssetID) (all []types.Asset) {
	for _, id := range ids {
		if a, err := g.known.Asset(ctx, id); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// serveX402 answers a request that pays by x402. What is refused for the payment
// says again how to pay. It returns an error only as long as nothing was written.
func (g *Gateway) serveX402(w http.ResponseWriter, r *http.Request, body []byte) error {
	return g.priced(w, r, body, g.takeX402(w, r, body))
}

// priced says how to pay beside err, if that is what it is about.
func (g *Gateway) priced(w http.ResponseWriter, r *http.Request, body []byte, err error) error {
	var e *wire.Error
	if errors.As(err, &e) && e.Status == http.StatusPaymentRequired {
		return g.sendPrice(w, r, body, e)
	}
	return err
}

func (g *Gateway) takeX402(w http.ResponseWriter, r *http.Request, body []byte) error {
	start := time.Now()
	p, err := x402.Read(r)
	if err != nil {
		return err
	}
	if p.Accepted.Scheme == x402.SchemeExact {
		return g.takeExact(w, r, p, body)
	}
	v, err := g.seller().Voucher(p)
	if err != nil {
		return err
	}
	req, err := parseRequest(g.app, body)
	if err != nil {
		return err
	}
	if v.Type == x402.TypeLane {
		return g.sendQuote(w, r, *v.Lane, v.Seq, req, true)
	}
	paid := wire.Payment{Quote: v.Quote, Voucher: *v.Voucher, Leaves: v.Leaves}
	q, err := g.findQuote(r.Context(), paid)
	if err != nil {
		return err
	}
	d, err := newDeal(q, paid, req, r.Header)
	if err != nil {
		return err
	}
	total, ok := q.firmTotal()
	if !ok {
		return wrongPayment("wrong_payment", "the quote does not fit 128 bits")
	}
	if err := p.Agreed(q.Quote.Denom, total); err != nil {
		return err
	}
	done, err := g.accept(r.Context(), d)
	if err != nil {
		return err
	}
	defer done()
	payer := ""
	if lane, err := g.book.Funded(r.Context(), d.voucher.Lane); err == nil {
		payer = lane.Payer
	}
	g.seller().Taken(w, v, payer, total)
	a := g.newAnswer(w, d, start, req.stream)
	a.refused = func(code string) { g.seller().Failed(w, v, payer, code) }
	err = g.serveDeal(r.Context(), a)
	var e *wire.Error
	if errors.As(err, &e) && e.Status == http.StatusPaymentRequired {
		a.refused(e.Code)
	}
	return err
}

// whole sends an answer as one completion; last is what would end its stream.
func (a *answer) whole(last wire.Completion) {
	t := *last.Weal
	t.Citations = a.cited
	text := a.said.Text()
	annotations := annotate(text, t.Citations)
	if last.Error != nil {
		e := *last.Error
		if e.Status < 400 || e.Status > 599 {
			e.Status = http.StatusBadGateway // it came in a stream, where it has none
		}
		if e.Status == http.StatusPaymentRequired {
			a.refused(e.Code)
		}
		wire.WriteJSON(a.w, e.Status, struct {
			Error *wire.Error  `json:"error"`
			Weal  wire.Trailer `json:"weal"`
		}{&e, t})
		return
	}
	c := last
	c.Object, c.Weal = "chat.completion", &t
	c.Choices = []wire.Choice{{
		Message: &wire.Content{Role: "assistant", Content: text, ToolCalls: a.said.Calls(), Annotations: annotations}, FinishReason: &a.finish,
	}}
	wire.WriteJSON(a.w, http.StatusOK, c)
}
