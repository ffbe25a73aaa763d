package model_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

const direct = `{"messages":[{"role":"user","content":"What is a voucher?"}],"max_tokens":64}`

// post sends a request with headers.
func (l *lab) post(body string, headers ...string) *http.Response {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.server.URL+wire.PathCompletions, strings.NewReader(body))
	require.NoError(l.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := l.server.Client().Do(req)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// price asks what body costs.
func (l *lab) price(body string) (x402.Offer, x402.Terms) {
	l.t.Helper()
	return l.challenged(l.post(body), "no_payment")
}

func (l *lab) challenged(resp *http.Response, code string) (x402.Offer, x402.Terms) {
	l.t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(l.t, err)
	require.Equal(l.t, http.StatusPaymentRequired, resp.StatusCode, string(b))
	require.Equal(l.t, code, wire.ReadError(resp.StatusCode, b).Code, string(b))
	r, err := x402.ParseRequired(resp.Header.Get(x402.HeaderRequired))
	require.NoError(l.t, err)
	require.Equal(l.t, code, r.Error)
	var t x402.Terms
	require.NoError(l.t, json.Unmarshal(r.Accepts[0].Extra, &t))
	return r.Accepts[0], t
}

// firmOrder is what a client orders for an offer.
func (l *lab) firmOrder(o x402.Offer, t x402.Terms) pay.Order {
	l.t.Helper()
	order := l.payer.Order(asset)
	order.Version, order.Request, order.Items = t.Version, *t.Request, *t.Items
	var err error
	order.Price, err = types.ParseAmount(o.Amount)
	require.NoError(l.t, err)
	return order
}

// payDirect pays for body by x402 with a signed order.
func (l *lab) payDirect(body string, accepted x402.Offer, s modeltest.Signed) *http.Response {
	l.t.Helper()
	payload, err := json.Marshal(x402.Voucher{Type: x402.TypeVoucher, Voucher: &s.Voucher, Leaves: []wire.PaidLeaf{s.Leaves[asset]}})
	require.NoError(l.t, err)
	h, err := x402.Payment{X402Version: 2, Payload: payload, Accepted: accepted}.Header()
	require.NoError(l.t, err)
	return l.post(body, x402.HeaderPayment, h)
}

func whole(t *testing.T, resp *http.Response) wire.Completion {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
	var c wire.Completion
	require.NoError(t, json.Unmarshal(b, &c))
	return c
}

// TestDirect: a plain OpenAI client pays a model without a gateway, and gets what
// such a client expects.
func TestDirect(t *testing.T) {
	l := newLab(t, "A voucher is ", "one signature.")
	o, terms := l.price(direct)
	require.Equal(t, types.Hash(sha256.Sum256([]byte(direct))), *terms.Request)
	// 5 tokens of prompt in ticks of 4 are 2, 64 tokens of answer 16.
	require.Equal(t, types.NewAmount(18*tickPrice).String(), o.Amount)
	order := l.firmOrder(o, terms)
	s := l.payer.Sign(order)
	resp := l.payDirect(direct, o, s)
	c := whole(t, resp)
	require.Equal(t, "chat.completion", c.Object)
	require.Equal(t, "A voucher is one signature.", c.Choices[0].Message.Content)
	require.Equal(t, "stop", *c.Choices[0].FinishReason)
	require.EqualValues(t, 5, c.Usage.PromptTokens)
	require.Equal(t, order.Price, c.Weal.Receipts[0].Amount, "it is paid exactly what was signed")
	said, err := x402.ParseSettlement(resp.Header.Get(x402.HeaderResponse))
	require.NoError(t, err)
	require.True(t, said.Success)
	require.Equal(t, o.Amount, said.Amount)
	_, unsettled, err := l.model.Book().Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, order.Price, unsettled)

	again := whole(t, l.payDirect(direct, o, s))
	require.Equal(t, c.Choices, again.Choices)
	require.Equal(t, c.Weal, again.Weal)
	require.Equal(t, 1, l.asked, "a payment is served once")
}

// TestDirectLimits: an answer ends with max_tokens, also where that is less than
// the ticks that were paid for hold.
func TestDirectLimits(t *testing.T) {
	l := newLab(t, long(100))
	body := strings.Replace(direct, "64", "3", 1)
	o, terms := l.price(body)
	c := whole(t, l.payDirect(body, o, l.payer.Sign(l.firmOrder(o, terms))))
	require.LessOrEqual(t, len(c.Choices[0].Message.Content), 12)
	require.Equal(t, "length", *c.Choices[0].FinishReason)

	body = strings.Replace(direct, `,"max_tokens":64`, "", 1)
	o, _ = l.price(body)
	require.Equal(t, types.NewAmount((2+512/perTick)*tickPrice).String(), o.Amount)
	stream := strings.Replace(direct, "64", `64,"stream":true`, 1)
	o, terms = l.price(stream)
	resp := l.payDirect(stream, o, l.payer.Sign(l.firmOrder(o, terms)))
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(b), "[DONE]")
}

func TestDirectRefused(t *testing.T) {
	for name, c := range map[string]struct {
		offer func(*x402.Offer)
		order func(*pay.Order)
		sign  func(*lab, *modeltest.Signed)
		body  string
		code  string
	}{
		"network":        {offer: func(o *x402.Offer) { o.Network = "cosmos:other" }, code: x402.CodeNetwork},
		"scheme":         {offer: func(o *x402.Offer) { o.Scheme = x402.SchemeExact }, code: x402.CodeScheme},
		"payee":          {offer: func(o *x402.Offer) { o.PayTo = "weal://asset/12" }, code: x402.CodeOffer},
		"denomination":   {offer: func(o *x402.Offer) { o.Asset = "uother" }, code: x402.CodeOffer},
		"agreed to less": {offer: func(o *x402.Offer) { o.Amount = "1" }, code: x402.CodeAmount},
		"pays less":      {order: func(o *pay.Order) { o.Price, _ = o.Price.Sub(types.NewAmount(1)) }, code: "wrong_price"},
		"pays more":      {order: func(o *pay.Order) { o.Price, _ = o.Price.Add(types.NewAmount(1)) }, code: "wrong_price"},
		"other body":     {body: strings.Replace(direct, "64", "65", 1), code: "wrong_body"},
		"items":          {order: func(o *pay.Order) { o.Items = types.Hash{1} }, code: "bad_payment"},
		"version":        {order: func(o *pay.Order) { o.Version++ }, code: "bad_payment"},
		"by ticks":       {order: func(o *pay.Order) { o.Tokens, o.Prompt, o.Most = perTick, 2, 18 }, code: "bad_payment"},
		"raised leaf": {sign: func(_ *lab, s *modeltest.Signed) {
			leaf := s.Leaves[asset]
			leaf.Leaf.Amount = types.NewAmount(1_000_000)
			s.Leaves[asset] = leaf
		}, code: "bad_payment"},
		"insufficient": {sign: func(l *lab, _ *modeltest.Signed) {
			lane := l.payer.Lane
			lane.Cap = types.NewAmount(1)
			l.chain.SetLane(lane)
		}, code: "over_cap"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, "x")
			o, terms := l.price(direct)
			order := l.firmOrder(o, terms)
			if c.order != nil {
				c.order(&order)
			}
			s := l.payer.Sign(order)
			if !order.Firm() {
				s.Leaves[asset] = wire.PaidLeaf{Order: order}
			}
			if c.sign != nil {
				c.sign(l, &s)
			}
			if c.offer != nil {
				c.offer(&o)
			}
			if c.body == "" {
				c.body = direct
			}
			resp := l.payDirect(c.body, o, s)
			l.challenged(resp, c.code)
			require.Empty(t, resp.Header.Get(x402.HeaderResponse))
			require.Zero(t, l.asked, "it works for nothing else than what was offered")
		})
	}
	l := newLab(t, "x")
	o, terms := l.price(direct)
	s := l.payer.Sign(l.firmOrder(o, terms))
	l.payer.Key = modeltest.Key("lane", 99)
	forged := l.payer.Sign(l.firmOrder(o, terms))
	require.Equal(t, http.StatusForbidden, l.payDirect(direct, o, forged).StatusCode)
	whole(t, l.payDirect(direct, o, s))
	require.Equal(t, http.StatusBadRequest, l.post(direct, x402.HeaderPayment, "%").StatusCode)
}

// sendFirm sends a firm payment as a gateway does.
func (l *lab) sendFirm(body []byte, s modeltest.Signed) (int, *wire.Error, string) {
	l.t.Helper()
	leaf := s.Leaves[asset]
	h, err := wire.EncodeHeader(wire.ModelPayment{Voucher: s.Voucher, Leaf: &leaf})
	require.NoError(l.t, err)
	resp := l.post(string(body), wire.HeaderPayment, h)
	b, err := io.ReadAll(resp.Body)
	require.NoError(l.t, err)
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode, wire.ReadError(resp.StatusCode, b), ""
	}
	return resp.StatusCode, nil, string(b)
}

// TestFirmOrderIsForOneBody: a gateway that has its payer's firm order cannot have
// it served for a body that costs more, whatever fails between.
func TestFirmOrderIsForOneBody(t *testing.T) {
	l := newLab(t)
	fails := true
	l.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		if fails {
			return nil, wire.NewError(http.StatusBadGateway, wire.TypeUpstream, model.CodeDown, "down")
		}
		return &script{pieces: []string{"x"}}, nil
	})
	order := l.order(60)
	order.Price, _ = order.Price.Mul(uint64(order.Most))
	order.Tokens, order.Prompt, order.Most = 0, 0, 0
	s := l.payer.Sign(order)

	status, e, _ := l.sendFirm(body(61*perTick), s)
	require.Equal(t, http.StatusPaymentRequired, status)
	require.Equal(t, "wrong_price", e.Code)
	status, e, _ = l.sendFirm(body(60), s)
	require.Equal(t, http.StatusBadGateway, status, e)
	fails = false
	status, e, _ = l.sendFirm(body(600), s)
	require.Equal(t, http.StatusConflict, status)
	require.Equal(t, "order_served", e.Code)
	l.start() // also after a restart
	status, _, _ = l.sendFirm(body(600), s)
	require.Equal(t, http.StatusConflict, status)
	status, _, said := l.sendFirm(body(60), s)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, said, `"content":"x"`)
	require.Equal(t, 2, l.asked)
}

// TestDirectFailure: an upstream that fails in the middle is said so, with the
// receipt; the same payment gets the same.
func TestDirectFailure(t *testing.T) {
	l := newLab(t)
	l.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		return &script{pieces: []string{"half"}, err: wire.NewError(http.StatusBadGateway, wire.TypeUpstream, model.CodeDown, "cut")}, nil
	})
	o, terms := l.price(direct)
	s := l.payer.Sign(l.firmOrder(o, terms))
	for range 2 {
		resp := l.payDirect(direct, o, s)
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusBadGateway, resp.StatusCode)
		require.Equal(t, model.CodeDown, wire.ReadError(resp.StatusCode, b).Code)
		require.Contains(t, string(b), `"text":"half"`)
		require.Contains(t, string(b), `"receipts"`)
	}
	require.Equal(t, 1, l.asked)
}
