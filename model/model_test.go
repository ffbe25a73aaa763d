package model_test

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func sum256(s string) types.Hash { return sha256.Sum256([]byte(s)) }

func valid(s string) string { return strings.ToValidUTF8(s, "") }

func TestPaidAnswer(t *testing.T) {
	text := valid(long(150))
	l := newLab(t, strings.SplitAfterN(text, "! ", 3)...)
	o := l.order(60)
	a := l.send(t.Context(), l.payer.Sign(o), body(60), l.honest(o))
	require.NoError(t, a.cut)
	require.Nil(t, a.err)
	require.Equal(t, text, a.text)
	require.Equal(t, "stop", a.finish)
	require.Equal(t, types.Tokens(len(text)), a.usage.CompletionTokens)
	paid := l.payer.Revealed[asset]
	require.Equal(t, o.Prompt+uint32((types.Tokens(len(text))+perTick-1)/perTick), paid)
	l.checkReceipt(a, o, paid)
	require.Equal(t, sum256(string(body(60))), a.receipts[0].Input)
}

func TestBrokenTextIsCountedAsItIsSent(t *testing.T) {
	l := newLab(t, strings.Repeat("\xff", 7), "\xc3", "ok")
	o := l.order(60)
	a := l.send(t.Context(), l.payer.Sign(o), body(60), l.honest(o))
	require.Nil(t, a.err)
	require.Equal(t, "\ufffd\ufffdok", a.text)
}

func TestManyQuestionsFoldIntoOneClaim(t *testing.T) {
	l := newLab(t, valid(long(70)))
	var ticks uint32
	for range 3 {
		o := l.order(60)
		a := l.send(t.Context(), l.payer.Sign(o), body(60), l.honest(o))
		require.Nil(t, a.err)
		ticks += l.payer.Revealed[asset]
	}
	claims, err := l.model.Book().Unsettled(t.Context())
	require.NoError(t, err)
	require.Len(t, claims, 1)
	_, value, err := claims[0].Claims[0].Value(claims[0].Voucher.Voucher)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(tickPrice*uint64(ticks)), value)
}

// TestPayerStops plays a payer who takes text and stops paying after k ticks.
func TestPayerStops(t *testing.T) {
	for _, stop := range []uint32{0, 1, 2, 3} {
		l := newLab(t, long(160))
		l.wait = 50 * time.Millisecond
		l.start()
		o := l.order(100)
		var paid uint32
		received := 0
		a := l.send(t.Context(), l.payer.Sign(o), body(100), func(n int) {
			received = n
			if want := o.Prompt + min(stop, uint32((n+15)/16)); stop > 0 && want > paid {
				_, paid = l.tick(l.payer.Tick(asset, want))
			}
		})
		require.NotNil(t, a.err)
		require.Equal(t, "unpaid", a.err.Code)
		require.LessOrEqual(t, received, 16*(int(stop)+1), "more than one tick beyond %d", stop)
		require.Greater(t, received, 16*int(stop))
		require.Empty(t, a.finish)
		l.checkReceipt(a, o, paid)
	}
}

// TestPayerStopsAtTheEnd plays a payer who got all text and owes the last ticks: the
// answer's end does not wait for them, and they stay in the exposure until they come,
// or the next voucher pays them.
func TestPayerStopsAtTheEnd(t *testing.T) {
	for _, how := range []string{"late", "folded", "never"} {
		l := newLab(t, "one tick only")
		o := l.order(100)
		owed := o.Prompt + 1
		a := l.send(t.Context(), l.payer.Sign(o), body(100), nil)
		require.Nil(t, a.err)
		require.Equal(t, "one tick only", a.text)
		l.checkReceipt(a, o, owed)
		require.Equal(t, types.NewAmount(tickPrice*uint64(owed)), l.exposed(), how)
		last := l.payer.Tick(asset, owed)
		switch how {
		case "late":
			status, paid := l.tick(last)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, owed, paid)
			require.Equal(t, types.NewAmount(tickPrice*uint64(owed)), l.exposed(), "owed, and can be brought")
		case "never":
			l.payer.Revealed[asset] = 0
			fallthrough
		default:
			next := l.order(100)
			_ = l.send(t.Context(), l.payer.Sign(next), body(100), nil)
			require.Equal(t, types.NewAmount(2*tickPrice*uint64(owed)), l.exposed(), how)
		}
	}
}

func TestRetryGetsTheSameAnswer(t *testing.T) {
	l := newLab(t, "A voucher is one signature.")
	o := l.order(60)
	s := l.payer.Sign(o)
	first := l.send(t.Context(), s, body(60), l.honest(o))
	require.Nil(t, first.err)
	require.Equal(t, first, l.send(t.Context(), s, body(60), nil))
	l.start()
	require.Equal(t, first, l.send(t.Context(), s, body(60), nil), "after a restart")
	closing := l.payer.Lane
	closing.State = types.LaneClosing
	l.chain.SetLane(closing)
	l.start()
	require.Equal(t, first, l.send(t.Context(), s, body(60), nil), "while the lane closes")
	require.Equal(t, 1, l.asked)

	other := strings.Replace(string(body(60)), question, "What is a vaucher?", 1)
	a := l.send(t.Context(), s, []byte(other), nil)
	require.Equal(t, http.StatusConflict, a.status)
	require.Equal(t, "order_served", a.err.Code)
	require.Equal(t, 1, l.asked)
}

func TestRefusesBeforeItWorks(t *testing.T) {
	for name, c := range map[string]struct {
		order  func(*lab) pay.Order
		change func(*lab, *modeltest.Signed)
		status int
		code   string
	}{
		"price":   {order: func(l *lab) pay.Order { o := l.order(60); o.Price = types.NewAmount(1); return o }, status: 402, code: "wrong_price"},
		"tokens":  {order: func(l *lab) pay.Order { o := l.order(60); o.Tokens++; return o }, status: 402},
		"prompt":  {order: func(l *lab) pay.Order { o := l.order(60); o.Prompt--; o.Most--; return o }, status: 402, code: "prompt_too_big"},
		"most":    {order: func(l *lab) pay.Order { o := l.order(60); o.Most++; return o }, status: 402, code: "wrong_most"},
		"version": {order: func(l *lab) pay.Order { o := l.order(60); o.Version++; return o }, status: 402},
		"gateway": {order: func(l *lab) pay.Order { o := l.order(60); o.Gateway++; return o }, status: 403},
		"swapped order": {order: func(l *lab) pay.Order { return l.order(60) }, change: func(_ *lab, s *modeltest.Signed) {
			p := s.Ticks[asset]
			p.Order.Items[0] ^= 1
			s.Ticks[asset] = p
		}, status: 402},
		"foreign path": {order: func(l *lab) pay.Order { return l.order(60) }, change: func(_ *lab, s *modeltest.Signed) {
			p := s.Ticks[asset]
			p.Leaf.Most, p.Leaf.Prompt = p.Leaf.Most*2, p.Leaf.Prompt*2
			p.Order.Most, p.Order.Prompt = p.Leaf.Most, p.Leaf.Prompt
			p.Leaf.Order = p.Order.Hash()
			s.Ticks[asset] = p
		}, status: 402},
		"forged voucher": {order: func(l *lab) pay.Order { return l.order(60) }, change: func(l *lab, s *modeltest.Signed) {
			s.Voucher = pay.Sign(s.Voucher.Voucher, modeltest.Key("thief", 1))
		}, status: 403},
		"closing lane": {order: func(l *lab) pay.Order { return l.order(60) }, change: func(l *lab, _ *modeltest.Signed) {
			lane := l.payer.Lane
			lane.State = types.LaneClosing
			l.chain.SetLane(lane)
		}, status: 410},
		"no price in the denomination": {order: func(l *lab) pay.Order { return l.order(60) }, change: func(l *lab, _ *modeltest.Signed) {
			lane := l.payer.Lane
			lane.Denom = "gold"
			l.chain.SetLane(lane)
			l.chain.Change(asset, func(a *types.Asset) { a.Denoms = append(a.Denoms, "gold") })
		}, status: 402, code: "wrong_denomination"},
		"over the cap": {order: func(l *lab) pay.Order { return l.order(60) }, change: func(l *lab, _ *modeltest.Signed) {
			lane := l.payer.Lane
			lane.Cap = types.NewAmount(10)
			l.chain.SetLane(lane)
		}, status: 402},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, "never")
			s := l.payer.Sign(c.order(l))
			if c.change != nil {
				c.change(l, &s)
			}
			a := l.send(t.Context(), s, body(60), nil)
			require.Equal(t, c.status, a.status)
			if c.code != "" {
				require.Equal(t, c.code, a.err.Code)
			}
			require.NotEmpty(t, a.err.Message)
			require.Zero(t, l.asked, "the upstream was asked unpaid")
		})
	}
}

func TestTicksAreChecked(t *testing.T) {
	l := newLab(t, long(60))
	o := l.order(60)
	s := l.payer.Sign(o)
	l.send(t.Context(), s, body(60), func(n int) {
		if n > 16 {
			return
		}
		t1 := l.payer.Tick(asset, 1)
		t1.K = o.Most + 1
		status, _ := l.tick(t1)
		require.Equal(t, http.StatusPaymentRequired, status, "over-asked")
		t1.K = 2
		status, _ = l.tick(t1)
		require.Equal(t, http.StatusPaymentRequired, status, "preimage of another tick")
		status, paid := l.tick(l.payer.Tick(asset, o.Most))
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, o.Most, paid, "a payer may skip ahead")
		status, paid = l.tick(l.payer.Tick(asset, 1))
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, o.Most, paid, "a lower tick changes nothing")
	})
}

func TestAnswerEndsAtTheLimit(t *testing.T) {
	l := newLab(t, valid(long(90)), valid(long(90)))
	o := l.order(10) // 3 ticks of 16 bytes
	a := l.send(t.Context(), l.payer.Sign(o), body(10), l.honest(o))
	require.Nil(t, a.err)
	require.Equal(t, "length", a.finish)
	require.Greater(t, len(a.text), 44)
	require.LessOrEqual(t, len(a.text), 48)
	require.Equal(t, a.text, valid(a.text), "cut inside a code point")
	l.checkReceipt(a, o, o.Most)
}

func TestTwoRequestsForOneOrder(t *testing.T) {
	l := newLab(t, "served once")
	o := l.order(60)
	s := l.payer.Sign(o)
	second := make(chan answer, 1)
	begin := make(chan struct{})
	l.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		close(begin)
		return &script{pieces: []string{"served once"}}, nil
	})
	go func() {
		<-begin
		second <- l.send(t.Context(), s, body(60), nil)
	}()
	first := l.send(t.Context(), s, body(60), l.honest(o))
	require.Nil(t, first.err)
	require.Equal(t, first, <-second)
	require.Equal(t, 1, l.asked)
}

func TestOtherEndpoints(t *testing.T) {
	l := newLab(t)
	get := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, l.server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		resp, err := l.server.Client().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(b)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/healthz", "", 200, `"asset":11`},
		{"GET", "/v1/models", "", 200, `"id":"test-model"`},
		{"GET", "/weal/v1/manifest", "", 404, "no_manifest"},
		{"POST", "/v1/chat/completions", "{}", 402, "no_payment"},
		{"POST", "/weal/v1/ticks", "{", 400, "bad_json"},
		{"POST", "/weal/v1/ticks", "{}", 402, "bad_payment"},
		{"GET", "/v1/chat/completions", "", 404, "not_found"},
		{"GET", "/nowhere", "", 404, "not_found"},
	} {
		status, body := get(c.method, c.path, c.body)
		require.Equal(t, c.status, status, c.path)
		require.Contains(t, body, c.want)
	}
}

func TestNotRegisteredYet(t *testing.T) {
	l := newLab(t, "x")
	require.NoError(t, l.model.SetAsset(t.Context(), 0))
	o := l.order(60)
	s := l.payer.Sign(o)
	a := l.send(t.Context(), s, body(60), nil)
	require.GreaterOrEqual(t, a.status, 400)
	require.Zero(t, l.asked)
	require.NoError(t, l.model.SetAsset(t.Context(), asset))
	a = l.send(t.Context(), s, body(60), l.honest(o))
	require.Nil(t, a.err)
	require.Equal(t, "x", a.text)
}

func FuzzPayment(f *testing.F) {
	f.Add("e30", []byte(`{}`))
	f.Add("", []byte(`{"messages":[{"role":"user","content":"x"}],"max_tokens":1}`))
	f.Add("eyJwYWlkIjp7Im9yZGVyIjp7InByb21wdCI6NDI5NDk2NzI5NSwibW9zdCI6NDI5NDk2NzI5NSwidG9rZW5zIjoxfX19", []byte(`{"max_tokens":1}`))
	chain := modeltest.NewChain()
	m, err := model.New(f.Context(), model.Config{
		ChainID: modeltest.ChainID, Asset: asset, Key: modeltest.Key("asset", 1), DB: modeltest.DB(f), Exposure: types.NewAmount(1),
		Chain: chain, Upstream: model.NewReader(),
	})
	require.NoError(f, err)
	h := m.Handler()
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, wire.PathCompletions, strings.NewReader(string(body)))
		r.Header.Set(wire.HeaderPayment, header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400)
		require.NotEmpty(t, wire.ReadError(w.Code, w.Body.Bytes()).Code)
	})
}
