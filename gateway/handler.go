package gateway

import (
	"errors"
	"net/http"
	"strings"

	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// Handler serves the gateway's endpoints.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range g.endpoints() {
		mux.HandleFunc(pattern, serve)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		wire.WriteError(w, notFound("there is no %s %.100s here; spec/wire.md lists what is", r.Method, r.URL.Path))
	})
	return mux
}

// endpoints are what is served, by method and path; spec/openapi.yaml describes each.
func (g *Gateway) endpoints() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST " + wire.PathCompletions:     g.completions,
		"POST " + wire.PathResponses:       g.responses,
		"POST " + wire.PathEmbeddings:      g.task(wire.PathEmbeddings),
		"POST " + wire.PathRerank:          g.task(wire.PathRerank),
		"POST " + wire.PathSearch:          g.search,
		"POST " + wire.PathTicks:           g.ticks,
		"GET " + wire.PathModels:           g.models,
		"GET " + wire.PathModels + "/{id}": g.model,
		"GET " + PathKey:                   g.key,
		"GET " + wire.PathManifest:         g.manifest,
		"GET " + wire.PathHealth:           g.health,
	}
}

func notFound(format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_found", format, args...)
}

// completions tells the three ways of asking apart.
func (g *Gateway) completions(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	if err == nil {
		err = g.route(w, r, body)
	}
	if err != nil {
		wire.WriteError(w, err)
	}
}

// bearerKey is the API key of a request; the scheme's case does not matter (RFC
// 9110, section 11.1).
func bearerKey(r *http.Request) (key string, ok bool) {
	scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(key), ok && strings.EqualFold(scheme, "Bearer")
}

// route returns an error only as long as nothing was written.
func (g *Gateway) route(w http.ResponseWriter, r *http.Request, body []byte) error {
	key, bearer := bearerKey(r)
	switch {
	case x402.Present(r):
		return g.serveX402(w, r, body)
	case r.Header.Get(wire.HeaderPayment) != "":
		return g.servePayment(w, r, body)
	case r.Header.Get(wire.HeaderLane) != "":
		lane, seq, err := wire.ParseLane(r.Header.Get(wire.HeaderLane))
		if err != nil {
			return err
		}
		req, err := parseRequest(g.app, body)
		if err != nil {
			return err
		}
		return g.priced(w, r, body, g.sendQuote(w, r, lane, seq, req, r.Header.Get(wire.HeaderPrefer) != wire.PreferMinimal))
	case bearer:
		return g.serveKeyed(w, r, key, body)
	}
	how := "ask with a purse (weal ask --app N), which pays from a lane and sends " + wire.HeaderLane + ", or pay by x402 as " + x402.HeaderRequired + " says"
	if g.cfg.Keyed != nil {
		how = "send an API key of this gateway (its owner makes one: weal gateway key create) as Authorization: Bearer, or " + how
	}
	return g.sendPrice(w, r, body, wrongPayment("no_payment", "answers of this app are paid: %s", how))
}

// ticks keeps the app's own tick, and passes the model's on.
func (g *Gateway) ticks(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	if err == nil {
		err = g.tick(w, r, body)
	}
	if err != nil {
		wire.WriteError(w, err)
	}
}

func (g *Gateway) tick(w http.ResponseWriter, r *http.Request, body []byte) error {
	var t wire.TickRequest
	if err := wire.Decode(body, &t); err != nil {
		return err
	}
	if len(t.And) >= wire.MaxTicks {
		return badRequest("too_many_ticks", "the request has %d ticks; send at most %d at once", len(t.And)+1, wire.MaxTicks)
	}
	paid, err := g.takeTick(r, t.Tick)
	for _, other := range t.And {
		if _, failed := g.takeTick(r, other); err == nil {
			err = failed
		}
	}
	if err != nil {
		return err
	}
	wire.WriteJSON(w, http.StatusOK, wire.TickReply{Paid: paid})
	return nil
}

// takeTick takes one tick, or passes it on.
func (g *Gateway) takeTick(r *http.Request, t wire.Tick) (paid uint32, err error) {
	switch t.Asset {
	case 0:
	case g.book.Asset():
		return g.book.Tick(r.Context(), t)
	default:
		if g.writes.has(t.Asset) {
			return g.forward(r, t)
		}
	}
	return 0, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "unknown_asset",
		"asset %d takes no ticks here; this gateway takes its own, %d, and those of the models that it has quoted", t.Asset, g.book.Asset())
}

// forward passes a tick on to the model, and returns what the model says.
func (g *Gateway) forward(r *http.Request, t wire.Tick) (paid uint32, err error) {
	var reply wire.TickReply
	err = g.peers.call(r.Context(), t.Asset, wire.PathTicks, t, &reply, r.Header)
	var refusal *wire.Error
	if err == nil || errors.As(err, &refusal) {
		return reply.Paid, err
	}
	return 0, modelError("model_down", "the model cannot be reached: %v; send the tick again", err)
}

func (g *Gateway) entry() wire.Model {
	return wire.Model{ID: g.app.Name, Object: "model", OwnedBy: "weal"}
}

func (g *Gateway) models(w http.ResponseWriter, _ *http.Request) {
	wire.WriteJSON(w, http.StatusOK, wire.ModelList{Object: "list", Data: []wire.Model{g.entry()}})
}

func (g *Gateway) model(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != g.app.Name {
		e := notFound("there is no model %.100q here; this gateway serves %q", r.PathValue("id"), g.app.Name)
		e.Code = "model_not_found"
		wire.WriteError(w, e)
		return
	}
	wire.WriteJSON(w, http.StatusOK, g.entry())
}

func (g *Gateway) manifest(w http.ResponseWriter, _ *http.Request) {
	if len(g.cfg.Manifest) == 0 {
		wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_manifest",
			"this gateway keeps no manifest; the chain has its prices and key"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(g.cfg.Manifest)
}

func (g *Gateway) health(w http.ResponseWriter, _ *http.Request) {
	wire.WriteJSON(w, http.StatusOK, map[string]any{"status": "ok", "role": "gateway", "app": g.app.Name, "asset": g.book.Asset()})
}
