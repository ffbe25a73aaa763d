package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/weal-network/weal/wire"
)

// HTTP is an upstream that speaks OpenAI's chat completions: Ollama, llama.cpp,
// vLLM, LM Studio, OpenAI itself. The fields may be changed before the first use.
type HTTP struct {
	// URL ends before /chat/completions, for example http://127.0.0.1:11434/v1.
	URL string
	// Key is sent as bearer token, if there is one.
	Key string
	// Model is the upstream's name of the model to use, Embeddings and Rerank those
	// for these tasks; without one the task is not served.
	Model      string
	Embeddings string
	Rerank     string
	// HeaderTimeout bounds the wait for the answer's head, IdleTimeout the one
	// for each next event. A server that loads a model first may need long.
	HeaderTimeout time.Duration
	IdleTimeout   time.Duration
	Client        *http.Client
}

var _ Upstream = (*HTTP)(nil)

// NewHTTP returns an upstream at url with its timeouts set: 100 seconds for
// the head and the first event, and 1 minute between events. They are below the
// two minutes after which a purse takes a silent gateway for dead.
func NewHTTP(url, key, model string) *HTTP {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // that is what it is
	t.MaxIdleConnsPerHost = 64
	return &HTTP{
		URL: strings.TrimRight(url, "/"), Key: key, Model: model,
		HeaderTimeout: 100 * time.Second, IdleTimeout: time.Minute, Client: &http.Client{Transport: t},
	}
}

// errIdle is the cause by which a watch ends a request.
var errIdle = errors.New("no event in time")

// Open implements Upstream.
func (h *HTTP) Open(ctx context.Context, p Prompt) (Answer, error) {
	if p.Task != "" {
		return h.openTask(ctx, p)
	}
	body, err := h.body(p)
	if err != nil {
		return nil, err
	}
	// What is left of an answer may be read when nobody waits for it any more.
	asked := ctx
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	unlink := context.AfterFunc(asked, func() { cancel(context.Cause(asked)) })
	timer := time.AfterFunc(h.HeaderTimeout, func() { cancel(errIdle) })
	resp, err := h.send(ctx, "/chat/completions", body, p.Trace) //nolint:bodyclose // the answer closes it
	if err != nil {
		timer.Stop()
		unlink()
		defer cancel(nil)
		return nil, h.explain(ctx, err, "no answer within "+h.HeaderTimeout.String())
	}
	a := &httpAnswer{up: h, ctx: ctx, cancel: cancel, unlink: unlink, timer: timer, body: resp.Body}
	if err := a.start(resp); err != nil {
		_ = a.Close()
		return nil, err
	}
	return a, nil
}

func (h *HTTP) send(ctx context.Context, path string, body []byte, trace http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	wire.CopyTrace(req.Header, trace)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	if h.Key != "" {
		req.Header.Set("Authorization", "Bearer "+h.Key)
	}
	return h.Client.Do(req)
}

// body returns the request as the upstream wants it: with its own name of the
// model, streamed, and otherwise as it came.
func (h *HTTP) body(p Prompt) ([]byte, error) {
	name, err := json.Marshal(h.Model)
	if err != nil {
		return nil, err
	}
	if p.Bare {
		return slices.Concat([]byte(`{"model":`), name, []byte(`,"stream":true,`), p.Body[1:]), nil
	}
	fields := map[string]json.RawMessage{}
	if err := wire.Decode(p.Body, &fields); err != nil {
		return nil, err
	}
	fields["model"], fields["stream"] = name, json.RawMessage("true")
	delete(fields, "stream_options")
	return json.Marshal(fields)
}

// explain says what a failed connection means to the client.
func (h *HTTP) explain(ctx context.Context, err error, slow string) error {
	switch {
	case errors.Is(context.Cause(ctx), errIdle):
		return upstreamError(CodeSlow, "the model's upstream gave %s; try again, or ask its owner to raise the limit", slow)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return upstreamError(CodeDown, "the model's upstream cannot be reached or broke off: %v", err)
}
