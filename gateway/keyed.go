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
	// HeaderRequestID is the answer's id, where OpenAI's libraries look for it.
	HeaderRequestID = "X-Request-Id"
)

// maxPaidTo bounds HeaderPaidTo, in bytes; the trailer in the body names all.
const maxPaidTo = 1 << 10

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
	out := &patient{ResponseWriter: w}
	k := &keyed{g: g, w: out, req: req, use: u, chunk: wire.Completion{
		ID: "chatcmpl-" + rand.Text(), Object: "chat.completion", Created: g.cfg.Now().Unix(), Model: g.app.Name, Choices: []wire.Choice{},
	}}
	if req.stream {
		k.chunk.Object = "chat.completion.chunk"
	}
	w.Header().Set(HeaderRequestID, k.chunk.ID)
	said, err := g.answerUse(r.Context(), r.Header, u, req, out, k.delta)
	return k.finish(r.Context(), said, err)
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

func purseFailed(err error) *wire.Error {
	return wire.NewError(http.StatusBadGateway, wire.TypeUpstream, "purse_failed", "the gateway's purse could not ask: %v", err)
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

// cost is what an answer came to.
func (g *Gateway) cost(ctx context.Context, t wire.Trailer) *wire.Cost {
	c := &wire.Cost{Payees: len(t.Charges), OverheadMillis: t.OverheadMillis}
	for _, charge := range t.Charges {
		c.Amount, _ = c.Amount.Add(charge.Amount) // no more than a lane's cap, which fits
	}
	if len(t.Receipts) > 0 {
		if lane, err := g.book.Funded(ctx, t.Receipts[0].Lane); err == nil {
			c.Denom = lane.Denom
		}
	}
	return c
}

// newEvents starts a stream that headers can end: it says which trailers will come.
func newEvents(w http.ResponseWriter) *wire.Events {
	w.Header().Set("Trailer", strings.Join([]string{HeaderCost, HeaderPaidTo, HeaderOverhead}, ", "))
	return wire.NewEvents(w)
}

// headers says what an answer cost and who got it; behind a stream they are trailers.
func (g *Gateway) headers(h http.Header, t wire.Trailer, c *wire.Cost) {
	h.Set(HeaderCost, strings.TrimSpace(c.Amount.String()+" "+c.Denom))
	h.Set(HeaderPaidTo, paidTo(t.Charges))
	h.Set(HeaderOverhead, strconv.FormatFloat(t.OverheadMillis, 'f', 3, 64))
}

// paidTo lists who was paid, as far as a header has room; "+3" is for three more.
func paidTo(charges []wire.Charge) string {
	var paid []string
	for _, c := range charges {
		paid = append(paid, fmt.Sprintf("%d=%s", c.Asset, c.Amount))
	}
	slices.Sort(paid)
	var b strings.Builder
	for i, p := range paid {
		if b.Len()+len(p) > maxPaidTo {
			fmt.Fprintf(&b, ", +%d", len(paid)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p)
	}
	return b.String()
}
