package e2e

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// ownLane opens one more lane of the home's tab, with a key that only the test has,
// for an app.
func (h *house) ownLane(t *testing.T, name string, app types.AssetID) (types.LaneRef, ed25519.PrivateKey) {
	t.Helper()
	var s statusJSON
	h.read(t, &s, "status")
	key, l := seed(t.Name()+name), h.ledger(t)
	first, err := h.payer(t, l).Fund(t.Context(), s.Tab, milli(1_000), types.Amount{},
		[]ledger.NewLane{{Key: pay.PublicKey(key), Cap: milli(1_000), Gateway: app}})
	require.NoError(t, err)
	return types.LaneRef{Tab: s.Tab, Lane: first}, key
}

// role returns the asset and the address of a role of the home.
func (h *house) role(t *testing.T, name string) (types.AssetID, string) {
	t.Helper()
	var s statusJSON
	h.read(t, &s, "status")
	for _, a := range s.Assets {
		if a.Role == name {
			return a.Asset, a.URL
		}
	}
	require.Fail(t, "no such role", name)
	return 0, ""
}

// buyer pays a vault by hand.
type buyer struct {
	t     *testing.T
	vault string
	app   types.AssetID
	lane  types.LaneRef
	key   ed25519.PrivateKey
}

// offer asks for what the vault has.
func (b *buyer) offer(seq uint64) wire.Offer {
	b.t.Helper()
	resp := post(b.t, b.vault+wire.PathOffers, "", wire.OfferRequest{Lane: b.lane, Seq: seq, Gateway: b.app, Question: question, Limit: 2})
	require.Equal(b.t, http.StatusOK, resp.StatusCode)
	var o wire.Offer
	require.NoError(b.t, json.NewDecoder(resp.Body).Decode(&o))
	require.NotEmpty(b.t, o.Items)
	return o
}

// payment is a release request that a test may spoil before it is signed.
type payment struct {
	req     wire.ReleaseRequest
	amount  types.Amount // of the leaf
	voucher pay.Voucher
	key     ed25519.PrivateKey
}

// pay makes the request that buys an offer, after change has spoilt it.
func (b *buyer) pay(o wire.Offer, seq uint64, change func(*payment)) wire.ReleaseRequest {
	b.t.Helper()
	p := &payment{key: b.key, voucher: pay.Voucher{Chain: pay.ChainHash(types.LocalChainID), Lane: b.lane, Seq: seq}}
	p.req.Offer = o.ID
	order := pay.Order{Lane: b.lane, Seq: seq, Gateway: b.app, Asset: o.Asset, Version: o.Version, Request: sha256.Sum256([]byte(question))}
	for _, i := range o.Items {
		p.req.IDs = append(p.req.IDs, i.ID)
		order.Price, _ = order.Price.Add(i.Price)
	}
	order.Items, p.amount = pay.ItemsHash(p.req.IDs), order.Price
	change(p)
	leaf := pay.Leaf{Asset: o.Asset, Amount: p.amount, Order: order.Hash()}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	require.NoError(b.t, err)
	p.voucher.Total, p.voucher.Split = split.Sum(), split.Root()
	p.req.Voucher = pay.Sign(p.voucher, p.key)
	p.req.Paid = wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: order}
	return p.req
}

// TestVouchersByHand brings the vault vouchers that a purse would never sign, and
// in the end the one that it would.
func TestVouchersByHand(t *testing.T) {
	t.Parallel()
	h := shared(t)
	app, _ := h.role(t, "gateway")
	data, url := h.role(t, "vault")
	lane, key := h.ownLane(t, "", app)
	b := &buyer{t: t, vault: url, app: app, lane: lane, key: key}
	o := b.offer(1)
	release := url + wire.PathRelease

	for name, c := range map[string]struct {
		change func(*payment)
		status int
		code   string
	}{
		"another chain":  {func(p *payment) { p.voucher.Chain = pay.ChainHash("weal-2") }, 402, "bad_payment"},
		"another key":    {func(p *payment) { p.key = seed("thief") }, 403, "not_your_lane"},
		"another lane":   {func(p *payment) { p.voucher.Lane.Lane++ }, 402, "bad_payment"},
		"another seq":    {func(p *payment) { p.voucher.Seq++ }, 402, "bad_payment"},
		"too little":     {func(p *payment) { p.amount = milli(1) }, 402, "too_little"},
		"nothing":        {func(p *payment) { p.amount = types.Amount{} }, 402, ""},
		"over the cap":   {func(p *payment) { p.amount = milli(1_001) }, 402, "over_cap"},
		"ceiling on top": {func(p *payment) { p.voucher.Ceiling = milli(1_000) }, 402, "over_cap"},
		"other passages": {func(p *payment) { p.req.IDs = []types.Hash{{1}} }, 402, "wrong_items"},
		"no passages":    {func(p *payment) { p.req.IDs = nil }, 402, "wrong_items"},
		"another offer":  {func(p *payment) { p.req.Offer = "AAAA" }, 402, "unknown_offer"},
	} {
		e := refused(t, post(t, release, "", b.pay(o, 1, c.change)), c.status)
		if c.code != "" {
			require.Equal(t, c.code, e.Error.Code, "%s: %s", name, e.Error.Message)
		}
	}
	for _, body := range []string{"", "{", "[]", `{"voucher":"????"}`, `{"ids":["00"]}`} {
		refused(t, post(t, release, "", []byte(body)), http.StatusBadRequest)
	}
	b.buys(data, o, release)
}

// buys pays as it should be, and checks that the order is served once.
func (b *buyer) buys(data types.AssetID, o wire.Offer, release string) {
	t := b.t
	t.Helper()
	right := b.pay(o, 1, func(*payment) {})
	var bodies [][]byte
	for range 2 { // the second is a retry
		resp := post(t, release, "", right)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
		bodies = append(bodies, body)
	}
	require.True(t, bytes.Equal(bodies[0], bodies[1]), "a retry gets the same answer")
	var r wire.Release
	require.NoError(t, json.Unmarshal(bodies[0], &r))
	require.Equal(t, data, r.Asset)
	require.Len(t, r.Passages, len(o.Items))
	for i, p := range r.Passages {
		chunk := p.Chunk().Hash()
		require.Equal(t, o.Items[i].ID, pay.SaltedID(r.Salt, chunk))
		require.NoError(t, p.Proof.Verify(chunk, o.Root))
	}
	refused(t, post(t, release, "", b.pay(b.offer(1), 1, func(*payment) {})), http.StatusConflict)
	e := refused(t, post(t, release, "", b.pay(b.offer(2), 2, func(*payment) {})), http.StatusPaymentRequired)
	require.Equal(t, "too_little", e.Error.Code, "leaves are running totals")
}

// TestHeadersThatAreNone sends the gateway lanes and payments that are none.
func TestHeadersThatAreNone(t *testing.T) {
	t.Parallel()
	h := shared(t)
	url := home.URL(h.ports.Gateway) + wire.PathCompletions
	body := []byte(`{"model":"weal","messages":[{"role":"user","content":"What does a voucher hold?"}]}`)
	for _, c := range []struct {
		header, value string
		status        int
	}{
		{wire.HeaderLane, "here", 400},
		{wire.HeaderLane, "1/0/0 0", 400},
		{wire.HeaderLane, "999/0/0 1", 403},
		{wire.HeaderPayment, "%%%", 400},
		{wire.HeaderPayment, "e30", 402}, // {}
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set(c.header, c.value)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		refused(t, resp, c.status)
		require.NoError(t, resp.Body.Close())
	}
}
