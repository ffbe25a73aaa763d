package gateway

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// A task is a request to a model that is no chat: embeddings, or a reranking. No vault
// is asked. It is charged by its input, all at once, and what the model gives for it is
// one text, its JSON, as if it were an answer.

// taskModel is the asset that does a task, zero if none does.
func (a App) taskModel(task string) types.AssetID {
	switch task {
	case wire.PathEmbeddings:
		return a.Embeddings
	case wire.PathRerank:
		return a.Rerank
	}
	return 0
}

// modelOf is the model that req is for, if the app names one.
func (g *Gateway) modelOf(req *request) types.AssetID {
	if req.task != "" {
		return g.app.taskModel(req.task)
	}
	return g.app.Model
}

// path is where a model is asked for what r asks.
func (r *request) path() string { return cmp.Or(r.task, wire.PathCompletions) }

// task serves what is asked at path.
func (g *Gateway) task(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := wire.ReadBody(r)
		if err == nil {
			err = g.routeTask(w, r, path, body)
		}
		if err != nil {
			wire.WriteError(w, err)
		}
	}
}

// routeTask returns an error only as long as nothing was written.
func (g *Gateway) routeTask(w http.ResponseWriter, r *http.Request, path string, body []byte) error {
	name := strings.TrimPrefix(path, "/v1/")
	if g.app.taskModel(path) == 0 || g.cfg.Unpaid {
		return wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_configured",
			"this app serves no %s; its owner names a model for it in the app file, as %s: ASSET", path, name)
	}
	key, bearer := bearerKey(r)
	switch {
	case r.Header.Get(wire.HeaderPayment) != "":
		return g.serveTask(w, r, path, body)
	case r.Header.Get(wire.HeaderLane) != "":
		lane, seq, err := wire.ParseLane(r.Header.Get(wire.HeaderLane))
		if err != nil {
			return err
		}
		req, err := parseTask(g.app, path, body)
		if err != nil {
			return err
		}
		return g.sendQuote(w, r, lane, seq, req, false)
	case bearer:
		return g.serveKeyedTask(w, r, key, path, body)
	}
	return wrongPayment("no_payment", "%s is paid: send an API key of this gateway as Authorization: Bearer, or pay asset %d itself by x402", path, g.app.taskModel(path))
}

// parseTask reads the body of a task.
func parseTask(app App, path string, body []byte) (*request, error) {
	if !utf8.Valid(body) {
		return nil, badRequest("bad_json", "the body is not UTF-8")
	}
	in, err := wire.ReadTask(path, body)
	if err != nil {
		return nil, err
	}
	if in.Model != "" && in.Model != app.Name {
		e := badParam("model", "model_not_found", "there is no model %.100q here; this gateway serves %q", in.Model, app.Name)
		e.Status = http.StatusNotFound
		return nil, e
	}
	return &request{task: path, body: body, hash: sha256.Sum256(body), bytes: in.Bytes, stream: true}, nil
}

// quoteTask answers a task with a lane: with what model and app ask for it.
func (g *Gateway) quoteTask(r *http.Request, lane types.LaneRef, seq uint64, req *request) (*quoted, error) {
	ctx := r.Context()
	funded, err := g.book.Admit(ctx, lane)
	if err != nil {
		return nil, err
	}
	if funded.Gateway != g.book.Asset() {
		return nil, wire.NewError(http.StatusForbidden, wire.TypePermission, earn.CodeNotYourLane,
			"lane %s is for gateway %d, this is %d; open a lane for this one", lane, funded.Gateway, g.book.Asset())
	}
	model, tick, err := g.price(ctx, g.modelOf(req), types.PerTick, funded.Denom)
	if err != nil {
		return nil, err
	}
	app, use, err := g.price(ctx, g.book.Asset(), types.PerUse, funded.Denom)
	if err != nil {
		return nil, err
	}
	m, err := meter.Input(tick.Tokens, req.bytes)
	if err != nil {
		return nil, err
	}
	q := &quoted{
		Quote: wire.Quote{
			ID: rand.Text(), Lane: lane, Seq: seq, Gateway: app.ID, Denom: funded.Denom, Request: req.hash, Vaults: []wire.Offer{},
			Expires: g.cfg.Now().Add(quoteLife).Unix(),
			Meters: []wire.Meter{
				{Asset: model.ID, Kind: types.KindModel, Version: model.Version, Price: tick.Amount, Tokens: m.Tokens, Prompt: m.Prompt, Most: m.Most},
				{Asset: app.ID, Kind: types.KindApp, Version: app.Version, Price: use.Amount, Prompt: 1, Most: 1},
			},
		},
		Task: req.task,
	}
	slices.SortFunc(q.Quote.Meters, func(a, b wire.Meter) int { return cmp.Compare(a.Asset, b.Asset) })
	g.quotes.add(q)
	return q, nil
}

// serveTask does a task that is paid. It returns an error only as long as nothing was
// written.
func (g *Gateway) serveTask(w http.ResponseWriter, r *http.Request, path string, body []byte) error {
	start := time.Now()
	var p wire.Payment
	if err := wire.DecodeHeader(wire.HeaderPayment, r.Header.Get(wire.HeaderPayment), &p); err != nil {
		return err
	}
	if len(p.Ticks) > 0 {
		return wrongPayment("wrong_payment", "%s is paid at once, by leaves; it has no ticks", path)
	}
	req, err := parseTask(g.app, path, body)
	if err != nil {
		return err
	}
	q, err := g.findQuote(r.Context(), p)
	if err != nil {
		return err
	}
	d, err := newDeal(q, p, req, r.Header)
	if err != nil {
		return err
	}
	done, err := g.accept(r.Context(), d)
	if err != nil {
		return err
	}
	defer done()
	a := g.newAnswer(w, d, start, true)
	// What the model gives goes out at once: before it, whatever fails is a status.
	if err := a.ask(r.Context()); err != nil {
		return err
	}
	a.events = wire.NewEvents(w)
	c := a.chunk
	c.Choices = []wire.Choice{{Delta: &wire.Content{Role: "assistant", Content: a.text.String()}}}
	a.send(c)
	a.end(r.Context(), a.gone)
	return nil
}

// serveKeyedTask does a task for a client that has a key and no purse.
func (g *Gateway) serveKeyedTask(w http.ResponseWriter, r *http.Request, key, path string, body []byte) error {
	if g.cfg.Keyed == nil {
		return noKeys()
	}
	u, err := g.cfg.Keyed.Admit(r.Context(), key, w.Header())
	if err != nil {
		return asError(err, keysFailed)
	}
	defer u.End(r.Context())
	req, err := parseTask(g.app, path, body)
	if err != nil {
		return err
	}
	said, err := u.Ask(r.Context(), path, body, func(wire.Content) {})
	tokens := types.Tokens(req.bytes)
	if said.Text != "" {
		u.Count(tokens)
	}
	u.End(r.Context())
	if err != nil {
		return asError(err, purseFailed)
	}
	cost := g.cost(r.Context(), said.Trailer)
	usage := &wire.TaskUsage{PromptTokens: tokens, TotalTokens: tokens, Weal: cost}
	out, err := wire.TaskAnswer(path, body, said.Text, g.app.Name, usage, &said.Trailer)
	if err != nil {
		return modelError("model_cut", "the model sent what is no answer: %v", err)
	}
	g.headers(w.Header(), said.Trailer, cost)
	w.Header().Set(HeaderRequestID, rand.Text())
	wire.WriteJSON(w, http.StatusOK, out)
	return nil
}
