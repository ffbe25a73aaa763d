package vault_test

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// byToken prices passages by the token, the better ones dearer.
func byToken(w *world) {
	w.asset.Prices = []types.Price{
		{Unit: types.PerToken, Denom: denom, Amount: n(10), Tokens: 3},
		{Unit: types.PerToken, Denom: denom, Amount: n(70), Tokens: 3, Band: 9},
	}
}

// pay signs for items of an offer at price.
func (w *world) pay(ref types.LaneRef, seq uint64, o wire.Offer, price uint64, items ...int) wire.ReleaseRequest {
	w.t.Helper()
	var ids []types.Hash
	for _, i := range items {
		ids = append(ids, o.Items[i].ID)
	}
	return w.sign(ref, o, pay.Order{
		Lane: ref, Seq: seq, Gateway: gateway, Asset: o.Asset, Version: o.Version,
		Request: sha256.Sum256([]byte("body")), Items: pay.ItemsHash(ids), Price: n(price),
	}, ids, price)
}

func TestPassagesByTheTokenAndByBand(t *testing.T) {
	w := newWorld(t)
	byToken(w)
	w.add()
	o := w.offer(lane(0), 1, "Which apples are red?")
	require.Len(t, o.Items, 2)
	// "Apples\n\nApples are red. An apple a day." has 39 bytes, "Pears…" 38: 10 tokens each.
	require.EqualValues(t, 39, o.Items[0].Bytes)
	require.Equal(t, n(234), o.Items[0].Price, "⌈10·70/3⌉")
	require.EqualValues(t, 38, o.Items[1].Bytes)
	require.Less(t, o.Items[1].Band, uint8(9))
	require.Equal(t, n(34), o.Items[1].Price, "⌈10·10/3⌉")

	for price, items := range map[uint64][]int{233: {0}, 235: {0}, 33: {1}, 34: {0}, 234: {1}, 267: {0, 1}, 0: {0}, 468: {0, 1}} {
		_, err := w.release(w.pay(lane(0), 1, o, price, items...))
		require.NotNil(t, err)
		require.Equal(t, earn.CodeBadPayment, err.Code, "%d for %v: %s", price, items, err.Message)
	}
	_, unsettled, err := w.vault.Book().Earned(t.Context())
	require.NoError(t, err)
	require.True(t, unsettled.IsZero())

	// The price list may change: what was offered holds, also after a restart.
	w.asset.Prices = []types.Price{{Unit: types.PerPassage, Denom: denom, Amount: n(1)}}
	require.NoError(t, w.vault.Close())
	w.open(nil)
	req := w.pay(lane(0), 1, o, 268, 1, 0)
	r, refusal := w.release(req)
	require.Nil(t, refusal)
	w.verify(req, r)
	require.Len(t, r.Passages[1].Text, 39)
}

func TestPassageThatCannotBePriced(t *testing.T) {
	w := newWorld(t)
	w.asset.Prices = []types.Price{{Unit: types.PerToken, Denom: denom, Amount: types.AmountFromBytes([16]byte{0xff}), Tokens: 1}}
	w.add()
	var o wire.Offer
	err := post(t, w.vault.Handler(), wire.PathOffers, wire.OfferRequest{Lane: lane(0), Seq: 1, Gateway: gateway, Question: "apples"}, &o)
	require.NotNil(t, err)
	require.Equal(t, earn.CodeWrongDenom, err.Code)
}

// TestDirectByTheToken: a client of x402 is told the most before its lane is known,
// and the exact sum with an offer.
func TestDirectByTheToken(t *testing.T) {
	c := &client{world: newWorld(t), ref: lane(0)}
	byToken(c.world)
	c.add()
	question, _ := json.Marshal(map[string]any{"question": "Which apples are red?", "limit": 2})
	most, _ := c.challenged(c.send(wire.PathOffers, question, ""), "no_lane")
	require.Equal(t, "21000", most.Amount, "2 · 450·70/3")
	c.seq = 1
	resp := c.send(wire.PathOffers, question, c.header(most, x402.Voucher{Type: x402.TypeLane, Lane: &c.ref, Seq: c.seq}))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var o wire.Offer
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&o))
	body, ids := request(o, 0, 1)
	price, terms := c.challenged(c.send(wire.PathRelease, body, ""), "no_payment")
	require.Equal(t, "268", price.Amount)
	cheap := c.voucher(o, price, terms, ids, func(o *pay.Order) { o.Price = n(267) })
	_, _ = c.challenged(c.send(wire.PathRelease, body, c.header(price, cheap)), "bad_payment")
	c.owed = 0
	resp = c.send(wire.PathRelease, body, c.header(price, c.voucher(o, price, terms, ids, nil)))
	require.Equal(t, http.StatusOK, resp.StatusCode)

	// Who makes an offer up is told no price.
	o.ID = "AAAA"
	body, _ = request(o, 0)
	resp = c.send(wire.PathRelease, body, "")
	require.Equal(t, http.StatusPaymentRequired, resp.StatusCode)
	require.Empty(t, resp.Header.Get(x402.HeaderRequired))
}
