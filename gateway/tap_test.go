package gateway_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// tap passes on what goes to a server, hears all of it, and can change it.
type tap struct {
	server *httptest.Server

	mu    sync.Mutex
	heard bytes.Buffer
	ask   func(path string, body []byte) []byte // changes requests
	reply func(path, line string) string        // changes each line of replies
}

func newTap(t testing.TB, target func() string) *tap {
	p := &tap{}
	p.server = httptest.NewServer(&httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			u, err := url.Parse(target())
			if err != nil {
				t.Error(err)
			}
			r.SetURL(u)
			body, _ := io.ReadAll(r.In.Body)
			p.mu.Lock()
			change := p.ask
			p.mu.Unlock()
			if change != nil {
				body = change(r.In.URL.Path, body)
			}
			_ = r.In.Header.Write(p)
			for _, h := range r.In.Header["Weal-Payment"] {
				b, _ := base64.RawURLEncoding.DecodeString(h)
				_, _ = p.Write(b)
			}
			_, _ = p.Write(body)
			r.Out.Body, r.Out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		},
		ModifyResponse: func(r *http.Response) error {
			_ = r.Header.Write(p)
			p.mu.Lock()
			change := p.reply
			p.mu.Unlock()
			if change == nil {
				r.Body = struct {
					io.Reader
					io.Closer
				}{io.TeeReader(r.Body, p), r.Body}
				return nil
			}
			r.Header.Del("Content-Length")
			r.ContentLength = -1
			r.Body = eachLine(r.Body, func(s string) string { return change(r.Request.URL.Path, s) })
			return nil
		},
	})
	t.Cleanup(p.server.Close)
	return p
}

// Write implements io.Writer.
func (p *tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard.Write(b)
}

// eachLine changes each line of a body as it comes.
func eachLine(body io.ReadCloser, change func(string) string) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		defer body.Close()
		var line []byte
		buf := make([]byte, 1)
		for {
			n, err := body.Read(buf)
			line = append(line, buf[:n]...)
			if n > 0 && buf[0] == '\n' || err != nil {
				if _, broken := io.WriteString(w, change(string(line))); broken != nil {
					return
				}
				line = nil
			}
			if err != nil {
				_ = w.CloseWithError(err)
				return
			}
		}
	}()
	return r
}

// tells reports whether what a tap heard has a word in it: as it is, in another
// case, in hex, or in base64 at any place.
func (p *tap) tells(word string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := bytes.ToLower(p.heard.Bytes())
	if bytes.Contains(all, []byte(strings.ToLower(word))) || bytes.Contains(all, fmt.Appendf(nil, "%x", word)) {
		return true
	}
	for shift := range 3 {
		s := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + word))
		from := []int{0, 2, 3}[shift]
		s = s[from : len(s)-2] // what depends on the neighbours
		if bytes.Contains(p.heard.Bytes(), []byte(s)) || bytes.Contains(p.heard.Bytes(), []byte(strings.NewReplacer("+", "-", "/", "_").Replace(s))) {
			return true
		}
	}
	return false
}

func (p *tap) change(ask func(string, []byte) []byte, reply func(string, string) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask, p.reply = ask, reply
}
