package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	penA = types.AssetID(21)
	penB = types.AssetID(22)

	written = "The wombat sleeps [1], and what else there is to say of it takes a few words more."
)

// pen is a model that fails as it is told.
type pen struct {
	id     types.AssetID
	how    atomic.Value // "", "refuses", "gone", "cut"
	asked  atomic.Int32
	model  *model.Model
	server *httptest.Server
}

// Open implements model.Upstream.
func (p *pen) Open(context.Context, model.Prompt) (model.Answer, error) {
	p.asked.Add(1)
	a := &said{pieces: []string{written[:20], written[20:]}}
	switch p.how.Load() {
	case "refuses":
		return nil, wire.NewError(http.StatusBadGateway, wire.TypeUpstream, model.CodeDown, "the upstream is down")
	case "cut":
		a.pieces, a.err = a.pieces[:1], wire.NewError(http.StatusBadGateway, wire.TypeUpstream, model.CodeDown, "the upstream broke off")
	}
	return a, nil
}

func newPen(s *street, id types.AssetID, price uint64) *pen {
	p := &pen{id: id}
	p.how.Store("")
	s.chain.Register(id, types.KindModel, types.Price{Unit: types.PerTick, Amount: types.NewAmount(price), Tokens: 8})
	var err error
	p.model, err = model.New(s.t.Context(), model.Config{
		ChainID: modeltest.ChainID, Asset: id, Key: modeltest.Key("asset", uint64(id)), DB: modeltest.DB(s.t),
		Exposure: types.NewAmount(100_000), Chain: s.chain, Name: "pen", Upstream: p, TickWait: 2 * time.Second,
	})
	require.NoError(s.t, err)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.how.Load() == "gone" {
			p.asked.Add(1)
			panic(http.ErrAbortHandler)
		}
		p.model.Handler().ServeHTTP(w, r)
	}))
	s.t.Cleanup(func() {
		p.server.Close()
		_ = p.model.Close()
	})
	return p
}

// desk is a street with an app of two models, of which the second is dearer.
type desk struct {
	*street
	a, b *pen
	paid types.Amount // what answers have cost in all, as the purse says
}

func newDesk(t testing.TB, router gateway.Router, change func(*gateway.App)) *desk {
	d := &desk{street: newStreet(t)}
	d.a, d.b = newPen(d.street, penA, 20), newPen(d.street, penB, 30)
	others := d.endpoint
	d.endpoint = func(id types.AssetID) string {
		switch id {
		case penA:
			return d.a.server.URL
		case penB:
			return d.b.server.URL
		}
		return others(id)
	}
	d.app.Model, d.app.Models, d.app.Router = 0, []gateway.Choice{{Asset: penA}, {Asset: penB}}, router
	if change != nil {
		change(&d.app)
	}
	d.start()
	return d
}

const question = `{"messages":[{"role":"user","content":"Who sleeps?"}]}`

func (d *desk) ask() (*purse.Answer, error) {
	d.t.Helper()
	a, err := d.purse.Ask(d.t.Context(), purse.Ask{Gateway: d.near.server.URL, Body: []byte(question)})
	if a != nil {
		d.paid, _ = d.paid.Add(a.Total)
	}
	return a, err
}

func (d *desk) books() map[types.AssetID]*earn.Book {
	return map[types.AssetID]*earn.Book{
		appID: d.gateway.Book(), penA: d.a.model.Book(), penB: d.b.model.Book(), vaultA: d.vaults[vaultA].Book(), vaultB: d.vaults[vaultB].Book(),
	}
}

// balanced waits until all ticks are there, and compares what everybody is owed with
// what the purse says that it has paid, and with what the receipts of all answers say.
func (d *desk) balanced(answers ...*purse.Answer) {
	d.t.Helper()
	var receipts, owed types.Amount
	for _, a := range answers {
		sum := types.Amount{}
		for _, r := range a.Receipts {
			sum, _ = sum.Add(r.Amount)
		}
		require.Equal(d.t, a.Total, sum, "receipts are over something else than was paid")
		receipts, _ = receipts.Add(sum)
	}
	require.Equal(d.t, d.paid, receipts)
	require.Eventually(d.t, func() bool {
		owed = types.Amount{}
		for _, b := range d.books() {
			settled, unsettled, err := b.Earned(d.t.Context())
			require.NoError(d.t, err)
			owed, _ = owed.Add(settled)
			owed, _ = owed.Add(unsettled)
		}
		return owed == d.paid
	}, 5*time.Second, 10*time.Millisecond, "paid are %s", d.paid)
	// It is all settled, and no more.
	for _, b := range d.books() {
		_, err := b.Settle(d.t.Context(), d.chain)
		require.NoError(d.t, err)
	}
	lanes, err := d.purse.Lanes(d.t.Context(), 0)
	require.NoError(d.t, err)
	require.Equal(d.t, d.paid, lanes[0].Promised, "the lane promises something else than was paid")
}

// share is what an asset got of an answer.
func share(a *purse.Answer, id types.AssetID) string {
	for _, i := range a.Items {
		if i.Asset == id {
			return i.Amount.String()
		}
	}
	return "none"
}

func TestModelThatFailsBeforeItsFirstByte(t *testing.T) {
	for _, how := range []string{"refuses", "gone"} {
		t.Run(how, func(t *testing.T) {
			d := newDesk(t, gateway.RoutePrice, nil)
			d.a.how.Store(how)
			first, err := d.ask()
			require.NoError(t, err)
			require.Equal(t, written, first.Text)
			require.Empty(t, first.Problems)
			require.Equal(t, "0", share(first, penA), "who wrote nothing is paid")
			require.NotEqual(t, "0", share(first, penB))
			require.Equal(t, "2000", share(first, vaultA), "passages are paid once")
			require.Len(t, first.Receipts, 4)
			require.Equal(t, "0", d.owed(penA))
			d.balanced(first)

			// While it is down the other one is asked at once.
			asked := d.a.asked.Load()
			second, err := d.ask()
			require.NoError(t, err)
			require.Equal(t, written, second.Text)
			require.Equal(t, asked, d.a.asked.Load(), "a model that is down is asked first")
			d.balanced(first, second)
		})
	}
}

func (d *desk) owed(id types.AssetID) string {
	_, unsettled, err := d.books()[id].Earned(d.t.Context())
	require.NoError(d.t, err)
	return unsettled.String()
}

func TestModelThatFailsInMidStream(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	d.a.how.Store("cut")
	first, err := d.ask()
	require.ErrorIs(t, err, purse.ErrCut)
	require.Equal(t, written[:20], first.Text, "another model goes on with the text of the first")
	require.Zero(t, d.b.asked.Load())
	require.NotEqual(t, "0", share(first, penA), "what was written is paid")
	require.Equal(t, "0", share(first, penB))
	d.balanced(first)
	second, err := d.ask()
	require.NoError(t, err)
	require.Equal(t, written, second.Text)
	require.Equal(t, int32(1), d.a.asked.Load(), "a model that broke off is asked first")
	d.balanced(first, second)
}

func TestAllModelsFail(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	d.a.how.Store("refuses")
	d.b.how.Store("gone")
	a, err := d.ask()
	require.ErrorIs(t, err, purse.ErrCut)
	require.Empty(t, a.Text)
	require.Len(t, a.Citations, 3, "passages are the payer's whatever happens")
	require.Equal(t, []string{"0", "0", "0"}, []string{share(a, penA), share(a, penB), share(a, appID)})
	d.balanced(a)
	// All are down: they are asked all the same.
	d.a.how.Store("")
	a2, err := d.ask()
	require.NoError(t, err)
	require.Equal(t, written, a2.Text)
	d.balanced(a, a2)
}

// TestPaymentAgainAfterAnotherWrote pays by hand: the same payment gets the same text
// from the model that wrote it, also if the first one could write by now.
func TestPaymentAgainAfterAnotherWrote(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	d.a.how.Store("refuses")
	resp := d.do(t.Context(), question, wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 1), wire.HeaderModels, "2")
	var reply wire.QuoteReply
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
	q := reply.Quote
	require.Len(t, q.Meters, 3)
	require.Equal(t, 1, q.Answers)
	p := d.payment(q)
	pay := func() (*got, []types.AssetID) {
		var writers []types.AssetID
		resp := d.pay(t.Context(), p, question)
		g := &got{}
		events := wire.NewEventReader(resp.Body)
		for {
			data, err := events.Next()
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				return g, writers
			}
			var c wire.Completion
			require.NoError(t, json.Unmarshal(data, &c))
			if c.Weal != nil && c.Weal.Writer != 0 {
				writers = append(writers, c.Weal.Writer)
			}
			g.take(c, func(n int, _ wire.Content) {
				last := writers[len(writers)-1]
				for _, m := range q.Meters {
					if owed := owes(m, n); (m.Asset == last || m.Asset == appID) && owed > d.payer.Revealed[m.Asset] {
						status, _ := d.tick(d.payer.Tick(m.Asset, owed))
						require.Equal(t, http.StatusOK, status)
					}
				}
			})
		}
	}
	first, writers := pay()
	require.Equal(t, written, first.text)
	require.Equal(t, []types.AssetID{penA, penB}, writers)
	d.a.how.Store("")
	for range 2 {
		asked := d.b.asked.Load()
		again, writers := pay()
		require.Equal(t, first.text, again.text)
		require.Equal(t, first.last.Receipts, again.last.Receipts)
		require.Equal(t, []types.AssetID{penB}, writers, "a model that had its turn is asked again")
		require.Equal(t, asked, d.b.asked.Load(), "the answer is made anew")
		d.start() // and once more by a gateway that was started again
	}
	require.Equal(t, int32(1), d.a.asked.Load())
	require.Equal(t, "0", d.owed(penA))

	// All at once such a quote cannot be paid: it would pay both.
	p.Ticks = nil
	d.refused(d.pay(t.Context(), p, question), http.StatusPaymentRequired, "wrong_payment")
}

// TestQuoteOfOneModel: who does not say that it knows of several gets one.
func TestQuoteOfOneModel(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	for _, headers := range [][]string{nil, {wire.HeaderModels, "1"}, {wire.HeaderModels, "x"}, {wire.HeaderModels, "-3"}} {
		resp := d.do(t.Context(), question, append(headers, wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 1))...)
		var reply wire.QuoteReply
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
		require.Len(t, reply.Quote.Meters, 2)
		require.Zero(t, reply.Quote.Answers)
	}
	resp := d.do(t.Context(), question, wire.HeaderModels, "99", wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 1))
	var reply wire.QuoteReply
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
	require.Len(t, reply.Quote.Meters, 3)
}

// TestGatewayThatPaysTwoForOneText changes what the gateway says of who writes.
func TestGatewayThatPaysTwoForOneText(t *testing.T) {
	writer := func(id types.AssetID) string { return fmt.Sprintf(`"writer":%d`, id) }
	for name, c := range map[string]struct {
		change func(string) string
		want   string
	}{
		"nobody":   {func(s string) string { return strings.ReplaceAll(s, writer(penA), `"x":0`) }, "did not say which"},
		"a vault":  {func(s string) string { return strings.ReplaceAll(s, writer(penA), writer(vaultA)) }, "no model of the quote"},
		"stranger": {func(s string) string { return strings.ReplaceAll(s, writer(penA), writer(99)) }, "no model of the quote"},
		"another in mid answer": {func(s string) string {
			if strings.Contains(s, "The wombat sl") {
				return s + fmt.Sprintf("\n"+`data: {"choices":[],"weal":{%s}}`+"\n", writer(penB))
			}
			return s
		}, "in the middle of the answer"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, gateway.RouteFirst, nil)
			d.near.change(nil, func(path, line string) string {
				if path == wire.PathCompletions {
					line = c.change(line)
				}
				return line
			})
			a, err := d.ask()
			require.ErrorContains(t, err, c.want)
			require.Equal(t, "0", share(a, penB))
		})
	}
	// The other model is named, and the first one writes: it alone is paid, and there
	// is no receipt for it.
	d := newDesk(t, gateway.RouteFirst, nil)
	d.near.change(nil, func(_, line string) string { return strings.ReplaceAll(line, writer(penA), writer(penB)) })
	a, _ := d.ask()
	require.Equal(t, "0", share(a, penA))
	require.Contains(t, strings.Join(a.Problems, "; "), "asset 22 got")
}

func TestRouters(t *testing.T) {
	first := func(d *desk) types.AssetID {
		resp := d.do(t.Context(), question, wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 1))
		var reply wire.QuoteReply
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
		i := slices.IndexFunc(reply.Quote.Meters, func(m wire.Meter) bool { return m.Kind == types.KindModel })
		return reply.Quote.Meters[i].Asset
	}
	swapped := func(a *gateway.App) { slices.Reverse(a.Models) }
	require.Equal(t, penB, first(newDesk(t, gateway.RouteFirst, swapped)))
	require.Equal(t, penA, first(newDesk(t, gateway.RoutePrice, swapped)))

	// By quality the one that cites comes first, once both were seen.
	d := newDesk(t, gateway.RouteQuality, nil)
	d.a.how.Store("refuses")
	_, err := d.ask()
	require.NoError(t, err)
	require.Equal(t, penB, first(d))

	// By latency who was not measured yet is tried.
	d = newDesk(t, gateway.RouteLatency, nil)
	_, err = d.ask()
	require.NoError(t, err)
	require.Equal(t, int32(1), d.a.asked.Load())
	require.Equal(t, penB, first(d))

	// A model that costs more than it may is not asked, and one that is closed only for
	// who may use it.
	dear := func(a *gateway.App) {
		a.Models = []gateway.Choice{{Asset: penB, MaxPrice: types.Coin{Amount: types.NewAmount(3000), Denom: types.BaseDenom}}, {Asset: penA}}
	}
	require.Equal(t, penA, first(newDesk(t, gateway.RouteFirst, dear)), "30 for 8 tokens are 3750 for 1000")
	d = newDesk(t, gateway.RouteFirst, nil)
	d.chain.Close(penA)
	require.Equal(t, penB, first(d))
	d.chain.Close(penB)
	d.start() // it believes what it knows for two seconds
	d.refused(d.do(t.Context(), question, wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 1)), http.StatusForbidden, "credential_needed")
}
