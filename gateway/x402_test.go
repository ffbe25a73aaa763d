package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
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

const wholeBody = `{"model":"spec","messages":[{"role":"user","content":"Who signs a voucher?"}]}`

// required reads what a response with status 402 says of paying.
func (w *world) required(resp *http.Response, code string) x402.Required {
	w.t.Helper()
	require.Equal(w.t, http.StatusPaymentRequired, resp.StatusCode)
	r, err := x402.ParseRequired(resp.Header.Get(x402.HeaderRequired))
	require.NoError(w.t, err)
	require.Equal(w.t, code, r.Error)
	require.NotEmpty(w.t, r.Accepts)
	return r
}

// firmOrders are what an x402 client orders for a quote.
func (w *world) firmOrders(q wire.Quote) []pay.Order {
	all := w.orders(q)
	for i := range all {
		if o := &all[i]; !o.Firm() {
			o.Price, _ = o.Price.Mul(uint64(o.Most))
			o.Tokens, o.Prompt, o.Most = 0, 0, 0
		}
	}
	return all
}

func terms(t testing.TB, o x402.Offer) (out x402.Terms) {
	t.Helper()
	require.NoError(t, json.Unmarshal(o.Extra, &out))
	return out
}

// x402 sends a payment.
func (w *world) x402(body string, accepted x402.Offer, v x402.Voucher) *http.Response {
	w.t.Helper()
	payload, err := json.Marshal(v)
	require.NoError(w.t, err)
	h, err := x402.Payment{X402Version: 2, Payload: payload, Accepted: accepted}.Header()
	require.NoError(w.t, err)
	return w.do(w.t.Context(), body, x402.HeaderPayment, h)
}

// x402Quote asks as an x402 client does: without a lane, and then naming it.
func (w *world) x402Quote(body string) (first x402.Offer, quoted x402.Offer, q wire.Quote) {
	w.t.Helper()
	first = w.required(w.do(w.t.Context(), body), "no_payment").Accepts[0]
	require.Equal(w.t, x402.NeedsLane, terms(w.t, first).Needs)
	ref := w.payer.Lane.Ref
	r := w.required(w.x402(body, first, x402.Voucher{Type: x402.TypeLane, Lane: &ref, Seq: w.payer.Seq + 1}), "payment_required")
	quoted = r.Accepts[0]
	return first, quoted, *terms(w.t, quoted).Quote
}

// firmVoucher signs the quote's whole price.
func (w *world) firmVoucher(q wire.Quote) x402.Voucher {
	orders := w.firmOrders(q)
	s := w.payer.Sign(orders...)
	v := x402.Voucher{Type: x402.TypeVoucher, Quote: q.ID, Voucher: &s.Voucher}
	for _, o := range orders {
		v.Leaves = append(v.Leaves, s.Leaves[o.Asset])
	}
	return v
}

func readWhole(t testing.TB, resp *http.Response) wire.Completion {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
	var c wire.Completion
	require.NoError(t, json.Unmarshal(b, &c))
	return c
}

func TestX402Answer(t *testing.T) {
	w := newWorld(t)
	first, quoted, q := w.x402Quote(wholeBody)
	require.Equal(t, x402.SchemeBatch, quoted.Scheme)
	require.Equal(t, "cosmos:"+modeltest.ChainID, quoted.Network)
	require.Equal(t, modeltest.Denom, quoted.Asset)
	require.Equal(t, "weal://asset/12", quoted.PayTo)
	var total types.Amount
	for _, o := range w.firmOrders(q) {
		total, _ = total.Add(o.Price)
	}
	require.Equal(t, total.String(), quoted.Amount)
	bound, err := types.ParseAmount(first.Amount)
	require.NoError(t, err)
	require.GreaterOrEqual(t, bound.Cmp(total), 0, "the price before the lane is known is the most it can be")
	require.Empty(t, w.prompts)

	v := w.firmVoucher(q)
	resp := w.x402(wholeBody, quoted, v)
	c := readWhole(t, resp)
	require.Equal(t, "chat.completion", c.Object)
	require.Contains(t, c.Choices[0].Message.Content, "“A voucher is signed once by its payer.” [1]")
	require.NotEmpty(t, c.Choices[0].Message.Annotations)
	require.Len(t, c.Weal.Citations, 2)
	require.Len(t, c.Weal.Receipts, 4)
	require.NoError(t, c.Weal.Attribution.Check())
	want := map[types.AssetID]types.Amount{}
	for _, l := range v.Leaves {
		want[l.Order.Asset] = l.Order.Price
	}
	for _, charge := range c.Weal.Charges {
		require.Equal(t, want[charge.Asset], charge.Amount, "asset %d is charged what was signed", charge.Asset)
	}
	for _, r := range c.Weal.Receipts {
		a, err := w.chain.Asset(t.Context(), r.Asset)
		require.NoError(t, err)
		require.NoError(t, r.Verify(a.Key))
		require.Equal(t, want[r.Asset], r.Amount)
	}
	s, err := x402.ParseSettlement(resp.Header.Get(x402.HeaderResponse))
	require.NoError(t, err)
	require.True(t, s.Success)
	require.Equal(t, v.ID().String(), s.Transaction)
	require.Equal(t, total.String(), s.Amount)
	require.Equal(t, w.payer.Lane.Payer, s.Payer)
}

// TestX402InARow: firm answers, streamed and whole, and answers paid by ticks
// follow each other on one lane, and everyone is owed what was signed.
func TestX402InARow(t *testing.T) {
	w := newWorld(t)
	for i := range 4 {
		if i%2 == 1 {
			_, _, g := w.ask(body)
			require.Nil(t, g.err)
			continue
		}
		_, quoted, q := w.x402Quote(body)
		g := w.read(w.x402(body, quoted, w.firmVoucher(q)), nil)
		require.Nil(t, g.err)
		require.Equal(t, "stop", g.finish)
		require.Equal(t, "citations", g.events[0])
	}
	w.payer.Sign() // folds the last ticks
	require.Equal(t, w.payer.Leaves, w.owedFirm())
}

// owedFirm is what each asset can bring to the chain, as leaves without their order.
func (w *world) owedFirm() (all []pay.Leaf) {
	for i := range w.payer.Leaves {
		l := w.payer.Leaves[i]
		l.Amount = map[types.AssetID]func() types.Amount{
			vaultA: func() types.Amount { return w.unsettled(w.a.book) }, vaultB: func() types.Amount { return w.unsettled(w.b.book) },
			modelID: func() types.Amount { return w.unsettled(w.model.Book()) }, appID: func() types.Amount { return w.unsettled(w.gateway.Book()) },
		}[l.Asset]()
		all = append(all, l)
	}
	return all
}

func TestX402ServedOnce(t *testing.T) {
	w := newWorld(t)
	_, quoted, q := w.x402Quote(wholeBody)
	v := w.firmVoucher(q)
	first := readWhole(t, w.x402(wholeBody, quoted, v))
	w.start() // the same after a restart
	again := readWhole(t, w.x402(wholeBody, quoted, v))
	require.Equal(t, first.Choices[0].Message, again.Choices[0].Message)
	require.Equal(t, first.Weal.Receipts, again.Weal.Receipts)
	require.Len(t, w.prompts, 1, "the model works once for one payment")

	other := strings.Replace(wholeBody, "Who", "What", 1)
	w.required(w.x402(other, quoted, v), "wrong_body")
	require.Len(t, w.prompts, 1)
}

// TestX402Refused: a payment that is not exactly what was offered reaches nobody.
func TestX402Refused(t *testing.T) {
	type sent struct {
		accepted x402.Offer
		voucher  x402.Voucher
		body     string
	}
	for name, c := range map[string]struct {
		change func(*world, *sent)
		code   string
	}{
		"network": {func(_ *world, s *sent) { s.accepted.Network = "cosmos:other-1" }, x402.CodeNetwork},
		"scheme":  {func(_ *world, s *sent) { s.accepted.Scheme = "upto" }, x402.CodeScheme},
		"payTo":   {func(_ *world, s *sent) { s.accepted.PayTo = "weal://asset/11" }, x402.CodeOffer},
		"asset":   {func(_ *world, s *sent) { s.accepted.Asset = "uother" }, x402.CodeOffer},
		"agreed to less": {func(_ *world, s *sent) {
			n, _ := types.ParseAmount(s.accepted.Amount)
			n, _ = n.Sub(types.NewAmount(1))
			s.accepted.Amount = n.String()
		}, x402.CodeAmount},
		"other body":    {func(_ *world, s *sent) { s.body = body }, "wrong_body"},
		"other quote":   {func(_ *world, s *sent) { s.voucher.Quote = "x" }, "quote_unknown"},
		"a leaf less":   {func(_ *world, s *sent) { s.voucher.Leaves = s.voucher.Leaves[1:] }, "wrong_payment"},
		"a leaf twice":  {func(_ *world, s *sent) { s.voucher.Leaves[0] = s.voucher.Leaves[1] }, "wrong_payment"},
		"a leaf raised": {func(_ *world, s *sent) { s.voucher.Leaves[0].Leaf.Amount = types.NewAmount(1) }, "wrong_payment"},
		"by ticks": {func(w *world, s *sent) {
			w.payer.Seq--
			orders := w.orders(*terms(w.t, s.accepted).Quote)
			signed := w.payer.Sign(orders...)
			s.voucher.Voucher = &signed.Voucher
		}, "wrong_payment"},
		"another key": {func(w *world, s *sent) {
			signed := pay.Sign(s.voucher.Voucher.Voucher, modeltest.Key("lane", 99))
			s.voucher.Voucher = &signed
		}, "not_your_lane"},
		"less than is owed": {func(w *world, s *sent) {
			w.ask(body) // the lane owes everyone something
			_, quoted, q := w.x402Quote(s.body)
			w.payer.Leaves = nil // and forgets it
			*s = sent{quoted, w.firmVoucher(q), s.body}
		}, "too_little"},
		"insufficient": {func(w *world, s *sent) {
			lane := w.payer.Lane
			lane.Cap = types.NewAmount(1000)
			w.chain.SetLane(lane)
		}, "over_cap"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, quoted, q := w.x402Quote(wholeBody)
			s := sent{quoted, w.firmVoucher(q), wholeBody}
			c.change(w, &s)
			before := len(w.prompts)
			resp := w.x402(s.body, s.accepted, s.voucher)
			if c.code == "not_your_lane" {
				w.refused(resp, http.StatusForbidden, c.code)
			} else {
				w.required(resp, c.code)
				w.refused(resp, http.StatusPaymentRequired, c.code)
			}
			if name == "insufficient" { // the gateway believes the lane's cap for a second, the vaults do not
				said, err := x402.ParseSettlement(resp.Header.Get(x402.HeaderResponse))
				require.NoError(t, err)
				require.False(t, said.Success)
				require.Equal(t, c.code, said.ErrorReason)
			} else {
				require.Empty(t, resp.Header.Get(x402.HeaderResponse), "nothing was taken")
			}
			require.Len(t, w.prompts, before, "nobody works for it")
		})
	}
	w := newWorld(t)
	w.refused(w.do(t.Context(), wholeBody, x402.HeaderPayment, "no base64"), http.StatusBadRequest, "bad_header")
	w.refused(w.x402(wholeBody, w.required(w.do(t.Context(), wholeBody), "no_payment").Accepts[0], x402.Voucher{Type: "deposit"}),
		http.StatusBadRequest, "bad_header")
}

// TestX402AfterAFailure: nothing is taken while the model is away, and what was
// taken and could not be served is served when the same payment comes again.
func TestX402AfterAFailure(t *testing.T) {
	w := newWorld(t)
	_, quoted, q := w.x402Quote(wholeBody)
	v := w.firmVoucher(q)
	good := *w.modelURL.Load()
	bad := "http://127.0.0.1:1"
	w.modelURL.Store(&bad)
	resp := w.x402(wholeBody, quoted, v)
	w.refused(resp, http.StatusBadGateway, "model_down")
	require.Empty(t, resp.Header.Get(x402.HeaderResponse))
	require.True(t, w.unsettled(w.a.book).IsZero(), "no vault was paid")

	w.modelURL.Store(&good)
	w.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		return nil, wire.NewError(http.StatusBadGateway, wire.TypeUpstream, model.CodeDown, "down")
	})
	resp = w.x402(wholeBody, quoted, v)
	w.refused(resp, http.StatusBadGateway, model.CodeDown)
	s, err := x402.ParseSettlement(resp.Header.Get(x402.HeaderResponse))
	require.NoError(t, err)
	require.True(t, s.Success, "the voucher was kept, and can be sent again")
	w.upstream = model.NewReader()
	w.start()
	require.Len(t, readWhole(t, w.x402(wholeBody, quoted, v)).Weal.Receipts, 4)
}

// TestFirmByAPurse: a purse may pay at once, too; what is half firm is refused.
func TestFirmByAPurse(t *testing.T) {
	w := newWorld(t)
	q := w.quote(body)
	v := w.firmVoucher(q)
	g := w.read(w.pay(t.Context(), wire.Payment{Quote: q.ID, Voucher: *v.Voucher, Leaves: v.Leaves}, body), nil)
	require.Nil(t, g.err)
	require.Len(t, g.last.Receipts, 4)

	q = w.quote(body)
	orders := w.orders(q)
	orders[len(orders)-1] = w.firmOrders(q)[len(orders)-1]
	s := w.payer.Sign(orders...)
	p := wire.Payment{Quote: q.ID, Voucher: s.Voucher}
	for _, o := range orders {
		if o.Firm() {
			p.Leaves = append(p.Leaves, s.Leaves[o.Asset])
		} else {
			p.Ticks = append(p.Ticks, s.Ticks[o.Asset])
		}
	}
	w.refused(w.pay(t.Context(), p, body), http.StatusPaymentRequired, "wrong_payment")
}

// TestFirmBeyondTheModelsExposure: a price that the model will never take at once is
// refused before vaults are paid.
func TestFirmBeyondTheModelsExposure(t *testing.T) {
	w := newWorld(t)
	w.chain.Register(modelID, types.KindModel, types.Price{Unit: types.PerTick, Amount: types.NewAmount(10_000), Tokens: 8})
	_, quoted, q := w.x402Quote(wholeBody)
	resp := w.x402(wholeBody, quoted, w.firmVoucher(q))
	w.required(resp, "over_exposure")
	require.Empty(t, resp.Header.Get(x402.HeaderResponse))
	require.True(t, w.unsettled(w.a.book).IsZero())
	require.True(t, w.unsettled(w.gateway.Book()).IsZero())
}

// TestLaneRefusalSaysHowToPay: a lane that cannot pay here is told what can.
func TestLaneRefusalSaysHowToPay(t *testing.T) {
	w := newWorld(t)
	lane := w.payer.Lane
	lane.Denom = "uother"
	w.chain.SetLane(lane)
	r := w.required(w.askQuote(body), "wrong_denomination")
	require.Equal(t, modeltest.Denom, r.Accepts[0].Asset)
}

func (w *world) unsettled(b interface {
	Earned(context.Context) (types.Amount, types.Amount, error)
},
) types.Amount {
	w.t.Helper()
	_, unsettled, err := b.Earned(w.t.Context())
	require.NoError(w.t, err)
	return unsettled
}

// FuzzX402: whatever a payment says, it is answered, and nobody works for it.
func FuzzX402(f *testing.F) {
	w := newWorld(f)
	offer := w.required(w.do(f.Context(), wholeBody), "no_payment").Accepts[0]
	f.Add(offer.Scheme, offer.PayTo, []byte(`{"type":"lane","lane":{"tab":7,"epoch":0,"lane":0},"seq":1}`))
	f.Add(offer.Scheme, offer.PayTo, []byte(`{"type":"voucher","quote":"q","voucher":"","leaves":[]}`))
	f.Add(x402.SchemeExact, exactPayTo, []byte(`{"signature":"0x","permit2Authorization":{}}`))
	handler := w.gateway.Handler()
	f.Fuzz(func(t *testing.T, scheme, payTo string, payload []byte) {
		accepted := offer
		accepted.Scheme, accepted.PayTo = scheme, payTo
		h, err := x402.Payment{X402Version: 2, Payload: payload, Accepted: accepted}.Header()
		if err != nil {
			return // it is no JSON
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, wire.PathCompletions, strings.NewReader(wholeBody))
		r.Header.Set(x402.HeaderPayment, h)
		said := httptest.NewRecorder()
		handler.ServeHTTP(said, r)
		require.GreaterOrEqual(t, said.Code, 400)
		require.Less(t, said.Code, 500)
		require.Empty(t, w.prompts)
	})
}
