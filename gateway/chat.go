package gateway

import (
	"cmp"
	"context"
	"net/http"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/wire"
)

// keyed is one chat completion for a client with a key.
type keyed struct {
	g      *Gateway
	w      http.ResponseWriter
	req    *request
	use    *keys.Use
	chunk  wire.Completion // what all chunks have in common
	events *wire.Events    // nil until the first byte of a stream
	calls  callHeads
}

// delta passes a piece on, if the client streams.
func (k *keyed) delta(piece wire.Content) {
	if !k.req.stream {
		return
	}
	if piece.Content != "" {
		k.part(wire.Content{Content: piece.Content})
	}
	k.calls.add(piece.ToolCalls, k.part)
}

// part sends one delta; the first says whose it is.
func (k *keyed) part(c wire.Content) {
	if k.events == nil {
		k.events = newEvents(k.w)
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

// account ends u, and returns what it came to.
func (g *Gateway) account(ctx context.Context, u *keys.Use, req *request, said keys.Said) *wire.Usage {
	given := len(wire.Content{Content: said.Text, ToolCalls: said.Calls}.Given())
	use := usage(req.bytes+req.extra, said.Trailer.Citations, given)
	if given > 0 || len(said.Trailer.Citations) > 0 {
		u.Count(use.TotalTokens)
	}
	u.End(ctx) // before the client can ask where its key stands
	use.PromptDetails, use.CompletionDetails = &wire.PromptDetails{}, &wire.CompletionDetails{}
	use.Weal = g.cost(ctx, said.Trailer)
	return use
}

// finish answers with what came, whole or as the end of the stream.
func (k *keyed) finish(ctx context.Context, said keys.Said, err error) error {
	t := said.Trailer
	annotations := annotate(said.Text, t.Citations)
	use := k.g.account(ctx, k.use, k.req, said)
	if err != nil {
		return k.fail(t, asError(err, purseFailed))
	}
	stop := cmp.Or(said.Finish, "stop")
	if k.req.stream {
		k.calls.flush(k.part)
		if k.events == nil {
			k.events = newEvents(k.w)
		}
		k.end(annotations, &stop, use, t)
		k.g.headers(k.w.Header(), t, use.Weal)
		return nil
	}
	k.g.headers(k.w.Header(), t, use.Weal)
	m := wholeMessage{Role: "assistant", Annotations: annotations, ToolCalls: said.Calls}
	if said.Text != "" || len(said.Calls) == 0 {
		m.Content = &said.Text
	}
	wire.WriteJSON(k.w, http.StatusOK, wholeCompletion{
		ID: k.chunk.ID, Object: k.chunk.Object, Created: k.chunk.Created, Model: k.chunk.Model,
		Choices: []wholeChoice{{Message: m, FinishReason: stop}}, Usage: use, Weal: &t,
	})
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
	return failWhole(k.w, t, e)
}

// failWhole answers with an error as a status, beside what was bought before it.
func failWhole(w http.ResponseWriter, t wire.Trailer, e *wire.Error) error {
	if len(t.Citations) == 0 {
		return e
	}
	wire.WriteJSON(w, e.Status, struct {
		Error *wire.Error  `json:"error"`
		Weal  wire.Trailer `json:"weal"`
	}{e, t})
	return nil
}

// wholeCompletion is a completion with every field that OpenAI's libraries promise to
// be there, be it null.
type wholeCompletion struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []wholeChoice `json:"choices"`
	Usage   *wire.Usage   `json:"usage"`
	Weal    *wire.Trailer `json:"weal"`
}

type wholeChoice struct {
	Index        int          `json:"index"`
	Message      wholeMessage `json:"message"`
	Logprobs     *struct{}    `json:"logprobs"`
	FinishReason string       `json:"finish_reason"`
}

type wholeMessage struct {
	Role        string            `json:"role"`
	Content     *string           `json:"content"` // null where tools are called instead
	Refusal     *string           `json:"refusal"`
	Annotations []wire.Annotation `json:"annotations,omitempty"`
	ToolCalls   []wire.ToolCall   `json:"tool_calls,omitempty"`
}

// callHeads puts calls together for a client's stream: ids and names come in parts
// where ticks are small, and clients expect them whole, in the first part of a call.
type callHeads struct {
	said wire.Said
	sent int // calls whose first part was sent
}

// add takes parts, and sends on what is ready.
func (h *callHeads) add(parts []wire.ToolCall, send func(wire.Content)) {
	for _, part := range parts {
		if part.Index == nil || h.said.Add(wire.Content{ToolCalls: []wire.ToolCall{part}}) != nil {
			continue // the purse lets none through
		}
		i := *part.Index
		h.upTo(i, send)
		if part.Function.Arguments == "" {
			continue
		}
		h.upTo(i+1, send)
		send(wire.Content{ToolCalls: []wire.ToolCall{{Index: &i, Function: wire.FunctionCall{Arguments: part.Function.Arguments}}}})
	}
}

// flush sends what is left: calls without arguments.
func (h *callHeads) flush(send func(wire.Content)) { h.upTo(len(h.said.Calls()), send) }

// upTo sends the first parts of the calls before n.
func (h *callHeads) upTo(n int, send func(wire.Content)) {
	for ; h.sent < n; h.sent++ {
		c, i := h.said.Calls()[h.sent], h.sent
		send(wire.Content{ToolCalls: []wire.ToolCall{{Index: &i, ID: c.ID, Type: c.Type, Function: wire.FunctionCall{Name: c.Function.Name}}}})
	}
}
