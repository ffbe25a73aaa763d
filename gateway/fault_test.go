package gateway_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// said is an answer of fixed pieces.
type said struct {
	pieces []string
	err    error
}

func pieces(p ...string) model.Answer { return &said{pieces: p} }

func (s *said) Next() (wire.Content, error) {
	if len(s.pieces) > 0 {
		p := s.pieces[0]
		s.pieces = s.pieces[1:]
		return wire.Content{Content: p}, nil
	}
	if s.err != nil {
		return wire.Content{}, s.err
	}
	return wire.Content{}, io.EOF
}
func (s *said) Finish() string { return "stop" }
func (s *said) Close() error   { return nil }

func down(w http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) }

func refuses(status int, code string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		wire.WriteError(w, wire.NewError(status, wire.TypeRateLimit, code, "no: %s", code))
		return true
	}
}

func nonsense(w http.ResponseWriter, _ *http.Request) bool {
	_, _ = io.WriteString(w, "<html>hello")
	return true
}

// offering answers with an offer of one passage, which change may spoil.
func offering(change func(*wire.OfferedPassage)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		item := wire.OfferedPassage{ID: types.Hash{1}, Band: 9, Bytes: 40, Price: types.NewAmount(passagePrice)}
		change(&item)
		wire.WriteJSON(w, 200, wire.Offer{
			ID: "o", Asset: vaultA, Version: 1, Denom: "aweal", Expires: 1 << 40, Items: []wire.OfferedPassage{item},
		})
		return true
	}
}

// TestGoodOfferIsNotLeftOut: with what the owner shows of its passages.
func TestGoodOfferIsNotLeftOut(t *testing.T) {
	w := newWorld(t)
	w.a.fail(offering(func(i *wire.OfferedPassage) { i.Preview, i.Heading = strings.Repeat("ü", 280), "A › B" }))
	q := w.quote(body)
	require.Len(t, q.Vaults, 2)
	require.Equal(t, "A › B", q.Vaults[0].Items[0].Heading)
	require.Equal(t, strings.Repeat("ü", 280), q.Vaults[0].Items[0].Preview)
	// By x402 the body has previews; the header, which has little room, has none.
	resp := w.askQuote(body)
	asked, err := x402.ParseRequired(resp.Header.Get(x402.HeaderRequired))
	require.NoError(t, err)
	require.NotContains(t, string(asked.Accepts[0].Extra), "ü")
}

func TestVaultIsLeftOut(t *testing.T) {
	for name, f := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"down": down, "refuses": refuses(429, "budget"), "nonsense": nonsense,
		"slow": func(_ http.ResponseWriter, r *http.Request) bool {
			_, _ = io.Copy(io.Discard, r.Body) // only then does a server notice that its client has gone
			<-r.Context().Done()
			return true
		},
		"other asset": func(w http.ResponseWriter, _ *http.Request) bool {
			wire.WriteJSON(w, 200, wire.Offer{Asset: 99, Denom: "aweal", Expires: 1 << 40, Items: []wire.OfferedPassage{{Band: 9}}})
			return true
		},
		"expired": func(w http.ResponseWriter, _ *http.Request) bool {
			wire.WriteJSON(w, 200, wire.Offer{Asset: vaultA, Denom: "aweal", Expires: 1, Items: []wire.OfferedPassage{{Band: 9}}})
			return true
		},
		"other denomination": func(w http.ResponseWriter, _ *http.Request) bool {
			wire.WriteJSON(w, 200, wire.Offer{Asset: vaultA, Denom: "gold", Expires: 1 << 40, Items: []wire.OfferedPassage{{Band: 9}}})
			return true
		},
		"dearer than its list":  offering(func(i *wire.OfferedPassage) { i.Price = types.NewAmount(passagePrice + 1) }),
		"cheaper than its list": offering(func(i *wire.OfferedPassage) { i.Price = types.NewAmount(passagePrice - 1) }),
		"better than the best":  offering(func(i *wire.OfferedPassage) { i.Band = 10 }),
		"long preview":          offering(func(i *wire.OfferedPassage) { i.Preview = strings.Repeat("ü", 281) }),
		"long heading":          offering(func(i *wire.OfferedPassage) { i.Heading = strings.Repeat("ü", 281) }),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.a.fail(f)
			q := w.quote(body)
			require.Len(t, q.Vaults, 1)
			require.Equal(t, vaultB, q.Vaults[0].Asset)
		})
	}
}

func TestAllVaultsFail(t *testing.T) {
	w := newWorld(t)
	w.a.fail(down)
	w.b.fail(nonsense)
	w.refused(w.askQuote(body), http.StatusServiceUnavailable, "vaults_down")
	w.b.fail(refuses(429, "exposure_reached"))
	w.refused(w.askQuote(body), http.StatusTooManyRequests, "exposure_reached")
}

func TestNothingMatches(t *testing.T) {
	w := newWorld(t)
	empty := func(rw http.ResponseWriter, _ *http.Request) bool {
		wire.WriteJSON(rw, 200, wire.Offer{Asset: vaultA})
		return true
	}
	w.a.fail(empty)
	w.b.fail(down)
	e := w.refused(w.askQuote(body), http.StatusNotFound, "no_match")
	require.Contains(t, e.Message, "nothing was charged")
}

func TestLanesThatCannotAsk(t *testing.T) {
	w := newWorld(t)
	other := w.payer.Lane
	other.Ref.Lane, other.Gateway = 5, 99
	w.chain.SetLane(other)
	closing := w.payer.Lane
	closing.Ref.Lane, closing.State = 6, types.LaneClosing
	w.chain.SetLane(closing)
	foreign := w.payer.Lane
	foreign.Ref.Lane, foreign.Denom = 7, "gold"
	w.chain.SetLane(foreign)
	for lane, want := range map[string]struct {
		status int
		code   string
	}{
		"7/0/5 1": {403, "not_your_lane"}, "7/0/6 1": {410, "lane_closing"}, "7/0/7 1": {402, "wrong_denomination"},
		"8/0/0 1": {403, "not_your_lane"}, "7/0/0 0": {400, "bad_header"}, "7/0 1": {400, "bad_header"}, "x": {400, "bad_header"},
	} {
		w.refused(w.do(t.Context(), body, wire.HeaderLane, lane), want.status, want.code)
	}
}

func TestLaneInADenominationWithoutPrice(t *testing.T) {
	w := newWorld(t)
	gold := func(a *types.Asset) { a.Denoms = append(a.Denoms, "gold") }
	lane := w.payer.Lane
	lane.Ref.Lane, lane.Denom = 7, "gold"
	w.chain.SetLane(lane)
	w.chain.Change(appID, gold)
	w.a.fail(func(rw http.ResponseWriter, _ *http.Request) bool {
		wire.WriteJSON(rw, 200, wire.Offer{ID: "x", Asset: vaultA, Denom: "gold", Expires: 1 << 40, Items: []wire.OfferedPassage{{Band: 9, Bytes: 1}}})
		return true
	})
	e := w.refused(w.do(t.Context(), body, wire.HeaderLane, "7/0/7 1"), http.StatusPaymentRequired, "wrong_denomination")
	require.Contains(t, e.Message, "gold")
}

func TestVaultFailsAfterItWasPaid(t *testing.T) {
	w := newWorld(t)
	q := w.quote(body)
	p := w.payment(q)
	w.a.fail(down)
	g := w.read(w.pay(t.Context(), p, body), w.honest(q))
	require.Equal(t, "vault_failed", g.err.Code)
	require.Len(t, g.citations, 1, "what the other vault released is delivered")
	require.Equal(t, 2, g.citations[0].N)
	require.Empty(t, w.prompts)
	require.Len(t, g.last.Receipts, 1)

	w.b.fail(refuses(429, "exposure_reached"))
	w.refused(w.pay(t.Context(), p, body), http.StatusBadGateway, "vault_failed")

	w.a.fail(nil)
	w.b.fail(nil)
	g = w.read(w.pay(t.Context(), p, body), w.honest(q))
	require.Nil(t, g.err, "the same payment can be sent again")
	w.checkReceipts(q, g)
}

func TestVaultReleasesSomethingElse(t *testing.T) {
	for name, change := range map[string]func(r *wire.Release){
		"other text": func(r *wire.Release) { r.Passages[0].Text = "lies" },
		"other salt": func(r *wire.Release) { r.Salt[0] ^= 1 },
		"other root": func(r *wire.Release) { r.Root[0] ^= 1 },
		"missing":    func(r *wire.Release) { r.Passages = nil },
		"no proof":   func(r *wire.Release) { r.Passages[0].Proof.Siblings = nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.app.Vaults = []types.AssetID{vaultA}
			w.start()
			q := w.quote(body)
			p := w.payment(q)
			honest := w.a.server.Config.Handler
			w.a.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				honest.ServeHTTP(rec, r)
				var release wire.Release
				require.NoError(t, wire.Decode(rec.Body.Bytes(), &release))
				change(&release)
				wire.WriteJSON(rw, 200, release)
			})
			w.refused(w.pay(t.Context(), p, body), http.StatusBadGateway, "vault_failed")
			require.Empty(t, w.prompts)
		})
	}
}

func TestModelFailsBeforeItsFirstByte(t *testing.T) {
	w := newWorld(t)
	good := w.upstream
	w.upstream = model.NewHTTP("http://127.0.0.1:1", "", "m")
	q := w.quote(body)
	p := w.payment(q)
	g := w.read(w.pay(t.Context(), p, body), w.honest(q))
	require.NoError(t, g.cut)
	require.Equal(t, model.CodeDown, g.err.Code)
	require.Len(t, g.citations, 2, "the passages are the payer's all the same")
	require.Len(t, g.last.Receipts, 2)
	require.Zero(t, w.payer.Revealed[appID])

	w.upstream = good
	g = w.read(w.pay(t.Context(), p, body), w.honest(q))
	require.Nil(t, g.err)
	w.checkReceipts(q, g)
}

func TestModelFailsInTheMiddle(t *testing.T) {
	w := newWorld(t)
	w.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		return &said{pieces: []string{"half an answer that goes on ", "and on"}, err: wire.NewError(504, wire.TypeUpstream, model.CodeSlow, "too slow")}, nil
	})
	q, p, g := w.ask(body)
	require.Equal(t, model.CodeSlow, g.err.Code)
	require.Equal(t, "half an answer that goes on and on", g.text)
	require.Empty(t, g.finish)
	w.checkReceipts(q, g)
	again := w.read(w.pay(t.Context(), p, body), nil)
	require.Equal(t, g.text, again.text)
	require.Equal(t, g.err.Code, again.err.Code)
	require.Equal(t, g.last.Receipts, again.last.Receipts)
}

// TestModelMisbehaves plays models that are no models.
func TestModelMisbehaves(t *testing.T) {
	const stream = "text/event-stream"
	for name, c := range map[string]struct {
		kind, body string
		status     int
		code       string
		text       string
	}{
		"cut":         {stream, `data: {"choices":[{"delta":{"content":"a"}}]}` + "\n\n", 200, "model_cut", "a"},
		"no finish":   {stream, `data: {"choices":[{"delta":{"content":"a"}}]}` + "\n\ndata: [DONE]\n\n", 200, "model_cut", "a"},
		"no json":     {stream, "data: hello\n\n", 200, "model_cut", ""},
		"page":        {"text/html", "<html>", 200, "model_cut", ""},
		"error page":  {"text/html", "<html>", 500, "bad_answer", ""},
		"refusal":     {"application/json", `{"error":{"message":"settling","code":"exposure_reached","type":"rate_limit_error"}}`, 429, "exposure_reached", ""},
		"other tools": {stream, `data: {"choices":null,"weal":{"receipts":[{"asset":99,"policy":"audit","path":"","signature":""}]}}` + "\n\n", 200, "model_cut", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", c.kind)
				rw.WriteHeader(c.status)
				_, _ = io.WriteString(rw, c.body)
			}))
			defer s.Close()
			w.modelURL.Store(&s.URL)
			w.start()
			q := w.quote(body)
			p := w.payment(q)
			g := w.read(w.pay(t.Context(), p, body), func(int) { w.tick(w.payer.Tick(appID, 1)) })
			require.NoError(t, g.cut)
			require.NotNil(t, g.err)
			require.Equal(t, c.code, g.err.Code)
			require.Equal(t, c.text, g.text)
			require.Len(t, g.citations, 2)
			for _, r := range g.last.Receipts {
				require.NotEqual(t, types.AssetID(99), r.Asset)
			}
		})
	}
}

func TestQuotesExpire(t *testing.T) {
	w := newWorld(t)
	var ahead atomic.Int64
	w.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	w.start()
	q := w.quote(body)
	p := w.payment(q)
	ahead.Store(int64(time.Hour))
	w.refused(w.pay(t.Context(), p, body), http.StatusPaymentRequired, "quote_expired")
	w.quote(body) // clears what has expired
	w.refused(w.pay(t.Context(), p, body), http.StatusPaymentRequired, "quote_unknown")
}
