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
	task    Task // empty for a chat completion
	body    []byte
	input   types.Hash // SHA-256 of body
	trace   http.Header
	payment wire.ModelPayment
	pay.Order
	hash   types.Hash
	meter  meter.Meter
	prompt uint64 // its metered tokens
	size   int    // of the prompt, in bytes
	limit  int    // the most tokens of the answer
	stream bool
	direct *direct // nil if a gateway asks
}

// firm reports whether the order is paid at once rather than by ticks.
func (o *order) firm() bool { return o.payment.Leaf != nil }

// parse reads a request and its payment, and checks them as far as they need no
// price list.
func (m *Model) parse(r *http.Request, task Task, body []byte) (*order, error) {
	if task != "" {
		return m.parseTask(r, task, body)
	}
	o := &order{trace: r.Header, body: body, input: sha256.Sum256(body), stream: true}
	var req wire.ChatRequest
	if err := wire.Decode(o.body, &req); err != nil {
		return nil, err
	}
	err := m.supports(req)
	if err != nil {
		return nil, err
	}
	if o.size, err = prompt.Size(req); err != nil {
		return nil, err
	}
	o.prompt = types.Tokens(o.size)
	if o.limit, err = limit(req); err != nil {
		return nil, err
	}
	switch header := r.Header.Get(wire.HeaderPayment); {
	case header != "":
		if o.limit == 0 {
			return nil, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_max_tokens", "max_tokens is missing: the order is priced by it")
		}
		if err := wire.DecodeHeader(wire.HeaderPayment, header, &o.payment); err != nil {
			return nil, err
		}
	default:
		if o.limit == 0 {
			o.limit = defaultTokens
		}
		o.stream = req.Stream
		if err := m.readDirect(r, o); err != nil {
			return o, err
		}
	}
	if o.firm() {
		// Paid for at once: all of it may be sent.
		o.Order, o.meter = o.payment.Leaf.Order, meter.Meter{Tokens: 1, Most: uint32(o.limit)}
	} else {
		o.Order = o.payment.Paid.Order
		o.meter, err = check(o.limit, o.size, o.Order)
	}
	o.hash = o.Order.Hash()
	return o, err
}

// limit returns the most tokens of an answer, zero if the request does not say.
func limit(req wire.ChatRequest) (int, error) {
	n := req.MaxTokens
	if n == nil {
		n = req.MaxCompletionTokens
	}
	switch {
	case n == nil:
		return 0, nil
	case *n < 1 || *n > pay.MaxTicks:
		return 0, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_max_tokens", "max_tokens is %d; want 1 to %d", *n, pay.MaxTicks)
	}
	return *n, nil
}

// check compares the order with a prompt of size bytes and the answer's bound.
// A quote is made before the passages are seen, so that its prompt may be larger
// than the real one; it may never be smaller.
func check(limit, size int, o pay.Order) (meter.Meter, error) {
	want, err := meter.New(o.Tokens, size, limit)
	switch {
	case err != nil:
		return want, err
	case o.Prompt < want.Prompt:
		return want, refuse("prompt_too_big", "the prompt costs %d ticks, the order promises %d; ask for a new quote", want.Prompt, o.Prompt)
	case o.Prompt > pay.MaxTicks || o.Most != o.Prompt+want.Most-want.Prompt:
		return want, refuse("wrong_most", "the order's most must be its prompt and %d ticks more for max_tokens %d, it is %d", want.Most-want.Prompt, limit, o.Most)
	}
	return meter.Meter{Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most}, nil
}

func refuse(code, format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}

// price looks up what a tick costs in the denomination of the order's lane, if its
// payer may use the model.
func (m *Model) price(ctx context.Context, o *order) (types.Asset, types.Price, error) {
	lane, err := m.book.Admit(ctx, o.Lane)
	if err != nil {
		return types.Asset{}, types.Price{}, err
	}
	asset, err := m.known.Asset(ctx, m.book.Asset())
	if err != nil {
		return asset, types.Price{}, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, earn.CodeChainDown,
			"the model's price cannot be looked up on the chain: %v; retry in a few seconds", err)
	}
	price, ok := asset.Price(types.PerTick, lane.Denom)
	if !ok {
		return asset, price, refuse(earn.CodeWrongDenom, "this model has no price per tick in %s; pay from a tab in another denomination", lane.Denom)
	}
	return asset, price, nil
}

// accept takes the payment at the price that is on the chain.
func (m *Model) accept(ctx context.Context, o *order) error {
	asset, price, err := m.price(ctx, o)
	if err != nil {
		return err
	}
	if o.firm() {
		return m.acceptFirm(ctx, o, asset, price)
	}
	if o.Price != price.Amount || o.Tokens != price.Tokens {
		return refuse("wrong_price", "a tick of %d tokens costs %s %s here, the order says %s for %d; ask for a new quote",
			price.Tokens, price.Amount, price.Denom, o.Price, o.Tokens)
	}
	return m.book.AcceptTick(ctx, o.payment.Voucher, o.payment.Paid, wire.Meter{
		Asset: asset.ID, Kind: types.KindModel, Version: asset.Version,
		Price: price.Amount, Tokens: price.Tokens, Prompt: o.Prompt, Most: o.Most,
	})
}
