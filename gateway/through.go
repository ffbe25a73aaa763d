package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// given reports whether the app's answers cost nothing.
func (g *Gateway) given(ctx context.Context) bool {
	if g.app.Upstream == nil || g.app.buys() {
		return false
	}
	a, err := g.known.Asset(ctx, g.book.Asset())
	return err == nil && g.app.Given(a.Prices)
}

// answerUse has a chat completion answered for a key: what costs is asked and paid by
// its purse, what costs nothing is passed through. Both count in the key's limits. When
// it returns, flushes of out wait for the end of the response.
func (g *Gateway) answerUse(ctx context.Context, trace http.Header, u *keys.Use, req *request, out *patient, onDelta func(wire.Content)) (keys.Said, error) {
	defer out.hold() // what ends the answer goes out with the end of the response
	if g.given(ctx) {
		return g.through(ctx, trace, u, req, out, onDelta)
	}
	return u.Ask(ctx, wire.PathCompletions, req.body, onDelta)
}

// through asks the app's own upstream, and passes on what it says.
func (g *Gateway) through(ctx context.Context, trace http.Header, u *keys.Use, req *request, out *patient, onDelta func(wire.Content)) (said keys.Said, err error) {
	start := time.Now()
	var waiting time.Duration
	if err := g.ownAble(req); err != nil {
		return said, err
	}
	messages, err := req.prompt(g.prompt, "")
	if err != nil {
		return said, err
	}
	size, err := prompt.Bytes(messages)
	if err != nil {
		return said, err
	}
	if err := u.Free(types.Tokens(size+req.extra) + uint64(req.maxTokens)); err != nil {
		return said, err
	}
	body, err := req.bareBody(messages, req.maxTokens)
	if err != nil {
		return said, err
	}
	began := time.Now()
	a, err := g.cfg.Own.Open(ctx, model.Prompt{Body: body, Bare: true, Trace: trace})
	if err != nil {
		return said, err
	}
	waiting += time.Since(began)
	defer func() { _ = a.Close() }() // what it had to say, Next has said
	if w, ok := a.(model.Waiter); ok {
		out.hold()
		w.BeforeWait(out.release)
	}
	var parts wire.Said
	id := strconv.FormatInt(start.UnixNano(), 36)
	for given := 0; types.Tokens(given) <= uint64(req.maxTokens); {
		began := time.Now()
		piece, err := a.Next()
		waiting += time.Since(began)
		if errors.Is(err, io.EOF) {
			said.Finish = a.Finish()
			break
		}
		if err == nil {
			nameCalls(piece, &parts, id)
			err = parts.Add(piece)
		}
		if err != nil {
			said.Text, said.Calls = parts.Text(), parts.Calls()
			return said, err
		}
		given += len(piece.Given())
		onDelta(piece)
	}
	if said.Finish == "" {
		said.Finish = "length"
	}
	said.Text, said.Calls = parts.Text(), parts.Calls()
	said.Trailer.OverheadMillis = float64((time.Since(start) - waiting).Microseconds()) / 1000
	return said, nil
}

// nameCalls gives an id to each call that piece begins and that has none: a model role
// gives them, an upstream's own are not passed on.
func nameCalls(piece wire.Content, before *wire.Said, of string) {
	for i := range piece.ToolCalls {
		if c := &piece.ToolCalls[i]; c.ID == "" && c.Index != nil && *c.Index == len(before.Calls()) {
			c.ID, c.Type = "call_"+of+strconv.Itoa(*c.Index), "function"
		}
	}
}
