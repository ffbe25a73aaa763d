package vault_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// buySealed is buy for passages that are to be sealed to key.
func (w *world) buySealed(ref types.LaneRef, seq uint64, o wire.Offer, key types.Hash, items ...int) wire.ReleaseRequest {
	w.t.Helper()
	req := w.buy(ref, seq, o, items...)
	order := req.Paid.Order
	order.Items = pay.SealedItems(order.Items, key)
	req = w.sign(ref, o, order, req.IDs, w.owed[ref])
	req.Seal = key
	return req
}

func (w *world) releaseSealed(req wire.ReleaseRequest) (raw json.RawMessage, r wire.SealedRelease, err *wire.Error) {
	w.t.Helper()
	if err = post(w.t, w.vault.Handler(), wire.PathRelease, req, &raw); err == nil {
		require.NoError(w.t, json.Unmarshal(raw, &r))
	}
	return raw, r, err
}

func buyersKey(t *testing.T) *sealed.Private {
	t.Helper()
	k, err := sealed.NewPrivate()
	require.NoError(t, err)
	return k
}

func TestReleaseIsSealedToItsBuyer(t *testing.T) {
	w := newWorld(t)
	w.add()
	k := buyersKey(t)
	o := w.offer(lane(0), 1, "apples")
	req := w.buySealed(lane(0), 1, o, k.Key(), 0, 1)
	raw, r, refused := w.releaseSealed(req)
	require.Nil(t, refused)
	for _, word := range []string{"pples", "apples.md", "Pears", "green", "salt", "passages", "receipt", "proof"} {
		require.NotContains(t, string(raw), word, "it tells who passes it on")
	}
	text, err := k.Open(req.Paid.Order.Hash(), r.Sealed)
	require.NoError(t, err)
	var open wire.Release
	require.NoError(t, wire.Unmarshal(text, &open))
	require.Equal(t, []any{o.Asset, o.Version, o.Root}, []any{r.Asset, r.Version, r.Root})
	require.NotContains(t, string(raw), open.Salt.String())
	w.verify(req, open)

	again, _, refused := w.releaseSealed(req)
	require.Nil(t, refused)
	require.True(t, bytes.Equal(raw, again), "a retry gets other bytes")
	require.NoError(t, w.vault.Close())
	w.open(nil)
	again, _, refused = w.releaseSealed(req)
	require.Nil(t, refused)
	require.True(t, bytes.Equal(raw, again), "a retry after a restart gets other bytes")
}

// TestKeyIsPartOfWhatIsPaid plays a gateway that passes on another key, or none.
func TestKeyIsPartOfWhatIsPaid(t *testing.T) {
	mine, thief := buyersKey(t), buyersKey(t)
	low := types.Hash{1}
	for _, c := range []struct {
		name   string
		status int
		code   string
		change func(w *world, r *wire.ReleaseRequest)
	}{
		{"another key", 402, vault.CodeWrongItems, func(_ *world, r *wire.ReleaseRequest) { r.Seal = thief.Key() }},
		{"no key", 402, vault.CodeWrongItems, func(_ *world, r *wire.ReleaseRequest) { r.Seal = types.Hash{} }},
		{"an order for another key", 402, "bad_payment", func(_ *world, r *wire.ReleaseRequest) {
			r.Seal, r.Paid.Order.Items = thief.Key(), pay.SealedItems(pay.ItemsHash(r.IDs), thief.Key())
		}},
		{"an order in plain", 402, "bad_payment", func(_ *world, r *wire.ReleaseRequest) {
			r.Seal, r.Paid.Order.Items = types.Hash{}, pay.ItemsHash(r.IDs)
		}},
		{"a key of low order that was paid for", 400, vault.CodeBadKey, func(w *world, r *wire.ReleaseRequest) {
			order := r.Paid.Order
			order.Items = pay.SealedItems(pay.ItemsHash(r.IDs), low)
			*r = w.sign(lane(0), wire.Offer{ID: r.Offer}, order, r.IDs, 5)
			r.Seal = low
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.add()
			req := w.buySealed(lane(0), 1, w.offer(lane(0), 1, "apples"), mine.Key(), 0)
			honest := req
			c.change(w, &req)
			raw, _, refused := w.releaseSealed(req)
			require.NotNil(t, refused, "%s", raw)
			require.Equal(t, c.status, refused.Status)
			require.Equal(t, c.code, refused.Code, refused.Message)
			settled, owed, err := w.vault.Book().Earned(t.Context())
			require.NoError(t, err)
			require.True(t, settled.IsZero() && owed.IsZero(), "it took the payment")
			_, _, refused = w.releaseSealed(honest)
			require.Nil(t, refused, "the payment was spoilt")
		})
	}
}

// TestPlainOrderIsNotSealed: who paid for passages in plain cannot be given what it
// cannot open.
func TestPlainOrderIsNotSealed(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buy(lane(0), 1, w.offer(lane(0), 1, "apples"), 0)
	req.Seal = buyersKey(t).Key()
	_, _, refused := w.releaseSealed(req)
	require.NotNil(t, refused)
	require.Equal(t, vault.CodeWrongItems, refused.Code)
	req.Seal = types.Hash{}
	_, refused = w.release(req)
	require.Nil(t, refused)
}

func TestBadKeysAreRefusedInWords(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buySealed(lane(0), 1, w.offer(lane(0), 1, "apples"), buyersKey(t).Key(), 0)
	b, err := json.Marshal(req)
	require.NoError(t, err)
	for _, bad := range []string{"abc", strings.Repeat("z", 64), strings.Repeat("0", 66)} {
		body := strings.Replace(string(b), req.Seal.String(), bad, 1)
		refused := post(t, w.vault.Handler(), wire.PathRelease, json.RawMessage(body), nil)
		require.NotNil(t, refused)
		require.Equal(t, http.StatusBadRequest, refused.Status)
		require.Contains(t, refused.Message, "64 hex digits")
	}
}

// TestDirectIsSealed: who pays by x402, without a gateway, can have a release sealed as
// well, such as through a proxy that is not its own.
func TestDirectIsSealed(t *testing.T) {
	c := &client{world: newWorld(t), ref: lane(0)}
	c.add()
	k := buyersKey(t)
	o := c.ask("apples")
	body, ids := request(o, 0)
	body = append(body[:len(body)-1], []byte(`,"seal":"`+k.Key().String()+`"}`)...)
	price, terms := c.challenged(c.send(wire.PathRelease, body, ""), "no_payment")
	require.Equal(t, pay.SealedItems(pay.ItemsHash(ids), k.Key()), *terms.Items)
	v := c.voucher(o, price, terms, ids, nil)
	resp := c.send(wire.PathRelease, body, c.header(price, v))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var r wire.SealedRelease
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&r))
	text, err := k.Open(v.Leaves[0].Order.Hash(), r.Sealed)
	require.NoError(t, err)
	var open wire.Release
	require.NoError(t, wire.Unmarshal(text, &open))
	require.Equal(t, ids[0], open.Passages[0].ID)
}
