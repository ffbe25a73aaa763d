package model

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/weal-network/weal/wire"
)

// What is read of a stream after its answer has ended.
const (
	restTime = time.Second
	maxRest  = 16 << 10
)

// httpAnswer reads the stream of an upstream.
type httpAnswer struct {
	up     *HTTP
	ctx    context.Context
	cancel context.CancelCauseFunc
	unlink func() bool // from the context of who asked
	timer  *time.Timer
	body   io.ReadCloser
	before func()            // what BeforeWait was given, or nil
	events *wire.EventReader // nil if the answer came whole
	left   []wire.Content    // of the pieces that came at once
	whole  bool              // the stream was read to its end
	calls  calls
	finish string
	seen   bool // an event that belongs to a completion
}

// event is what is read of an upstream's chunk, or of a whole completion.
// Whatever servers disagree about stays raw.
type event struct {
	Choices []struct {
		Delta   text   `json:"delta"`
		Message text   `json:"message"`
		Finish  string `json:"finish_reason"`
	} `json:"choices"`
	Error json.RawMessage `json:"error"`
}

type text struct {
	Content string     `json:"content"`
	Calls   []callPart `json:"tool_calls"`
}

// start reads the answer's head: an error, a whole completion, or a stream.
func (a *httpAnswer) start(resp *http.Response) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode/100 == 2 && kind != "application/json" {
		if kind == "text/html" {
			return upstreamError(CodeNonsense, "the model's upstream answered with a web page; its owner should check the URL")
		}
		a.events = wire.NewEventReader(a)
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(a.body, wire.MaxBody))
	if err != nil {
		return a.up.explain(a.ctx, err, "no whole answer within "+a.up.HeaderTimeout.String())
	}
	if resp.StatusCode/100 != 2 {
		e := wire.ReadError(resp.StatusCode, b)
		return upstreamError(CodeRefused, "the model's upstream refused with status %d: %s", resp.StatusCode, e.Message)
	}
	return a.readWhole(b)
}

// readWhole takes the completion of a server that does not stream.
func (a *httpAnswer) readWhole(b []byte) error {
	e, err := readEvent(b)
	if err != nil {
		return err
	}
	if len(e.Choices) == 0 {
		return upstreamError(CodeNonsense, "the model's upstream answered with JSON that is no chat completion")
	}
	a.finish = cmp.Or(e.Choices[0].Finish, finishStop)
	a.left, err = a.calls.pieces(e.Choices[0].Message)
	return err
}

// Read reads the upstream's stream on.
func (a *httpAnswer) Read(p []byte) (int, error) {
	if a.before != nil {
		a.before()
	}
	n, err := a.body.Read(p)
	a.whole = a.whole || errors.Is(err, io.EOF)
	return n, err
}

// BeforeWait implements Waiter.
func (a *httpAnswer) BeforeWait(f func()) { a.before = f }

// Next implements Answer.
func (a *httpAnswer) Next() (wire.Content, error) {
	if len(a.left) > 0 {
		piece := a.left[0]
		a.left = a.left[1:]
		return piece, nil
	}
	if a.events == nil || a.finish != "" {
		return wire.Content{}, io.EOF
	}
	// The timer runs only while we read: who waits for ticks meanwhile is not
	// the upstream's fault.
	defer a.timer.Stop()
	for {
		a.timer.Reset(a.patience())
		data, err := a.events.Next()
		if err != nil {
			return wire.Content{}, a.ended(err)
		}
		e, err := readEvent(data)
		if err != nil {
			return wire.Content{}, err
		}
		if len(e.Choices) == 0 {
			continue
		}
		a.seen = true
		a.finish = e.Choices[0].Finish
		pieces, err := a.calls.pieces(e.Choices[0].Delta)
		if err != nil {
			return wire.Content{}, err
		}
		if len(pieces) > 0 {
			a.left = pieces[1:]
			return pieces[0], nil
		}
		if a.finish != "" {
			return wire.Content{}, io.EOF
		}
	}
}

// patience returns how long to wait for the next event. A server that sends its
// head at once may still have its whole prompt to read.
func (a *httpAnswer) patience() time.Duration {
	if a.seen {
		return a.up.IdleTimeout
	}
	return a.up.HeaderTimeout
}

// ended explains the end of a stream that gave no finish reason.
func (a *httpAnswer) ended(err error) error {
	switch {
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && a.seen:
		a.finish = finishStop // said [DONE]
		return io.EOF
	case errors.Is(context.Cause(a.ctx), errIdle) || a.ctx.Err() != nil:
		return a.up.explain(a.ctx, err, "no next event within "+a.patience().String())
	case errors.Is(err, io.ErrUnexpectedEOF) && a.seen:
		return upstreamError(CodeDown, "the model's upstream broke off in the middle of its answer")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, bufio.ErrTooLong):
		return upstreamError(CodeNonsense, "the model's upstream answered without any event of a chat completion")
	}
	return a.up.explain(a.ctx, err, "")
}

// Finish implements Answer.
func (a *httpAnswer) Finish() string { return cmp.Or(a.finish, finishStop) }

// Close implements Answer. Of an answer that has ended the rest is read, a few bytes that
// are about to come, so that the connection is there for the next one.
func (a *httpAnswer) Close() error {
	a.timer.Stop()
	a.unlink()
	if a.events == nil || a.finish == "" || a.whole {
		a.cancel(nil)
		return a.body.Close()
	}
	go func() {
		late := time.AfterFunc(restTime, func() { a.cancel(nil) })
		defer late.Stop()
		_, _ = io.CopyN(io.Discard, a.body, maxRest)
		_ = a.body.Close()
		a.cancel(nil)
	}()
	return nil
}

// readEvent reads one chunk. An error object in it is returned as an error.
func readEvent(data []byte) (event, error) {
	var e event
	if err := wire.UnmarshalLoose(data, &e); err != nil {
		return e, upstreamError(CodeNonsense, "the model's upstream sent an event that is no chat completion chunk: %v", err)
	}
	if len(e.Error) > 0 && string(e.Error) != "null" {
		return e, upstreamError(CodeRefused, "the model's upstream gave up: %s", errorText(e.Error))
	}
	return e, nil
}

// errorText reads an error that may be an object with a message, or a string.
func errorText(raw json.RawMessage) string {
	var object struct {
		Message string `json:"message"`
	}
	var s string
	switch {
	case json.Unmarshal(raw, &object) == nil && object.Message != "":
		s = object.Message
	case json.Unmarshal(raw, &s) != nil:
		s = string(raw)
	}
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}
