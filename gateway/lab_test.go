package gateway_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	vaultA  = types.AssetID(10)
	modelID = types.AssetID(11)
	appID   = types.AssetID(12)
	vaultB  = types.AssetID(13)

	passagePrice = 1000
	tickPrice    = 20
	usePrice     = 500
)

// world is a gateway with two vaults and a model, and one payer.
type world struct {
	t        testing.TB
	chain    *modeltest.Chain
	payer    *modeltest.Payer
	a, b     *shelf
	model    *model.Model
	modelURL atomic.Pointer[string]
	upstream model.Upstream
	prompts  []string
	can      []string // what the upstream supports
	db       *sql.DB
	counts   *sql.DB
	app      gateway.App
	keyed    *keys.Meter
	exact    *gateway.Exact
	finder   *find.Finder
	// upstreamOwn is the app's own upstream, if it has one.
	upstreamOwn model.Upstream
	now         func() time.Time
	endpoint    func(types.AssetID) string
	gateway     *gateway.Gateway
	server      *httptest.Server
}

type upstreamFunc func(ctx context.Context, p model.Prompt) (model.Answer, error)

func (f upstreamFunc) Open(ctx context.Context, p model.Prompt) (model.Answer, error) {
	return f(ctx, p)
}

// listened notes what a world's upstream is asked.
type listened struct{ w *world }

func (l listened) Open(ctx context.Context, p model.Prompt) (model.Answer, error) {
	l.w.prompts = append(l.w.prompts, string(p.Body))
	return l.w.upstream.Open(ctx, p)
}

func (l listened) Supports() []string { return l.w.can }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, chain: modeltest.NewChain(), upstream: model.NewReader(), db: modeltest.DB(t), counts: modeltest.DB(t)}
	w.a = newShelf(t, w.chain, vaultA, []uint8{5, 9}, "Leaves never fall in any voucher.", "A voucher is signed once by its payer.")
	w.b = newShelf(t, w.chain, vaultB, []uint8{7}, "A lane has one voucher in flight at a time.")
	w.chain.Register(modelID, types.KindModel, types.Price{Unit: types.PerTick, Amount: types.NewAmount(tickPrice), Tokens: 8})
	w.chain.Register(appID, types.KindApp, types.Price{Unit: types.PerUse, Amount: types.NewAmount(usePrice)})
	w.payer = modeltest.NewPayer(t, w.chain, 7, appID, 1_000_000)
	m, err := model.New(t.Context(), model.Config{
		ChainID: modeltest.ChainID, Asset: modelID, Key: modeltest.Key("asset", uint64(modelID)), DB: modeltest.DB(t),
		Exposure: types.NewAmount(100_000), Chain: w.chain, Name: "reader", TickWait: 2 * time.Second,
		Upstream: listened{w},
	})
	require.NoError(t, err)
	w.model = m
	s := httptest.NewServer(m.Handler())
	w.modelURL.Store(&s.URL)
	t.Cleanup(func() {
		s.Close()
		require.NoError(t, m.Close())
	})
	w.app = gateway.App{Name: "spec", Model: modelID, Vaults: []types.AssetID{vaultA, vaultB}, Passages: 2, MaxTokens: 200}
	w.app.Limits.OfferTimeout, w.app.Limits.TickWait = time.Second, 2*time.Second
	w.start()
	return w
}

// start opens the gateway anew on the same database.
func (w *world) start() {
	if w.endpoint == nil {
		w.endpoint = func(id types.AssetID) string {
			switch id {
			case vaultA:
				return w.a.server.URL
			case vaultB:
				return w.b.server.URL + "/"
			}
			return *w.modelURL.Load()
		}
	}
	w.t.Helper()
	if w.server != nil {
		w.server.Close()
		require.NoError(w.t, w.gateway.Close())
	}
	g, err := gateway.New(w.t.Context(), gateway.Config{
		ChainID: modeltest.ChainID, Asset: appID, App: w.app, Key: modeltest.Key("asset", uint64(appID)), DB: w.db, Counts: w.counts,
		Exposure: types.NewAmount(100_000), Chain: w.chain, Keyed: w.keyed, Exact: w.exact, Now: w.now, Finder: w.finder, Own: w.upstreamOwn,
		Endpoint: func(_ context.Context, id types.AssetID) (string, error) { return w.endpoint(id), nil },
	})
	require.NoError(w.t, err)
	w.gateway, w.server = g, httptest.NewServer(g.Handler())
	server := w.server
	w.t.Cleanup(func() {
		server.Close()
		require.NoError(w.t, g.Close())
	})
}

const body = `{"model":"spec","messages":[{"role":"user","content":"Who signs a voucher?"}],"stream":true,"temperature":0.5}`

// do sends one request and returns its response.
func (w *world) do(ctx context.Context, body string, headers ...string) *http.Response {
	w.t.Helper()
	return w.at(ctx, wire.PathCompletions, body, headers...)
}

// at is do at another path.
func (w *world) at(ctx context.Context, path, body string, headers ...string) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL+path, strings.NewReader(body))
	require.NoError(w.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.server.Client().Do(req)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// refused asserts that a request fails with status and code.
func (w *world) refused(resp *http.Response, status int, code string) *wire.Error {
	w.t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, status, resp.StatusCode, string(b))
	e := wire.ReadError(resp.StatusCode, b)
	require.Equal(w.t, code, e.Code, e.Message)
	require.NotEmpty(w.t, e.Message)
	require.NotEmpty(w.t, e.Type)
	return e
}

func (w *world) askQuote(body string) *http.Response {
	w.t.Helper()
	return w.do(w.t.Context(), body, wire.HeaderLane, wire.FormatLane(w.payer.Lane.Ref, w.payer.Seq+1))
}

func (w *world) quote(body string) wire.Quote {
	w.t.Helper()
	resp := w.askQuote(body)
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusPaymentRequired, resp.StatusCode, string(b))
	var reply wire.QuoteReply
	require.NoError(w.t, json.Unmarshal(b, &reply))
	require.Equal(w.t, "payment_required", reply.Error.Code)
	require.Equal(w.t, types.Hash(sha256.Sum256([]byte(body))), reply.Quote.Request)
	return reply.Quote
}

// orders are what a purse orders for a quote.
func (w *world) orders(q wire.Quote) (all []pay.Order) {
	var items []types.Hash
	for _, v := range q.Vaults {
		o := w.payer.Order(v.Asset)
		o.Request = q.Request
		var ids []types.Hash
		for _, item := range v.Items {
			ids = append(ids, item.ID)
			o.Price, _ = o.Price.Add(item.Price)
		}
		o.Items = pay.ItemsHash(ids)
		items = append(items, o.Items)
		all = append(all, o)
	}
	for _, m := range q.Meters {
		o := w.payer.Order(m.Asset)
		o.Request, o.Items, o.Version = q.Request, pay.ItemsHash(items), m.Version
		o.Price, o.Tokens, o.Prompt, o.Most = m.Price, m.Tokens, m.Prompt, m.Most
		all = append(all, o)
	}
	return all
}

// payment signs q.
func (w *world) payment(q wire.Quote) wire.Payment {
	orders := w.orders(q)
	s := w.payer.Sign(orders...)
	p := wire.Payment{Quote: q.ID, Voucher: s.Voucher}
	for _, o := range orders {
		if o.Firm() {
			p.Leaves = append(p.Leaves, s.Leaves[o.Asset])
		} else {
			p.Ticks = append(p.Ticks, s.Ticks[o.Asset])
		}
	}
	return p
}

func (w *world) pay(ctx context.Context, p wire.Payment, body string) *http.Response {
	w.t.Helper()
	header, err := wire.EncodeHeader(p)
	require.NoError(w.t, err)
	return w.do(ctx, body, wire.HeaderPayment, header, "Traceparent", "00-1-2-01")
}

// got is what came of a payment.
type got struct {
	events    []string // "citations", "text", "end", in their order
	citations []wire.Citation
	text      string // all that was given
	said      wire.Said
	finish    string
	err       *wire.Error
	last      wire.Trailer
	first     []pay.SignedReceipt // that came with the citations
	cut       error
}

// read reads a stream to its end; onText is told all bytes so far.
func (w *world) read(resp *http.Response, onText func(n int)) *got {
	w.t.Helper()
	return w.readPieces(resp, func(n int, _ wire.Content) {
		if onText != nil {
			onText(n)
		}
	})
}

// readPieces is read, with each piece of text as well.
func (w *world) readPieces(resp *http.Response, onText func(n int, piece wire.Content)) (g *got) {
	w.t.Helper()
	g = &got{}
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(resp.Body)
		w.t.Fatalf("status %d: %s", resp.StatusCode, b)
	}
	events := wire.NewEventReader(resp.Body)
	for {
		data, err := events.Next()
		if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, io.EOF) {
				g.cut = err
			}
			return g
		}
		var c wire.Completion
		require.NoError(w.t, json.Unmarshal(data, &c))
		require.NotContains(w.t, string(data), `"choices":null`)
		g.take(c, onText)
	}
}

func (g *got) take(c wire.Completion, onText func(int, wire.Content)) {
	switch {
	case c.Weal != nil && len(c.Weal.Citations) > 0:
		g.events, g.citations, g.first = append(g.events, "citations"), c.Weal.Citations, c.Weal.Receipts
	case c.Weal != nil:
		g.events, g.last, g.err = append(g.events, "end"), *c.Weal, c.Error
		g.last.Receipts = slices.Concat(g.first, g.last.Receipts) // those of vaults come with the passages
	}
	for _, choice := range c.Choices {
		if choice.FinishReason != nil {
			g.finish = *choice.FinishReason
		}
		if choice.Delta != nil && choice.Delta.Given() != "" {
			g.events = append(g.events, "text")
			g.text += choice.Delta.Given()
			if err := g.said.Add(*choice.Delta); err != nil {
				panic(err)
			}
			onText(len(g.text), *choice.Delta)
		}
	}
}

func (w *world) tick(t wire.Tick) (int, uint32) {
	w.t.Helper()
	b, err := json.Marshal(t)
	require.NoError(w.t, err)
	resp, err := w.server.Client().Post(w.server.URL+wire.PathTicks, "application/json", bytes.NewReader(b))
	require.NoError(w.t, err)
	defer resp.Body.Close()
	var reply wire.TickReply
	require.NoError(w.t, json.NewDecoder(resp.Body).Decode(&reply))
	return resp.StatusCode, reply.Paid
}

// honest reveals what each piece of text owes.
func (w *world) honest(q wire.Quote) func(int) {
	return func(n int) {
		for _, m := range q.Meters {
			owed := owes(m, n)
			if owed > w.payer.Revealed[m.Asset] {
				status, paid := w.tick(w.payer.Tick(m.Asset, owed))
				require.Equal(w.t, http.StatusOK, status)
				require.Equal(w.t, owed, paid)
			}
		}
	}
}

// owes is how many ticks of m are owed for n bytes of text.
func owes(m wire.Meter, n int) uint32 {
	if m.Tokens == 0 {
		return m.Prompt
	}
	return min(m.Most, m.Prompt+uint32((types.Tokens(n)+uint64(m.Tokens)-1)/uint64(m.Tokens)))
}

// ask asks and pays as a purse does.
func (w *world) ask(body string) (wire.Quote, wire.Payment, *got) {
	w.t.Helper()
	q := w.quote(body)
	p := w.payment(q)
	return q, p, w.read(w.pay(w.t.Context(), p, body), w.honest(q))
}
