package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/wire"
)

// complete answers a prompt that is paid for.
func (m *Model) complete(w http.ResponseWriter, r *http.Request) {
	if err := m.serve(w, r); err != nil {
		wire.WriteError(w, err)
	}
}

// serve returns an error only as long as nothing was written.
func (m *Model) serve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o, err := m.parse(r)
	if err != nil {
		return err
	}
	done, err := m.take(ctx, o)
	if err != nil {
		return err
	}
	defer done()
	kept, ok, err := m.book.Served(ctx, o.hash)
	if err != nil {
		return err
	}
	if ok {
		return m.replay(w, o, kept)
	}
	return m.answer(ctx, w, o)
}

// take accepts the payment, unless it was accepted before: a retry is served even
// if the lane closes meanwhile. Until done is called nobody else serves the order.
func (m *Model) take(ctx context.Context, o *order) (done func(), err error) {
	done, err = m.book.Serve(ctx, o.hash)
	var unknown *wire.Error
	if !errors.As(err, &unknown) {
		return done, err
	}
	if err := m.accept(ctx, o); err != nil {
		return nil, err
	}
	return m.book.Serve(ctx, o.hash)
}

// answer asks the upstream and streams what it says, as far as it is paid.
func (m *Model) answer(ctx context.Context, w http.ResponseWriter, o *order) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the upstream works no longer than we listen
	a, err := m.cfg.Upstream.Open(ctx, Prompt{Body: o.body, Trace: o.trace})
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
	Input   string       `json:"input"`
	Text    string       `json:"text"`
	Finish  string       `json:"finish,omitempty"`
	Error   *wire.Error  `json:"error,omitempty"`
	Trailer wire.Trailer `json:"trailer"`
}

// replay gives the answer again that the order was served with. It asks for no
// ticks: nothing in it goes beyond what was sent, within the rule, before.
func (m *Model) replay(w http.ResponseWriter, o *order, kept []byte) error {
	var rec record
	if err := json.Unmarshal(kept, &rec); err != nil {
		return fmt.Errorf("read kept answer: %w", err)
	}
	if rec.Input != o.input.String() {
		return wire.NewError(http.StatusConflict, wire.TypeInvalidRequest, "order_served",
			"this order was served for another body; it can only be sent again as it was")
	}
	s := m.newStream(w, o)
	if rec.Text != "" {
		s.emit(rec.Text)
	}
	s.last(rec)
	return nil
}
