package vault_test

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// client pays a vault by x402, without a gateway, from one lane.
type client struct {
	*world
	ref  types.LaneRef
	seq  uint64
	owed uint64
}

func (c *client) send(path string, body []byte, header string) *http.Response {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, path, strings.NewReader(string(body)))
	if header != "" {
		r.Header.Set(x402.HeaderPayment, header)
	}
	rec := httptest.NewRecorder()
	c.vault.Handler().ServeHTTP(rec, r)
	return rec.Result()
}

// challenged reads what a 402 says of paying.
func (c *client) challenged(resp *http.Response, code string) (x402.Offer, x402.Terms) {
	c.t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusPaymentRequired, resp.StatusCode, string(b))
	r, err := x402.ParseRequired(resp.Header.Get(x402.HeaderRequired))
	require.NoError(c.t, err)
	require.Equal(c.t, code, r.Error)
	var t x402.Terms
	require.NoError(c.t, json.Unmarshal(r.Accepts[0].Extra, &t))
	return r.Accepts[0], t
}

func (c *client) header(accepted x402.Offer, v x402.Voucher) string {
	c.t.Helper()
	payload, err := json.Marshal(v)
	require.NoError(c.t, err)
	h, err := x402.Payment{X402Version: 2, Payload: payload, Accepted: accepted}.Header()
	require.NoError(c.t, err)
	return h
}

// ask gets an offer by naming the lane in a payment that pays nothing.
func (c *client) ask(question string) (o wire.Offer) {
	c.t.Helper()
	body, _ := json.Marshal(map[string]any{"question": question, "limit": 2})
	price, terms := c.challenged(c.send(wire.PathOffers, body, ""), "no_lane")
	require.Equal(c.t, x402.NeedsLane, terms.Needs)
	require.Equal(c.t, "10", price.Amount, "the most that two passages cost")
	c.seq++
	resp := c.send(wire.PathOffers, body, c.header(price, x402.Voucher{Type: x402.TypeLane, Lane: &c.ref, Seq: c.seq}))
	require.Equal(c.t, http.StatusOK, resp.StatusCode)
	require.NoError(c.t, json.NewDecoder(resp.Body).Decode(&o))
	return o
}

// request is the body that asks for items of an offer.
func request(o wire.Offer, items ...int) (body []byte, ids []types.Hash) {
	for _, i := range items {
		ids = append(ids, o.Items[i].ID)
	}
	body, _ = json.Marshal(map[string]any{"offer": o.ID, "ids": ids})
	return body, ids
}

// voucher signs for what an offer's terms ask.
func (c *client) voucher(o wire.Offer, price x402.Offer, terms x402.Terms, ids []types.Hash, change func(*pay.Order)) x402.Voucher {
	c.t.Helper()
	amount, err := types.ParseAmount(price.Amount)
	require.NoError(c.t, err)
	order := pay.Order{
		Lane: c.ref, Seq: c.seq, Gateway: gateway, Asset: me, Version: terms.Version, Request: *terms.Request, Items: *terms.Items, Price: amount,
	}
	if change != nil {
		change(&order)
	}
	c.owed += amount.Big().Uint64()
	s := c.sign(c.ref, o, order, ids, c.owed)
	return x402.Voucher{Type: x402.TypeVoucher, Voucher: &s.Voucher, Leaves: []wire.PaidLeaf{s.Paid}}
}

// TestDirect: passages are paid and released without a gateway, once.
func TestDirect(t *testing.T) {
	c := &client{world: newWorld(t), ref: lane(0)}
	c.add()
	o := c.ask("apples")
	body, ids := request(o, 0, 1)
	price, terms := c.challenged(c.send(wire.PathRelease, body, ""), "no_payment")
	require.Equal(t, "10", price.Amount)
	require.Equal(t, types.Hash(sha256.Sum256(body)), *terms.Request)
	v := c.voucher(o, price, terms, ids, nil)
	var first string
	for range 2 {
		resp := c.send(wire.PathRelease, body, c.header(price, v))
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
		var r wire.Release
		require.NoError(t, json.Unmarshal(b, &r))
		c.verify(wire.ReleaseRequest{IDs: ids, Paid: v.Leaves[0]}, r)
		said, err := x402.ParseSettlement(resp.Header.Get(x402.HeaderResponse))
		require.NoError(t, err)
		require.True(t, said.Success)
		require.Equal(t, "10", said.Amount)
		require.Equal(t, v.ID().String(), said.Transaction)
		if first == "" {
			first = string(b)
		}
		require.Equal(t, first, string(b), "the same payment gets the same")
	}
	_, unsettled, err := c.vault.Book().Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(10), unsettled)
}

func TestDirectRefused(t *testing.T) {
	for name, cheat := range map[string]struct {
		offer   func(*x402.Offer)
		order   func(*pay.Order)
		voucher func(*x402.Voucher)
		items   []int // asked for; paid is item 0
		code    string
	}{
		"network":        {offer: func(o *x402.Offer) { o.Network = "cosmos:other" }, code: x402.CodeNetwork},
		"scheme":         {offer: func(o *x402.Offer) { o.Scheme = "exact" }, code: x402.CodeScheme},
		"payee":          {offer: func(o *x402.Offer) { o.PayTo = "weal://asset/11" }, code: x402.CodeOffer},
		"denomination":   {offer: func(o *x402.Offer) { o.Asset = "uother" }, code: x402.CodeOffer},
		"agreed to less": {offer: func(o *x402.Offer) { o.Amount = "4" }, code: x402.CodeAmount},
		"pays less":      {order: func(o *pay.Order) { o.Price = n(4) }, code: "bad_payment"},
		"another seq":    {order: func(o *pay.Order) { o.Seq++ }, code: vault.CodeBadOffer},
		"another body":   {order: func(o *pay.Order) { o.Request = types.Hash{1} }, code: "wrong_body"},
		"other items":    {order: func(o *pay.Order) { o.Items = types.Hash{1} }, code: vault.CodeWrongItems},
		"asks for more":  {items: []int{0, 1}, code: "wrong_body"},
		"leaf of none":   {voucher: func(v *x402.Voucher) { v.Leaves = append(v.Leaves, v.Leaves[0]) }, code: "bad_payment"},
		"a quote":        {voucher: func(v *x402.Voucher) { v.Quote = "q" }, code: "bad_payment"},
		"a raised leaf":  {voucher: func(v *x402.Voucher) { v.Leaves[0].Leaf.Amount = n(6) }, code: "bad_payment"},
		"names a lane": {voucher: func(v *x402.Voucher) {
			ref := lane(0)
			*v = x402.Voucher{Type: x402.TypeLane, Lane: &ref, Seq: 1}
		}, code: "bad_payment"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &client{world: newWorld(t), ref: lane(0)}
			c.add()
			o := c.ask("apples")
			body, ids := request(o, 0)
			price, terms := c.challenged(c.send(wire.PathRelease, body, ""), "no_payment")
			v := c.voucher(o, price, terms, ids, cheat.order)
			if cheat.voucher != nil {
				cheat.voucher(&v)
			}
			if cheat.offer != nil {
				cheat.offer(&price)
			}
			if cheat.items != nil {
				body, _ = request(o, cheat.items...)
			}
			resp := c.send(wire.PathRelease, body, c.header(price, v))
			c.challenged(resp, cheat.code)
			require.Empty(t, resp.Header.Get(x402.HeaderResponse))
			_, unsettled, err := c.vault.Book().Earned(t.Context())
			require.NoError(t, err)
			require.True(t, unsettled.IsZero(), "what was refused is not owed")
		})
	}
}

// TestDirectOffersAreForFundedLanes: an offer is made to no lane that could not pay.
func TestDirectOffersAreForFundedLanes(t *testing.T) {
	c := &client{world: newWorld(t), ref: types.LaneRef{Tab: 99}}
	c.add()
	body := []byte(`{"question":"apples"}`)
	price, _ := c.challenged(c.send(wire.PathOffers, body, ""), "no_lane")
	resp := c.send(wire.PathOffers, body, c.header(price, x402.Voucher{Type: x402.TypeLane, Lane: &c.ref, Seq: 1}))
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
	require.Equal(t, http.StatusBadRequest, c.send(wire.PathOffers, body, "%").StatusCode)
}
