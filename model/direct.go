package model

import (
	"context"
	"errors"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// defaultTokens is the most tokens of an answer to a client that pays by itself
// and does not say.
const defaultTokens = 512

// directSeconds is how long a price told to such a client can be paid.
const directSeconds = 120

// direct is the payment of a client that asks without a gateway, by x402.
type direct struct {
	payment x402.Payment
	voucher x402.Voucher
}

// seller is the model as x402 knows it.
func (m *Model) seller() x402.Seller {
	return x402.Seller{ChainID: m.cfg.ChainID, Asset: m.book.Asset()}
}

// readDirect reads the x402 payment for o. Errors are *wire.Error.
func (m *Model) readDirect(r *http.Request, o *order) error {
	if !x402.Present(r) {
		return refuse("no_payment", "this model is paid: sign a voucher for what %s says, or ask through a gateway", x402.HeaderRequired)
	}
	p, err := x402.Read(r)
	if err != nil {
		return err
	}
	v, err := m.seller().Voucher(p)
	switch {
	case err != nil:
		return err
	case v.Type != x402.TypeVoucher || len(v.Leaves) != 1 || v.Quote != "":
		return refuse(earn.CodeBadPayment, "a model is paid with one leaf and no quote; its price does not depend on the lane")
	case v.Leaves[0].Order.Request != o.input:
		return refuse("wrong_body", "the order is for another body; send the bytes that it was made for")
	case v.Leaves[0].Order.Items != pay.ItemsHash(nil):
		return refuse(earn.CodeBadPayment, "the order of a client that asks by itself has no items")
	}
	o.direct = &direct{p, v}
	o.payment = wire.ModelPayment{Voucher: *v.Voucher, Leaf: &v.Leaves[0]}
	return nil
}

// firmPrice is what o costs at once.
func (o *order) firmPrice(p types.Price) (types.Amount, error) {
	want, err := meter.New(p.Tokens, o.size, o.limit)
	if o.task != "" {
		want, err = meter.Input(p.Tokens, o.size)
	}
	if err != nil {
		return types.Amount{}, err
	}
	total, ok := p.Amount.Mul(uint64(want.Most))
	if !ok {
		return total, refuse(earn.CodeBadPayment, "the price does not fit 128 bits; lower max_tokens")
	}
	return total, nil
}

// acceptFirm takes a payment of the whole price at once. A gateway quotes before
// it sees the passages, so that its payer may pay for a larger prompt.
func (m *Model) acceptFirm(ctx context.Context, o *order, a types.Asset, p types.Price) error {
	need, err := o.firmPrice(p)
	switch {
	case err != nil:
		return err
	case o.Version != a.Version:
		return refuse(earn.CodeBadPayment, "the order is for version %d, this is version %d; ask for a new quote", o.Version, a.Version)
	case o.Price.Cmp(need) < 0:
		return refuse("wrong_price", "this prompt and an answer of %d tokens cost %s %s at once, the order says %s; ask for a new quote",
			o.limit, need, p.Denom, o.Price)
	case o.direct != nil && o.Price != need:
		return refuse("wrong_price", "this costs %s %s, the order says %s; take a new offer", need, p.Denom, o.Price)
	}
	if o.direct != nil {
		if err := o.direct.payment.Agreed(p.Denom, need); err != nil {
			return err
		}
	}
	return m.book.AcceptLeaf(ctx, o.payment.Voucher, *o.payment.Leaf, o.Price)
}

// challenge answers with err and how to pay, if that is what a client without a
// gateway needs to be told.
func (m *Model) challenge(w http.ResponseWriter, r *http.Request, o *order, err error) bool {
	var e *wire.Error
	if o == nil || r.Header.Get(wire.HeaderPayment) != "" || !errors.As(err, &e) || e.Status != http.StatusPaymentRequired {
		return false
	}
	a, err := m.known.Asset(r.Context(), m.book.Asset())
	if err != nil {
		return false
	}
	items := pay.ItemsHash(nil)
	var offers []x402.Offer
	for _, p := range a.Prices {
		price, err := o.firmPrice(p)
		if p.Unit != types.PerTick || err != nil {
			continue
		}
		offer, err := m.seller().Offer(p.Denom, price, directSeconds, x402.Terms{Version: a.Version, Request: &o.input, Items: &items})
		if err == nil {
			offers = append(offers, offer)
		}
	}
	x402.Challenge(w, r, e, "an answer of "+m.cfg.Name, offers, nil)
	return true
}

// taken tells a client, ahead of the answer, that its payment was kept.
func (m *Model) taken(ctx context.Context, w http.ResponseWriter, o *order) {
	payer := ""
	if lane, err := m.book.Funded(ctx, o.Lane); err == nil {
		payer = lane.Payer
	}
	m.seller().Taken(w, o.direct.voucher, payer, o.Price)
}

// whole sends an answer as one completion; last is what would end its stream.
func (s *stream) whole(last wire.Completion, rec record) {
	if e := rec.Error; e != nil {
		out := *e
		if out.Status < 400 || out.Status > 599 {
			out.Status = http.StatusBadGateway // it was kept without one
		}
		wire.WriteJSON(s.w, out.Status, struct {
			Error *wire.Error  `json:"error"`
			Text  string       `json:"text,omitempty"`
			Weal  wire.Trailer `json:"weal"`
		}{&out, rec.Text, rec.Trailer})
		return
	}
	if s.o.task != "" {
		s.result(rec)
		return
	}
	last.Object = "chat.completion"
	last.Choices = []wire.Choice{{
		Message: &wire.Content{Role: "assistant", Content: s.said.Text(), ToolCalls: s.said.Calls()}, FinishReason: &rec.Finish,
	}}
	wire.WriteJSON(s.w, http.StatusOK, last)
}
