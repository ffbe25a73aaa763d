package coalition

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// door passes a request on to the honest code behind it, or does something else.
type door func(w http.ResponseWriter, r *http.Request, next http.Handler)

// serve opens a role behind its door, and behind that of whoever talks to it.
func (w *town) serve(h http.Handler, doors ...string) string {
	for _, name := range doors {
		next := h
		h = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			d := w.doors[name]
			w.mu.Unlock()
			if d == nil {
				next.ServeHTTP(rw, r)
				return
			}
			d(rw, r, next)
		})
	}
	s := httptest.NewServer(h)
	w.t.Cleanup(s.Close)
	return s.URL
}

// recorded keeps what a gateway is told: payments, and the ticks that were revealed.
func (w *town) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.record(r)
		next.ServeHTTP(rw, r)
	})
}

func (w *town) record(r *http.Request) {
	var pm wire.Payment
	if h := r.Header.Get(wire.HeaderPayment); h != "" && wire.DecodeHeader(wire.HeaderPayment, h, &pm) == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, &pm)
		for _, t := range pm.Ticks {
			if t.Leaf.Asset == modelID {
				w.prompt = t.Leaf.Prompt
			}
		}
	}
	if r.URL.Path == wire.PathTicks {
		body, _ := wire.ReadBody(r)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var t wire.Tick
		if wire.Decode(body, &t) == nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.ticks = append(w.ticks, t)
		}
	}
}

// counted counts what an honest seller sends: its text.
func (w *town) counted(role string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.PathCompletions {
			next.ServeHTTP(rw, r)
			return
		}
		sent := 0
		defer func() {
			if sent > 0 && role == "gateway" {
				w.gave(role, usePrice)
			} else if sent > 0 {
				w.mu.Lock()
				prompt := uint64(w.prompt)
				w.mu.Unlock()
				tokens := types.Tokens(sent)
				w.gave(role, tickPrice*(prompt+(tokens+tickTokens-1)/tickTokens))
			}
		}()
		next.ServeHTTP(&sieve{ResponseWriter: rw, each: func(c *wire.Completion) bool {
			sent += len(textOf(c))
			return true
		}}, r)
	})
}

func textOf(c *wire.Completion) string {
	if len(c.Choices) > 0 && c.Choices[0].Delta != nil {
		return c.Choices[0].Delta.Content
	}
	return ""
}

// sieve shows each event of a stream to a function, which may change it; if that
// says no, the stream is cut.
type sieve struct {
	http.ResponseWriter
	each func(*wire.Completion) bool
	cut  bool
}

func (s *sieve) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *sieve) Write(b []byte) (int, error) {
	if s.cut {
		return 0, io.ErrClosedPipe
	}
	data, isEvent := bytes.CutPrefix(b, []byte("data: "))
	data, rest, _ := bytes.Cut(data, []byte("\n\n"))
	var c wire.Completion
	if !isEvent || json.Unmarshal(data, &c) != nil {
		return s.ResponseWriter.Write(b)
	}
	if !s.each(&c) {
		s.cut = true
		return 0, io.ErrClosedPipe
	}
	out, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	if _, err := s.ResponseWriter.Write(append(append([]byte("data: "), out...), append([]byte("\n\n"), rest...)...)); err != nil {
		return 0, err
	}
	return len(b), nil
}
