package gateway

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// quoteLife is how long a quote is good, unless an offer in it ends before.
const quoteLife = 2 * time.Minute

// quoted is a quote with what is needed to serve it.
type quoted struct {
	Quote wire.Quote `json:"quote"`
	// Picks are the passages, best first.
	Picks []pick `json:"picks"`
	// Writers are the models that may write the answer, in the order in which they are
	// asked: one after the other, until one begins, or all of them.
	Writers []types.AssetID `json:"writers,omitempty"`
	// MaxTokens is the answer's bound that the model's meter was made for.
	MaxTokens int `json:"max_tokens"`
	// Seal is the key that the passages of a search are sealed to; zero for an answer.
	Seal types.Hash `json:"seal,omitzero"`
	// Task is the path of the task that was quoted; empty for an answer or a search.
	Task string `json:"task,omitempty"`
	// req is the request that was quoted, if it is small and there was no restart.
	req *request
}

// smallRequest is how many bytes a body may have to be kept in memory with its
// quote.
const smallRequest = 8 << 10

// parsed returns the request that was quoted if it is body, else nil.
func (q *quoted) parsed(body []byte) *request {
	if q == nil || q.req == nil || !bytes.Equal(q.req.body, body) {
		return nil
	}
	return q.req
}

// sizes returns the offered bytes of the passages, best first.
func (q *quoted) sizes() []int {
	out := make([]int, len(q.Picks))
	for i, p := range q.Picks {
		out[i] = int(q.Quote.Vaults[p.Vault].Items[p.Item].Bytes)
	}
	return out
}

// meter returns the quote's first meter of an asset of kind.
func (q *quoted) meter(kind types.Kind) wire.Meter {
	i := slices.IndexFunc(q.Quote.Meters, func(m wire.Meter) bool { return m.Kind == kind })
	return q.Quote.Meters[i] // every quote has the app's
}

// writers are the models that may write, in the order in which they are asked.
func (q *quoted) writers() []types.AssetID {
	if len(q.Writers) > 0 {
		return q.Writers
	}
	var all []types.AssetID // of a task, or kept by an earlier version
	for _, m := range q.Quote.Meters {
		if m.Kind == types.KindModel {
			all = append(all, m.Asset)
		}
	}
	return all
}

// serveQuote answers a request with a lane, whose next voucher has seq.
func (g *Gateway) serveQuote(r *http.Request, lane types.LaneRef, seq uint64, req *request) (*quoted, error) {
	if req.task != "" {
		return g.quoteTask(r, lane, seq, req)
	}
	funded, err := g.book.Admit(r.Context(), lane)
	if err != nil {
		return nil, err
	}
	if funded.Gateway != g.book.Asset() {
		return nil, wire.NewError(http.StatusForbidden, wire.TypePermission, earn.CodeNotYourLane,
			"lane %s is for gateway %d, this is %d; open a lane for this one", lane, funded.Gateway, g.book.Asset())
	}
	if err := g.withinBudget(funded.Denom); err != nil {
		return nil, err
	}
	models, answers := wanted(r.Header, req)
	writers, err := g.writers(r.Context(), funded, req, models, r.Header)
	if err != nil {
		return nil, err
	}
	all := g.offers(r.Context(), funded, seq, req, r.Header)
	if err := g.failed(all); err != nil {
		return nil, err
	}
	for _, o := range all {
		if o.err != nil {
			g.cfg.Log.Warn("vault left out of a quote", "asset", uint64(o.asset), "err", o.err)
		}
	}
	offers, picks := best(all, req.passages(g.app), g.app.Budget)
	if len(picks) == 0 && (g.app.buys() || req.search != nil) {
		how := "Ask in other words, or another app"
		if cheap, _ := best(all, 1, types.Coin{}); len(cheap) > 0 {
			how = "All that do cost more than the app's budget. Ask another app"
		}
		if req.filter() != "" {
			how = "Ask in other words, or with a filter that lets more documents through"
		}
		return nil, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_match",
			"no passage in this app's vaults speaks of the question; nothing was charged. %s", how)
	}
	q := &quoted{
		Quote: wire.Quote{
			ID: rand.Text(), Lane: lane, Seq: seq, Gateway: g.book.Asset(), Denom: funded.Denom, Request: req.hash, Vaults: offers,
			Expires: expiry(g.cfg.Now().Add(quoteLife).Unix(), offers),
		},
		Picks: picks, Writers: writers, MaxTokens: req.maxTokens, Seal: req.seal(),
	}
	if len(writers) > 1 {
		q.Quote.Answers = min(answers, len(writers))
	}
	if len(req.body) <= smallRequest {
		q.req = req
	}
	if q.Quote.Meters, err = g.meters(r.Context(), req, q); err != nil {
		return nil, err
	}
	g.quotes.add(q)
	return q, nil
}

func expiry(at int64, offers []wire.Offer) int64 {
	for _, o := range offers {
		at = min(at, o.Expires)
	}
	return at
}

// meters prices what is paid by ticks: the model, unless it is a search, and the
// app itself.
func (g *Gateway) meters(ctx context.Context, req *request, q *quoted) ([]wire.Meter, error) {
	app, use, err := g.price(ctx, g.book.Asset(), types.PerUse, q.Quote.Denom)
	if err != nil {
		return nil, err
	}
	own := wire.Meter{Asset: app.ID, Kind: types.KindApp, Version: app.Version, Price: use.Amount, Prompt: 1, Most: 1}
	if req.search != nil {
		return []wire.Meter{own}, nil
	}
	all := []wire.Meter{own}
	size, err := g.promptBound(req, q.sizes())
	if err != nil {
		return nil, err
	}
	for _, id := range q.Writers {
		model, tick, err := g.price(ctx, id, types.PerTick, q.Quote.Denom)
		if err != nil {
			return nil, err
		}
		m, err := meter.New(tick.Tokens, size, q.MaxTokens)
		if err != nil {
			return nil, err
		}
		all = append(all, wire.Meter{
			Asset: model.ID, Kind: types.KindModel, Version: model.Version, Price: tick.Amount, Tokens: m.Tokens, Prompt: m.Prompt, Most: m.Most,
		})
	}
	slices.SortFunc(all, func(a, b wire.Meter) int { return cmp.Compare(a.Asset, b.Asset) })
	return all, nil
}

// price looks up what an asset asks for unit in denom.
func (g *Gateway) price(ctx context.Context, id types.AssetID, unit types.PriceUnit, denom string) (types.Asset, types.Price, error) {
	a, err := g.known.Asset(ctx, id)
	if err != nil {
		g.cfg.Log.Warn("asset not found on the chain", "asset", uint64(id), "err", err)
		return a, types.Price{}, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, earn.CodeChainDown,
			"asset %d cannot be looked up on the chain: %v; retry in a few seconds", id, err)
	}
	p, ok := a.Price(unit, denom)
	switch {
	case ok:
		return a, p, nil
	case id == g.book.Asset() && g.app.Given(a.Prices) && !g.app.Resells():
		return a, p, badRequest("costs_nothing", "answers of this app cost nothing, and are for API keys of its gateway; its owner makes one with: weal gateway key create")
	}
	return a, p, wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, earn.CodeWrongDenom,
		"asset %d has no price per %s in %s; pay from a tab in a denomination that it lists", id, unit, denom)
}

// promptBound returns the most bytes that the prompt can come to, before its
// passages are seen, whose sizes are known.
func (g *Gateway) promptBound(req *request, sizes []int) (int, error) {
	filler := make([]byte, prompt.Bound(sizes))
	for i := range filler {
		filler[i] = 'x'
	}
	messages, err := req.prompt(g.prompt, string(filler))
	if err != nil {
		return 0, err
	}
	n, err := prompt.Bytes(messages)
	return n + req.extra, err
}

// orders returns the orders that pay q exactly, by asset. A firm order for what is
// metered pays all its ticks at once.
func (q *quoted) orders(firm bool) (map[types.AssetID]pay.Order, error) {
	out := map[types.AssetID]pay.Order{}
	base := pay.Order{Lane: q.Quote.Lane, Seq: q.Quote.Seq, Gateway: q.Quote.Gateway, Request: q.Quote.Request}
	var items []types.Hash
	for _, v := range q.Quote.Vaults {
		o := base
		o.Asset, o.Version, o.Items = v.Asset, v.Version, pay.ItemsHash(ids(v))
		if !q.Seal.IsZero() {
			o.Items = pay.SealedItems(o.Items, q.Seal)
		}
		for _, item := range v.Items {
			o.Price, _ = o.Price.Add(item.Price) // an overflow makes an order that no sum of leaves can pay
		}
		items = append(items, o.Items)
		out[v.Asset] = o
	}
	base.Items = pay.ItemsHash(items)
	for _, m := range q.Quote.Meters {
		o := base
		o.Asset, o.Version, o.Price, o.Tokens, o.Prompt, o.Most = m.Asset, m.Version, m.Price, m.Tokens, m.Prompt, m.Most
		if firm {
			var ok bool
			if o.Price, ok = m.Price.Mul(uint64(m.Most)); !ok {
				return nil, wrongPayment("wrong_payment", "the price of asset %d does not fit 128 bits at once; pay it by ticks", m.Asset)
			}
			o.Tokens, o.Prompt, o.Most = 0, 0, 0
		}
		out[m.Asset] = o
	}
	return out, nil
}

func ids(o wire.Offer) []types.Hash {
	out := make([]types.Hash, len(o.Items))
	for i, item := range o.Items {
		out[i] = item.ID
	}
	return out
}
