package gateway_test

import (
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func TestQuote(t *testing.T) {
	w := newWorld(t)
	q := w.quote(body)
	require.Equal(t, w.payer.Lane.Ref, q.Lane)
	require.EqualValues(t, 1, q.Seq)
	require.Equal(t, appID, q.Gateway)
	require.Equal(t, modeltest.Denom, q.Denom)
	require.Greater(t, q.Expires, time.Now().Unix())
	require.Len(t, q.Vaults, 2, "the two best passages are in two vaults")
	require.Equal(t, vaultA, q.Vaults[0].Asset)
	require.EqualValues(t, 9, q.Vaults[0].Items[0].Band)
	require.EqualValues(t, 7, q.Vaults[1].Items[0].Band)
	require.Len(t, q.Meters, 2)
	m, a := q.Meters[0], q.Meters[1]
	require.Equal(t, modelID, m.Asset)
	require.Equal(t, types.NewAmount(tickPrice), m.Price)
	require.EqualValues(t, 8, m.Tokens)
	require.EqualValues(t, m.Prompt+200/8, m.Most)
	require.Equal(t, wire.Meter{Asset: appID, Kind: types.KindApp, Version: 1, Price: types.NewAmount(usePrice), Prompt: 1, Most: 1}, a)
	require.Empty(t, w.prompts, "the model works before it is paid")
}

func TestPaidAnswer(t *testing.T) {
	w := newWorld(t)
	q, _, g := w.ask(body)
	require.NoError(t, g.cut)
	require.Nil(t, g.err)
	require.Equal(t, "stop", g.finish)
	require.Equal(t, []string{"citations", "text"}, g.events[:2])
	require.Equal(t, "end", g.events[len(g.events)-1])
	require.Contains(t, g.text, "“A voucher is signed once by its payer.” [1]")

	require.Len(t, g.citations, 2)
	require.Equal(t, 1, g.citations[0].N)
	require.Equal(t, vaultA, g.citations[0].Asset)
	for _, c := range g.citations {
		require.NoError(t, c.Passage.Proof.Verify(c.Passage.Chunk().Hash(), c.Root))
	}
	w.checkReceipts(q, g)
	require.Equal(t, "00-1-2-01", w.a.seen.Load().Get("Traceparent")+w.b.seen.Load().Get("Traceparent")+"00-1-2-01", "offers came before the payment")
	require.Contains(t, w.prompts[0], `"temperature":0.5`)
	require.Contains(t, w.prompts[0], `"max_tokens":200`)
	require.Less(t, g.last.OverheadMillis, 1000.0)
	require.Greater(t, g.last.OverheadMillis, 0.0)
}

// checkReceipts asserts that everyone who worked has a receipt over what the
// payer revealed, and that the charges say the same.
func (w *world) checkReceipts(q wire.Quote, g *got) {
	w.t.Helper()
	want := map[types.AssetID]types.Amount{}
	for _, v := range q.Vaults {
		want[v.Asset], _ = types.NewAmount(passagePrice).Mul(uint64(len(v.Items)))
	}
	for _, m := range q.Meters {
		want[m.Asset], _ = m.Price.Mul(uint64(w.payer.Revealed[m.Asset]))
	}
	charged := map[types.AssetID]types.Amount{}
	for _, c := range g.last.Charges {
		charged[c.Asset] = c.Amount
	}
	require.Equal(w.t, want, charged)
	require.Len(w.t, g.last.Receipts, len(want))
	for _, r := range g.last.Receipts {
		a, err := w.chain.Asset(w.t.Context(), r.Asset)
		require.NoError(w.t, err)
		require.NoError(w.t, r.Verify(a.Key))
		require.Equal(w.t, want[r.Asset], r.Amount)
		if r.Asset == appID || r.Asset == modelID {
			require.Equal(w.t, types.Hash(sha256.Sum256([]byte(g.text))), r.Output)
		}
	}
}

func TestQuestionsInARow(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		q, _, g := w.ask(body)
		require.Nil(t, g.err)
		w.checkReceipts(q, g)
	}
	w.payer.Sign() // folds the last ticks
	owed := types.Amount{}
	for _, l := range w.payer.Leaves {
		owed, _ = owed.Add(l.Amount)
	}
	var earned types.Amount
	for _, book := range []interface {
		Earned(context.Context) (types.Amount, types.Amount, error)
	}{w.a.book, w.b.book, w.model.Book(), w.gateway.Book()} {
		_, unsettled, err := book.Earned(t.Context())
		require.NoError(t, err)
		earned, _ = earned.Add(unsettled)
	}
	require.Equal(t, owed, earned, "what the payer owes is what the others can bring to the chain")
}

func TestRetryGetsTheSameAnswer(t *testing.T) {
	w := newWorld(t)
	q, p, first := w.ask(body)
	for range 2 {
		again := w.read(w.pay(t.Context(), p, body), nil)
		require.Equal(t, first.text, again.text)
		require.Equal(t, first.citations, again.citations)
		require.Equal(t, first.last.Receipts, again.last.Receipts)
		require.Equal(t, first.last.Charges, again.last.Charges)
		w.checkReceipts(q, again)
		w.start() // and once more after a restart, which forgets the quotes in memory
	}
	require.Len(t, w.prompts, 1)
	other := w.payment(q)
	w.refused(w.pay(t.Context(), other, body), http.StatusPaymentRequired, "wrong_payment")
}

func TestWrongPaymentsReachNobody(t *testing.T) {
	for name, c := range map[string]struct {
		code   string
		status int
		change func(w *world, q *wire.Quote, p *wire.Payment) (body string)
	}{
		"other body": {"wrong_body", 402, func(*world, *wire.Quote, *wire.Payment) string {
			return strings.Replace(body, "Who", "who", 1)
		}},
		"other seq": {"wrong_payment", 402, func(w *world, q *wire.Quote, p *wire.Payment) string {
			p.Voucher = w.payer.Sign().Voucher
			return body
		}},
		"unknown quote": {"quote_unknown", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Quote = "nope"
			return body
		}},
		"leaf left out": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Leaves = p.Leaves[:1]
			return body
		}},
		"leaf twice": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Leaves[1] = p.Leaves[0]
			return body
		}},
		"orders swapped": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Leaves[0].Order, p.Leaves[1].Order = p.Leaves[1].Order, p.Leaves[0].Order
			return body
		}},
		"leaves swapped": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Leaves[0].LeafProof, p.Leaves[1].LeafProof = p.Leaves[1].LeafProof, p.Leaves[0].LeafProof
			return body
		}},
		"ticks swapped": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Ticks[0].TickProof, p.Ticks[1].TickProof = p.Ticks[1].TickProof, p.Ticks[0].TickProof
			return body
		}},
		"path of another": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Leaves[0].Path = p.Leaves[1].Path
			return body
		}},
		"more ticks than promised": {"wrong_payment", 402, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Ticks[0].Leaf.Most++
			return body
		}},
		"dearer order": {"wrong_payment", 402, func(w *world, q *wire.Quote, p *wire.Payment) string {
			w.payer.Seq--
			orders := w.orders(*q)
			orders[0].Price = types.NewAmount(1)
			p.Leaves[0] = w.payer.Sign(orders...).Leaves[orders[0].Asset]
			return body
		}},
		"forged signature": {"not_your_lane", 403, func(_ *world, _ *wire.Quote, p *wire.Payment) string {
			p.Voucher.Signature[0] ^= 1
			return body
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			q := w.quote(body)
			p := w.payment(q)
			sent := c.change(w, &q, &p)
			w.refused(w.pay(t.Context(), p, sent), c.status, c.code)
			require.Empty(t, w.prompts)
			for _, s := range []*shelf{w.a, w.b} {
				_, unsettled, err := s.book.Earned(t.Context())
				require.NoError(t, err)
				require.True(t, unsettled.IsZero(), "a vault was shown a leaf")
			}
		})
	}
}

// TestPayerStops plays a payer who keeps what it got and stops paying.
func TestPayerStops(t *testing.T) {
	w := newWorld(t)
	w.app.Limits.TickWait = 50 * time.Millisecond
	w.start()
	w.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		var all []string
		for range 100 {
			all = append(all, "some words")
		}
		return pieces(all...), nil
	})
	q := w.quote(body)
	p := w.payment(q)
	// It pays the model, so that it is the app that is not paid.
	g := w.read(w.pay(t.Context(), p, body), func(n int) { w.tick(w.payer.Tick(modelID, owes(q.Meters[0], n))) })
	require.Equal(t, "unpaid", g.err.Code)
	require.GreaterOrEqual(t, len(g.text), wire.UseGrace)
	require.Less(t, len(g.text), wire.UseGrace+len("some words"), "nothing goes out beyond the grace before the app is paid")
	require.Len(t, g.citations, 2)
	require.Empty(t, g.finish)
}

// TestPayerCheatsTheModelOnly plays a payer who pays the app and not the model.
func TestPayerCheatsTheModelOnly(t *testing.T) {
	w := newWorld(t)
	w.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		return pieces(strings.Repeat("many words ", 50)), nil
	})
	q := w.quote(body)
	g := w.read(w.pay(t.Context(), w.payment(q), body), func(int) { w.tick(w.payer.Tick(appID, 1)) })
	require.Equal(t, "unpaid", g.err.Code)
	require.LessOrEqual(t, len(g.text), 8*types.TokenBytes, "one tick at most")
	w.checkReceipts(q, g)
}

func TestTicksGoWhereTheyBelong(t *testing.T) {
	w := newWorld(t)
	q := w.quote(body)
	w.read(w.pay(t.Context(), w.payment(q), body), w.honest(q))
	tick := w.payer.Tick(appID, 1)
	tick.Asset = vaultA
	status, _ := w.tick(tick)
	require.Equal(t, http.StatusNotFound, status)
	tick.Asset, tick.K = modelID, 60000
	status, _ = w.tick(tick)
	require.Equal(t, http.StatusPaymentRequired, status)
	status, paid := w.tick(w.payer.Tick(appID, 1))
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 1, paid)
	nowhere := "http://127.0.0.1:1"
	w.modelURL.Store(&nowhere)
	w.start()
	status, _ = w.tick(w.payer.Tick(modelID, 1))
	require.Equal(t, http.StatusBadGateway, status)
}

func TestClientGoesAway(t *testing.T) {
	w := newWorld(t)
	stopped := make(chan struct{})
	w.upstream = upstreamFunc(func(ctx context.Context, _ model.Prompt) (model.Answer, error) {
		context.AfterFunc(ctx, func() { close(stopped) })
		return pieces(strings.Repeat("many words ", 50)), nil
	})
	q := w.quote(body)
	p := w.payment(q)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	g := w.read(w.pay(ctx, p, body), func(int) { cancel() })
	require.Error(t, g.cut)
	select {
	case <-stopped:
	case <-time.After(5 * time.Second):
		t.Fatal("the model works on for nobody")
	}
	again := w.read(w.pay(t.Context(), p, body), w.honest(q))
	require.Equal(t, g.citations, again.citations)
	require.True(t, strings.HasPrefix(again.text, g.text))
	require.LessOrEqual(t, len(again.text), 8*types.TokenBytes)
	require.Equal(t, "cut", again.err.Code)
	require.Len(t, w.prompts, 1)
}

func TestPromptKeepsToItsBound(t *testing.T) {
	w := newWorld(t)
	w.app.Passages = 3
	w.start()
	for _, question := range []string{"voucher?", strings.Repeat("voucher ", 100), "Grüße 世界 voucher " + strings.Repeat("界", 50)} {
		msg := `{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"earlier"},{"role":"assistant","content":"yes"},{"role":"user","content":"` + question + `"}]}`
		q, _, g := w.ask(msg)
		require.Nil(t, g.err)
		require.True(t, slices.ContainsFunc(q.Meters, func(m wire.Meter) bool { return m.Kind == types.KindModel && m.Prompt > 1 }))
		last := w.prompts[len(w.prompts)-1]
		require.Contains(t, last, "Be kind.")
		require.Contains(t, last, `{"role":"assistant","content":"yes"}`)
	}
}
