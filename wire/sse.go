package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// Done is the payload that ends an OpenAI stream.
const Done = "[DONE]"

// maxEvent bounds one line of a stream: an answer's trailer with its passages.
const maxEvent = MaxBody

// Events writes server-sent events.
type Events struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// NewEvents starts an event stream with status 200.
func NewEvents(w http.ResponseWriter) *Events {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return &Events{w: w, rc: http.NewResponseController(w)}
}

// Send writes v as the JSON of one event and flushes it.
func (e *Events) Send(v any) error {
	b, err := event(v, "")
	if err != nil {
		return err
	}
	return e.raw(b)
}

// Last writes v as the JSON of one event, and the end. It flushes nothing: who calls it
// returns from its handler next, which sends it together with the end of the response.
func (e *Events) Last(v any) error {
	b, err := event(v, end)
	if err != nil {
		return err
	}
	_, err = e.w.Write(b)
	return err
}

// End writes the event that ends the stream.
func (e *Events) End() error { return e.raw([]byte(end)) }

const end = "data: " + Done + "\n\n"

// event is v as an event, and what comes after it.
func event(v any, after string) ([]byte, error) {
	b, err := Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	out := make([]byte, 0, len("data: \n\n")+len(b)+len(after))
	out = append(append(append(out, "data: "...), b...), "\n\n"...)
	return append(out, after...), nil
}

func (e *Events) raw(b []byte) error {
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.rc.Flush()
}

// EventReader reads the data of server-sent events; comments, ids and names
// are skipped.
type EventReader struct {
	s *bufio.Scanner
}

// NewEventReader reads events from r.
func NewEventReader(r io.Reader) *EventReader {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4<<10), maxEvent)
	return &EventReader{s: s}
}

// Next returns the data of the next event. It returns io.EOF after Done, and
// io.ErrUnexpectedEOF if the stream ended without it. The slice is valid until
// the next call.
func (r *EventReader) Next() ([]byte, error) {
	for r.s.Scan() {
		data, ok := bytes.CutPrefix(r.s.Bytes(), []byte("data:"))
		if !ok {
			continue
		}
		data = bytes.TrimSpace(data)
		if string(data) == Done {
			return nil, io.EOF
		}
		if len(data) > 0 {
			return data, nil
		}
	}
	if err := r.s.Err(); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	return nil, io.ErrUnexpectedEOF
}
