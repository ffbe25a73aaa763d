package gateway_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

func TestSearchIsSealedToThePurse(t *testing.T) {
	s := newStreet(t)
	a, err := s.search()
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Equal(t, "stop", a.FinishReason)
	require.Empty(t, a.Text)
	require.Len(t, a.Citations, 3)
	var got strings.Builder
	for i, c := range a.Citations {
		require.True(t, c.Proof)
		require.Equal(t, i+1, c.N)
		require.NoError(t, c.Path.Verify(c.Chunk, c.Root))
		got.WriteString(c.Source + c.Heading + c.Text)
	}
	require.Len(t, a.Receipts, 3)
	for _, r := range a.Receipts {
		asset, err := s.chain.Asset(t.Context(), r.Asset)
		require.NoError(t, err)
		require.NoError(t, r.Verify(asset.Key))
	}
	require.Equal(t, types.NewAmount(3*passagePrice+usePrice), a.Total)
	require.Equal(t, []string{"2000", "1000"}, []string{s.earned(vaultA), s.earned(vaultB)})
	// The app's tick may come a moment after the answer.
	require.Eventually(t, func() bool { return s.earned(appID) == "500" }, 5*time.Second, 10*time.Millisecond)
	for _, word := range secrets {
		require.Contains(t, got.String(), word)
		for i, p := range s.taps() {
			require.False(t, p.tells(word), "tap %d has heard %q", i, word)
		}
	}
	kept, err := s.purse.Receipts(t.Context(), purse.Filter{})
	require.NoError(t, err)
	require.Len(t, kept, 3)

	// The same taps hear it all if an answer is asked for.
	_, err = s.purse.Ask(t.Context(), purse.Ask{Gateway: s.near.server.URL, Body: []byte(`{"messages":[{"role":"user","content":"Who sleeps?"}]}`)})
	require.NoError(t, err)
	require.True(t, s.near.tells("wombat") && s.far[vaultA].tells("wombat") && s.far[vaultB].tells("numbat"))
}

// swapKey puts another key into requests of a path.
func swapKey(path string, key types.Hash) func(string, []byte) []byte {
	return func(at string, body []byte) []byte {
		var fields map[string]json.RawMessage
		if at != path || json.Unmarshal(body, &fields) != nil {
			return body
		}
		fields["seal"], _ = json.Marshal(key)
		body, _ = json.Marshal(fields)
		return body
	}
}

func TestMiddleSwapsTheKey(t *testing.T) {
	thief, err := sealed.NewPrivate()
	require.NoError(t, err)

	s := newStreet(t)
	s.near.change(swapKey(wire.PathSearch, thief.Key()), nil)
	a, err := s.search()
	require.ErrorIs(t, err, purse.ErrQuote, "a quote for another key is signed")
	require.Nil(t, a)

	s = newStreet(t)
	for _, id := range []types.AssetID{vaultA, vaultB} {
		s.far[id].change(swapKey(wire.PathRelease, thief.Key()), nil)
	}
	_, err = s.search()
	require.ErrorContains(t, err, "the order's items are not")
	require.Equal(t, []string{"0", "0", "0"}, []string{s.earned(vaultA), s.earned(vaultB), s.earned(appID)}, "somebody was paid for it")

	s = newStreet(t)
	s.far[vaultA].change(swapKey(wire.PathRelease, types.Hash{}), nil)
	_, err = s.search()
	require.ErrorContains(t, err, "the order's items are not", "passages in plain were paid sealed")
	require.False(t, s.far[vaultA].tells("wombat"))
}

// inEvents changes what is sealed in the lines of a stream, or in a release.
func inEvents(change func(box wire.Box) wire.Box) func(string, string) string {
	return func(_, line string) string {
		_, rest, found := strings.Cut(line, `"sealed":"`)
		old, _, ok := strings.Cut(rest, `"`)
		var box wire.Box
		if !found || !ok || box.UnmarshalText([]byte(old)) != nil {
			return line
		}
		b, _ := change(box).MarshalText()
		return strings.Replace(line, old, string(b), 1)
	}
}

func TestMiddleSwapsWhatIsSealed(t *testing.T) {
	for _, c := range []struct {
		name, problem string
		change        func(s *street) func(box wire.Box) wire.Box
	}{
		{"a bit", "it does not open", func(*street) func(wire.Box) wire.Box {
			return func(b wire.Box) wire.Box { b[100] ^= 1; return b }
		}},
		{"sealed for another order", "it does not open", func(s *street) func(wire.Box) wire.Box {
			return func(wire.Box) wire.Box { return s.forge(types.Hash{1}, "text") }
		}},
		{"no release", "no release", func(s *street) func(wire.Box) wire.Box {
			return func(wire.Box) wire.Box { return s.forge(s.order(), "text") }
		}},
		{"a release of its own", "ordered", func(s *street) func(wire.Box) wire.Box {
			return func(wire.Box) wire.Box {
				return s.forge(s.order(), s.bare())
			}
		}},
		{"passages of its own under the ids that were ordered", "not one of the passages", func(s *street) func(wire.Box) wire.Box {
			return func(wire.Box) wire.Box {
				r := s.bare()
				for _, id := range s.ids() {
					r.Passages = append(r.Passages, wire.Passage{ID: id, Text: "forged"})
				}
				return s.forge(s.order(), r)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStreet(t)
			s.near.change(func(path string, body []byte) []byte { s.saw(path, body); return body }, inEvents(c.change(s)))
			s.far[vaultA].change(func(path string, body []byte) []byte { s.saw(path, body); return body }, nil)
			a, _ := s.search()
			require.NotNil(t, a)
			require.Contains(t, strings.Join(a.Problems, "; "), c.problem)
			for _, cited := range a.Citations {
				require.False(t, cited.Asset == vaultA && cited.Proof, "a forged passage holds")
			}
			require.Equal(t, "0", s.earned(appID), "the app was paid")
			for _, r := range a.Receipts {
				require.NotEqual(t, vaultA, r.Asset, "a receipt for what did not come")
			}
		})
	}
}

func TestSearchOfAVaultThatFails(t *testing.T) {
	s := newStreet(t)
	s.far[vaultB].change(nil, func(path, line string) string {
		if path == wire.PathRelease {
			return "{"
		}
		return line
	})
	a, err := s.search()
	require.Error(t, err)
	require.NotNil(t, a)
	require.Len(t, a.Citations, 2, "what the other released is the payer's")
	require.Equal(t, "0", s.earned(appID), "the app is paid for half of it")
	require.Contains(t, strings.Join(a.Problems, "; "), "did not come")
}

// post sends a search to the gateway.
func (s *street) post(path, body string, headers ...string) *http.Response {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.server.Client().Do(req)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestSearchesThatAreRefused(t *testing.T) {
	s := newStreet(t)
	k, err := sealed.NewPrivate()
	require.NoError(t, err)
	key := k.Key().String()
	lane := wire.FormatLane(s.payer.Lane.Ref, 1)
	for _, c := range []struct {
		status     int
		code, body string
	}{
		{400, "bad_key", `{"question":"q"}`},
		{400, "bad_key", `{"question":"q","seal":"` + strings.Repeat("0", 64) + `"}`},
		{400, "bad_key", `{"question":"q","seal":"01` + strings.Repeat("0", 62) + `"}`},
		{400, "bad_key", `{"question":"q","seal":"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}`},
		{400, "bad_json", `{"question":"q","seal":"` + key[2:] + `"}`},
		{400, "bad_json", `{`},
		{400, "no_question", `{"seal":"` + key + `"}`},
		{400, "question_too_long", `{"question":"` + strings.Repeat("q", 5000) + `","seal":"` + key + `"}`},
		{400, "bad_limit", `{"question":"q","limit":33,"seal":"` + key + `"}`},
		{400, "bad_limit", `{"question":"q","limit":-1,"seal":"` + key + `"}`},
		{404, "model_not_found", `{"question":"q","model":"other","seal":"` + key + `"}`},
		{404, "no_match", `{"question":"zzz","seal":"` + key + `"}`},
		{400, "bad_filter", `{"question":"sleeps","filter":"??","seal":"` + key + `"}`},
	} {
		s.refused(s.post(wire.PathSearch, c.body, wire.HeaderLane, lane), c.status, c.code)
	}
	s.refused(s.post(wire.PathSearch, `{"question":"q","seal":"`+key+`"}`), http.StatusPaymentRequired, "no_payment")
	s.refused(s.post(wire.PathSearch, `{"question":"q","seal":"`+key+`"}`, wire.HeaderLane, "x"), http.StatusBadRequest, "bad_header")
}

// TestSearchIsServedAgain pays by hand: the same payment gets the same again, also
// from a gateway that was restarted, and nowhere else.
func TestSearchIsServedAgain(t *testing.T) {
	s := newStreet(t)
	k, err := sealed.NewPrivate()
	require.NoError(t, err)
	// It could be read as a question for an answer as well.
	body := `{"question":"Who sleeps?","seal":"` + k.Key().String() + `","messages":[{"role":"user","content":"Who sleeps?"}]}`
	resp := s.post(wire.PathSearch, body, wire.HeaderLane, wire.FormatLane(s.payer.Lane.Ref, 1))
	var quoted wire.QuoteReply
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&quoted))
	q := quoted.Quote
	require.Equal(t, types.Hash(sha256.Sum256([]byte(body))), q.Request)
	require.Len(t, q.Meters, 1)
	require.Equal(t, types.KindApp, q.Meters[0].Kind)

	orders := s.orders(q)
	var items []types.Hash
	for i := range q.Vaults {
		orders[i].Items = pay.SealedItems(orders[i].Items, k.Key())
		items = append(items, orders[i].Items)
	}
	orders[len(orders)-1].Items = pay.ItemsHash(items)
	signed := s.payer.Sign(orders...)
	p := wire.Payment{Quote: q.ID, Voucher: signed.Voucher, Ticks: []wire.PaidTick{signed.Ticks[appID]}}
	for _, v := range q.Vaults {
		p.Leaves = append(p.Leaves, signed.Leaves[v.Asset])
	}
	header, err := wire.EncodeHeader(p)
	require.NoError(t, err)
	s.refused(s.post(wire.PathCompletions, body, wire.HeaderPayment, header), http.StatusPaymentRequired, "wrong_payment")

	first := s.boxes(s.post(wire.PathSearch, body, wire.HeaderPayment, header), true)
	require.Len(t, first, 2)
	require.Equal(t, first, s.boxes(s.post(wire.PathSearch, body, wire.HeaderPayment, header), true))
	s.start()
	require.Equal(t, first, s.boxes(s.post(wire.PathSearch, body, wire.HeaderPayment, header), true))
	for _, b := range first {
		text, err := k.Open(signed.Leaves[b.Asset].Order.Hash(), b.Sealed)
		require.NoError(t, err)
		var r wire.Release
		require.NoError(t, wire.Unmarshal(text, &r))
		require.NotEmpty(t, r.Passages)
	}
	require.Equal(t, "500", s.earned(appID))
}

// boxes reads what a search brings, and pays the app once something came.
func (s *street) boxes(resp *http.Response, paying bool) (out []wire.SealedRelease) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, resp.StatusCode)
	events := wire.NewEventReader(resp.Body)
	for {
		data, err := events.Next()
		if err != nil {
			return out
		}
		var c wire.Completion
		require.NoError(s.t, wire.Unmarshal(data, &c))
		require.Nil(s.t, c.Error)
		if c.Weal != nil && len(c.Weal.Sealed) > 0 && paying {
			out = append(out, c.Weal.Sealed...)
			status, _ := s.tick(s.payer.Tick(appID, 1))
			require.Equal(s.t, http.StatusOK, status)
		}
	}
}

// FuzzSearch: whatever is sent as a search is refused or quoted, and quoted only with
// a key that keeps a secret.
func FuzzSearch(f *testing.F) {
	w := newWorld(f)
	k, err := sealed.NewPrivate()
	require.NoError(f, err)
	f.Add([]byte(`{"question":"vouchers","limit":2,"filter":"source=a","seal":"` + k.Key().String() + `"}`))
	f.Add([]byte(`{"question":"vouchers","seal":"0100000000000000000000000000000000000000000000000000000000000000"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		rec := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, wire.PathSearch, bytes.NewReader(body))
		r.Header.Set(wire.HeaderLane, wire.FormatLane(w.payer.Lane.Ref, 1))
		w.gateway.Handler().ServeHTTP(rec, r)
		require.Contains(t, []int{400, 402, 404}, rec.Code, rec.Body.String())
		if rec.Code == http.StatusPaymentRequired {
			var s wire.SearchRequest
			require.NoError(t, wire.Decode(body, &s))
			require.NoError(t, sealed.Check(s.Seal))
		}
	})
}
