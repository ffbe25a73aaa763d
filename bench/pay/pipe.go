package pay

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// pipes is a transport within this process: the bytes of requests and answers are
// those that would go over a connection, without the connection. Hosts are served
// by handlers. As with connections, a goroutine serves one request after the other.
type pipes struct {
	hosts map[string]http.Handler
	work  chan func()
}

func newPipes() *pipes { return &pipes{hosts: map[string]http.Handler{}, work: make(chan func())} }

// do runs f in a goroutine that is idle, or in a new one.
func (p *pipes) do(f func()) {
	select {
	case p.work <- f:
	default:
		go func() {
			for f != nil {
				f()
				select {
				case f = <-p.work:
				case <-time.After(idleTime):
					f = nil
				}
			}
		}()
	}
}

// idleTime is how long a goroutine waits for another request.
const idleTime = time.Second

// RoundTrip implements http.RoundTripper. It returns when the handler has written
// its header, and what it writes later can be read as it comes.
func (p *pipes) RoundTrip(req *http.Request) (*http.Response, error) {
	h := p.hosts[req.URL.Host]
	if h == nil {
		return nil, fmt.Errorf("nobody serves %s in this process", req.URL.Host)
	}
	in := req.Clone(req.Context())
	in.RequestURI, in.Host = req.URL.RequestURI(), req.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &piped{header: http.Header{}, ready: make(chan struct{})}
	w.arrived.L = &w.mu
	p.do(func() {
		defer w.end()
		h.ServeHTTP(w, in)
	})
	select {
	case <-w.ready:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	return &http.Response{
		StatusCode: w.status, Header: w.sent, Body: w, Request: req, ContentLength: -1,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// piped is an answer on its way from a handler to who reads its body.
type piped struct {
	header, sent http.Header
	status       int
	once         sync.Once
	ready        chan struct{} // closed when status and header are known

	mu      sync.Mutex
	arrived sync.Cond
	text    bytes.Buffer // written and not read
	over    bool         // the handler has returned
	closed  bool         // nobody reads any more
}

// Header implements http.ResponseWriter.
func (w *piped) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *piped) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.ready)
	})
}

// Write implements http.ResponseWriter.
func (w *piped) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, io.ErrClosedPipe
	}
	w.arrived.Signal()
	return w.text.Write(b)
}

// Flush implements http.Flusher: what is written can be read at once.
func (w *piped) Flush() { w.WriteHeader(http.StatusOK) }

func (w *piped) end() {
	w.WriteHeader(http.StatusOK)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.arrived.Signal()
}

// Read implements io.Reader.
func (w *piped) Read(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.text.Len() == 0 && !w.over && !w.closed {
		w.arrived.Wait()
	}
	return w.text.Read(b)
}

// Close implements io.Closer.
func (w *piped) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.arrived.Signal()
	return nil
}
