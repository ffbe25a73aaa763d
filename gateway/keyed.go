package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// PathKey tells who holds an API key where it stands.
const PathKey = "/weal/v1/key"

// Headers of an answer to a client with a key; in streams they are trailers.
const (
	// HeaderCost is what the answer cost: "amount denom".
	HeaderCost = "Weal-Cost"
	// HeaderPaidTo is who got it: "asset=amount, …".
	HeaderPaidTo = "Weal-Paid-To"
	// HeaderOverhead is the milliseconds that the gateway added.
	HeaderOverhead = "Weal-Overhead-Ms"
)

// serveKeyed answers a client that has a key and no purse. It returns an error
// only as long as nothing was written.
func (g *Gateway) serveKeyed(w http.ResponseWriter, r *http.Request, key string, body []byte) error {
	if g.cfg.Keyed == nil {
		return noKeys()
	}
	u, err := g.cfg.Keyed.Admit(r.Context(), key, w.Header())
	if err != nil {
		return asError(err, keysFailed)
	}
	return g.serveUse(w, r, u, body)
}

// serveUse answers as OpenAI does, from what u may spend, and ends u. It returns
// an error only as long as nothing was written.
func (g *Gateway) serveUse(w http.ResponseWriter, r *http.Request, u *keys.Use, body []byte) error {
	defer u.End(r.Context())
	req, err := parseRequest(g.app, body)
	if err != nil {
		return err
	}
	k := &keyed{g: g, w: w, req: req, use: u, chunk: wire.Completion{
		ID: "chatcmpl-" + rand.Text(), Object: "chat.completion", Created: g.cfg.Now().Unix(), Model: g.app.Name, Choices: []wire.Choice{},
	}}
	if req.stream {
		k.chunk.Object = "chat.completion.chunk"
	}
	text, trailer, err := u.Ask(r.Context(), body, k.delta)
	return k.finish(r.Context(), text, trailer, err)
}

// key tells who holds an API key where it stands.
func (g *Gateway) key(w http.ResponseWriter, r *http.Request) {
	told, err := g.ownKey(r)
	if err != nil {
		wire.WriteError(w, asError(err, keysFailed))
		return
	}
	wire.WriteJSON(w, http.StatusOK, told)
}

func (g *Gateway) ownKey(r *http.Request) (keys.Key, error) {
	if g.cfg.Keyed == nil {
		return keys.Key{}, noKeys()
	}
	key, _ := bearerKey(r)
	return g.cfg.Keyed.Own(r.Context(), key)
}

func noKeys() *wire.Error {
	return keys.BadKey("this gateway gives out no API keys; ask with a purse (weal ask)")
}

func keysFailed(err error) *wire.Error {
	return wire.NewError(http.StatusInternalServerError, wire.TypeServer, "internal", "the API key cannot be looked up: %v", err)
}

// asError returns the *wire.Error in err, or what other makes of it. An error
// that came in a stream has lost its status.
func asError(err error, other func(error) *wire.Error) *wire.Error {
	var e *wire.Error
	if !errors.As(err, &e) {
		return other(err)
	}
	out := *e
	if out.Status < 400 || out.Status > 599 {
		out.Status = http.StatusBadGateway
	}
	return &out
}

// keyed is one answer to a client with a key.
type keyed struct {
	g      *Gateway
	w      http.ResponseWriter
	req    *request
	use    *keys.Use
	chunk  wire.Completion // what all chunks have in common
	events *wire.Events    // nil until the first byte of a stream
}

// delta passes a piece of text on, if the client streams.
func (k *keyed) delta(text string) {
	if !k.req.stream || text == "" {
		return
	}
	c := wire.Content{Content: text}
	if k.events == nil {
		k.events = wire.NewEvents(k.w)
		c.Role = "assistant"
	}
	k.send([]wire.Choice{{Delta: &c}}, nil)
}

// send sends a chunk. A client that has gone ends the request's context, by which
// the purse stops asking.
func (k *keyed) send(choices []wire.Choice, change func(*wire.Completion)) {
	c := k.chunk
	c.Choices = choices
	if change != nil {
		change(&c)
	}
	_ = k.events.Send(c)
}

// finish answers with what came, whole or as the end of the stream.
func (k *keyed) finish(ctx context.Context, text string, t wire.Trailer, err error) error {
	annotations := annotate(text, t.Citations)
	use := usage(k.req.bytes, t.Citations, len(text))
	if text != "" || len(t.Citations) > 0 {
		k.use.Count(use.TotalTokens)
	}
	k.use.End(ctx) // before the client can ask where its key stands
	if err != nil {
		return k.fail(t, asError(err, func(err error) *wire.Error {
			return wire.NewError(http.StatusBadGateway, wire.TypeUpstream, "purse_failed", "the gateway's purse could not ask: %v", err)
		}))
	}
	stop := "stop"
	if k.req.stream {
		if k.events == nil {
			k.events = wire.NewEvents(k.w)
		}
		k.end(annotations, &stop, use, t)
		k.headers(ctx, http.TrailerPrefix, t)
		return nil
	}
	k.headers(ctx, "", t)
	c := k.chunk
	c.Usage, c.Weal = use, &t
	c.Choices = []wire.Choice{{Message: &wire.Content{Role: "assistant", Content: text, Annotations: annotations}, FinishReason: &stop}}
	wire.WriteJSON(k.w, http.StatusOK, c)
	return nil
}

// end sends the last chunks of a stream: the finish reason, and if it was asked
// for, the usage in a chunk without choices. The trailer is in the very last.
func (k *keyed) end(annotations []wire.Annotation, stop *string, use *wire.Usage, t wire.Trailer) {
	last := []wire.Choice{{Delta: &wire.Content{Annotations: annotations}, FinishReason: stop}}
	if k.req.usage {
		k.send(last, nil)
		last = []wire.Choice{}
	}
	k.send(last, func(c *wire.Completion) {
		c.Weal = &t
		if k.req.usage {
			c.Usage = use
		}
	})
	_ = k.events.End()
}

// fail answers with an error, beside what was bought before it.
func (k *keyed) fail(t wire.Trailer, e *wire.Error) error {
	if k.events != nil {
		k.send([]wire.Choice{}, func(c *wire.Completion) { c.Error, c.Weal = e, &t })
		_ = k.events.End()
		return nil
	}
	if len(t.Citations) == 0 {
		return e
	}
	wire.WriteJSON(k.w, e.Status, struct {
		Error *wire.Error  `json:"error"`
		Weal  wire.Trailer `json:"weal"`
	}{e, t})
	return nil
}

// headers says what the answer cost and who got it.
func (k *keyed) headers(ctx context.Context, prefix string, t wire.Trailer) {
	var total types.Amount
	var paid []string
	for _, c := range t.Charges {
		total, _ = total.Add(c.Amount) // no more than a lane's cap, which fits
		paid = append(paid, fmt.Sprintf("%d=%s", c.Asset, c.Amount))
	}
	slices.Sort(paid)
	cost := total.String()
	if len(t.Receipts) > 0 {
		if lane, err := k.g.book.Funded(ctx, t.Receipts[0].Lane); err == nil {
			cost += " " + lane.Denom
		}
	}
	h := k.w.Header()
	h.Set(prefix+HeaderCost, cost)
	h.Set(prefix+HeaderPaidTo, strings.Join(paid, ", "))
	h.Set(prefix+HeaderOverhead, strconv.FormatFloat(t.OverheadMillis, 'f', 3, 64))
}
