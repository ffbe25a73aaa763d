package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// complete answers a prompt that is paid for.
func (m *Model) complete(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	switch {
	case err != nil:
	case m.cfg.Unpaid:
		err = m.giveAway(w, r, body)
	default:
		var o *order
		if o, err = m.serve(w, r, "", body); err != nil && m.challenge(w, r, o, err) {
			return
		}
	}
	if err != nil {
		wire.WriteError(w, err)
	}
}

// serve answers a prompt, or does a task if one is named. It returns an error only as
// long as nothing was written, and with it what was understood of the request, or nil.
func (m *Model) serve(w http.ResponseWriter, r *http.Request, task Task, body []byte) (*order, error) {
	ctx := r.Context()
	o, err := m.parse(r, task, body)
	if err != nil {
		return o, err
	}
	done, err := m.take(ctx, o)
	if err != nil {
		return o, err
	}
	defer done()
	if o.direct != nil {
		m.taken(ctx, w, o)
	}
	kept, ok, err := m.keptAnswer(ctx, o.hash)
	if err != nil {
		return o, err
	}
	if ok {
		return o, m.replay(w, o, kept)
	}
	return o, m.answer(ctx, w, o)
}

// giveAway is serve where nobody pays; see Config.Unpaid.
func (m *Model) giveAway(w http.ResponseWriter, r *http.Request, body []byte) error {
	var req wire.ChatRequest
	if err := wire.Decode(body, &req); err != nil {
		return err
	}
	size, err := prompt.Size(req)
	if err != nil {
		return err
	}
	return m.answer(r.Context(), w, &order{
		body: body, stream: true, trace: r.Header, meter: meter.Meter{Tokens: 1 << 16, Prompt: 1, Most: 2}, prompt: types.Tokens(size),
	})
}

// take accepts the payment, unless it was accepted before: a retry is served even
// if the lane closes meanwhile. Until done is called nobody else serves the order.
func (m *Model) take(ctx context.Context, o *order) (done func(), err error) {
	done, err = m.book.ServeOn(ctx, o.Lane, o.hash)
	var unknown *wire.Error
	switch {
	case err == nil && o.firm():
		if err := m.sameBody(ctx, o); err != nil {
			done()
			return nil, err
		}
		return done, nil
	case !errors.As(err, &unknown):
		return done, err
	}
	if err := m.accept(ctx, o); err != nil {
		return nil, err
	}
	if o.firm() {
		if err := m.bodies.put(ctx, o); err != nil {
			return nil, err
		}
	}
	return m.book.Serve(ctx, o.hash)
}

// answer asks the upstream and streams what it says, as far as it is paid.
func (m *Model) answer(ctx context.Context, w http.ResponseWriter, o *order) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the upstream works no longer than we listen
	a, err := m.cfg.Upstream.Open(ctx, Prompt{Task: o.task, Body: o.body, Trace: o.trace})
	if err != nil {
		m.cfg.Log.Warn("upstream failed before the first byte", "order", o.hash.String(), "err", err)
		return err
	}
	defer func() { _ = a.Close() }() // what it had to say, Next has said
	first, err := a.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		m.cfg.Log.Warn("upstream failed before the first byte", "order", o.hash.String(), "err", err)
		return err
	}
	s := m.newStream(w, o)
	finish, err := s.run(ctx, a, first, err)
	s.end(ctx, finish, err)
	return nil
}

// record is what is kept of an answer, to give it again.
type record struct {
	Input string `json:"input"`
	// Text is all that was given; Parts are what it was given in, if a tool was called.
	Text    string         `json:"text"`
	Parts   []wire.Content `json:"parts,omitempty"`
	Finish  string         `json:"finish,omitempty"`
	Error   *wire.Error    `json:"error,omitempty"`
	Trailer wire.Trailer   `json:"trailer"`
}

// replay gives the answer again that the order was served with. It asks for no
// ticks: nothing in it goes beyond what was sent, within the rule, before.
func (m *Model) replay(w http.ResponseWriter, o *order, kept []byte) error {
	var rec record
	if err := wire.Unmarshal(kept, &rec); err != nil {
		return fmt.Errorf("read kept answer: %w", err)
	}
	if rec.Input != o.input.String() {
		return errOtherBody
	}
	s := m.newStream(w, o)
	for _, piece := range rec.pieces() {
		s.emit(piece)
	}
	s.last(rec)
	return nil
}
