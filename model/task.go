package model

import (
	"crypto/sha256"
	"net/http"
	"slices"

	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// unsupported refuses what this model's upstream cannot do, before anything is paid.
func (m *Model) unsupported(param string) error {
	e := wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "unsupported_"+param,
		"the model %q has no %s; leave it out, or ask an app whose model has it", m.cfg.Name, param)
	e.Param = &param
	return e
}

// supports refuses a request that needs what the upstream cannot do.
func (m *Model) supports(req wire.ChatRequest) error {
	for _, need := range req.Needs() {
		if !slices.Contains(supports(m.cfg.Upstream), need) {
			return m.unsupported(need)
		}
	}
	return nil
}

// task serves embeddings or a reranking. They are charged by their input alone, in
// ticks, all at once: by a firm leaf.
func (m *Model) task(t Task) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(supports(m.cfg.Upstream), string(t)) {
			wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_configured",
				"this model does not serve %s; its owner names a model of its upstream for it (weal model serve --upstream-%s)", t, t.flag()))
			return
		}
		body, err := wire.ReadBody(r)
		if err == nil {
			var o *order
			if o, err = m.serve(w, r, t, body); err != nil && m.challenge(w, r, o, err) {
				return
			}
		}
		if err != nil {
			wire.WriteError(w, err)
		}
	}
}

func (t Task) flag() string {
	if t == Rerank {
		return "rerank"
	}
	return "embeddings"
}

// parseTask reads a task and its payment, and checks them as far as they need no
// price list.
func (m *Model) parseTask(r *http.Request, t Task, body []byte) (*order, error) {
	o := &order{task: t, trace: r.Header, body: body, input: sha256.Sum256(body), stream: true}
	in, err := wire.ReadTask(string(t), body)
	if err != nil {
		return nil, err
	}
	o.size, o.prompt = in.Bytes, types.Tokens(in.Bytes)
	o.meter = meter.Meter{Tokens: 1, Most: wire.MaxBody / types.TokenBytes}
	if header := r.Header.Get(wire.HeaderPayment); header != "" {
		if err := wire.DecodeHeader(wire.HeaderPayment, header, &o.payment); err != nil {
			return nil, err
		}
		if !o.firm() {
			return nil, refuse("wrong_payment", "this is paid at once, by a leaf; it has no ticks")
		}
	} else {
		o.stream = false
		if err := m.readDirect(r, o); err != nil {
			return o, err
		}
	}
	o.Order = o.payment.Leaf.Order
	o.hash = o.Order.Hash()
	if o.Items != pay.ItemsHash(nil) {
		return o, refuse("wrong_payment", "the order of a task has no items")
	}
	return o, nil
}

// result sends what a task came to, to a client that asks without a gateway.
func (s *stream) result(rec record) {
	usage := &wire.TaskUsage{PromptTokens: s.o.prompt, TotalTokens: s.o.prompt}
	out, err := wire.TaskAnswer(string(s.o.task), s.o.body, rec.Text, s.m.cfg.Name, usage, &rec.Trailer)
	if err != nil {
		wire.WriteError(s.w, upstreamError(CodeNonsense, "what the model's upstream answered cannot be read: %v", err))
		return
	}
	wire.WriteJSON(s.w, http.StatusOK, out)
}
