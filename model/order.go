package model

import (
	"context"
	"crypto/sha256"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// order is a request that was checked against the price list.
type order struct {
	body    []byte
	input   types.Hash // SHA-256 of body
	trace   http.Header
	payment wire.ModelPayment
	pay.Order
	hash   types.Hash
	meter  meter.Meter
	prompt uint64 // its metered tokens
}

// parse reads a request and its payment, and prices it.
func (m *Model) parse(r *http.Request) (*order, error) {
	header := r.Header.Get(wire.HeaderPayment)
	if header == "" {
		return nil, wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "no_payment",
			"this model is paid by the tick: ask it through a gateway, which sends header %s", wire.HeaderPayment)
	}
	o := &order{trace: r.Header}
	if err := wire.DecodeHeader(wire.HeaderPayment, header, &o.payment); err != nil {
		return nil, err
	}
	var err error
	if o.body, err = wire.ReadBody(r); err != nil {
		return nil, err
	}
	var req wire.ChatRequest
	if err := wire.Decode(o.body, &req); err != nil {
		return nil, err
	}
	o.input, o.Order, o.hash = sha256.Sum256(o.body), o.payment.Paid.Order, o.payment.Paid.Order.Hash()
	size, err := prompt.Bytes(req.Messages)
	if err != nil {
		return nil, err
	}
	o.prompt = types.Tokens(size)
	o.meter, err = check(req, size, o.Order)
	return o, err
}

// check compares the order with a prompt of size bytes and the answer's bound.
// A quote is made before the passages are seen, so that its prompt may be larger
// than the real one; it may never be smaller.
func check(req wire.ChatRequest, size int, o pay.Order) (meter.Meter, error) {
	limit := req.MaxTokens
	if limit == nil {
		limit = req.MaxCompletionTokens
	}
	if limit == nil {
		return meter.Meter{}, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_max_tokens", "max_tokens is missing: the order is priced by it")
	}
	want, err := meter.New(o.Tokens, size, *limit)
	switch {
	case err != nil:
		return want, err
	case o.Prompt < want.Prompt:
		return want, refuse("prompt_too_big", "the prompt costs %d ticks, the order promises %d; ask for a new quote", want.Prompt, o.Prompt)
	case o.Prompt > pay.MaxTicks || o.Most != o.Prompt+want.Most-want.Prompt:
		return want, refuse("wrong_most", "the order's most must be its prompt and %d ticks more for max_tokens %d, it is %d", want.Most-want.Prompt, *limit, o.Most)
	}
	return meter.Meter{Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most}, nil
}

func refuse(code, format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}

// accept takes the payment at the price that is on the chain.
func (m *Model) accept(ctx context.Context, o *order) error {
	lane, err := m.book.Admit(ctx, o.Lane)
	if err != nil {
		return err
	}
	asset, err := m.known.Asset(ctx, m.book.Asset())
	if err != nil {
		return wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, earn.CodeChainDown,
			"the model's price cannot be looked up on the chain: %v; retry in a few seconds", err)
	}
	price, ok := asset.Price(types.PerTick, lane.Denom)
	if !ok {
		return refuse(earn.CodeWrongDenom, "this model has no price per tick in %s; pay from a tab in another denomination", lane.Denom)
	}
	if o.Price != price.Amount || o.Tokens != price.Tokens {
		return refuse("wrong_price", "a tick of %d tokens costs %s %s here, the order says %s for %d; ask for a new quote",
			price.Tokens, price.Amount, lane.Denom, o.Price, o.Tokens)
	}
	return m.book.AcceptTick(ctx, o.payment.Voucher, o.payment.Paid, wire.Meter{
		Asset: asset.ID, Kind: types.KindModel, Version: asset.Version,
		Price: price.Amount, Tokens: price.Tokens, Prompt: o.Prompt, Most: o.Most,
	})
}
