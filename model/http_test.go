package model

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/wire"
)

// chunk is one event of an OpenAI stream.
func chunk(text, finish string) string {
	f := "null"
	if finish != "" {
		f = `"` + finish + `"`
	}
	b, _ := json.Marshal(text)
	return fmt.Sprintf("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"finish_reason\":%s}]}\n\n", b, f)
}

const done = "data: [DONE]\n\n"

func upstream(t *testing.T, h http.HandlerFunc) *HTTP {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return NewHTTP(s.URL+"/v1/", "sk-test", "llama")
}

func says(kind string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const sse = "text/event-stream"

func TestHTTPAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		kind, body   string
		text, finish string
	}{
		"stream":         {sse, chunk("", "") + chunk("Hel", "") + ": ping\n\n" + chunk("lo", "") + chunk("", "stop") + done, "Hello", "stop"},
		"text and end":   {sse, chunk("Hello", "length") + done, "Hello", "length"},
		"no done":        {sse, chunk("Hello", "") + chunk("", "stop"), "Hello", "stop"},
		"no finish":      {sse, chunk("Hello", "") + done, "Hello", "stop"},
		"usage only":     {sse, chunk("Hello", "") + "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n" + chunk("", "stop"), "Hello", "stop"},
		"null content":   {sse, "data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning\":\"hm\"},\"finish_reason\":null}],\"error\":null}\n\n" + chunk("x", "stop"), "x", "stop"},
		"no kind":        {"text/plain", chunk("x", "stop") + done, "x", "stop"},
		"whole":          {"application/json; charset=utf-8", `{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}`, "Hello", "stop"},
		"broken unicode": {sse, "data: {\"choices\":[{\"delta\":{\"content\":\"a\\ud800b\"},\"finish_reason\":\"stop\"}]}\n\n", "a\ufffdb", "stop"},
		"no text at all": {sse, chunk("", "stop") + done, "", "stop"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := upstream(t, says(c.kind, 200, c.body)).Open(t.Context(), Prompt{Body: []byte(`{}`)})
			require.NoError(t, err)
			text, err := readAll(t, a)
			require.NoError(t, err)
			require.Equal(t, c.text, text)
			require.Equal(t, c.finish, a.Finish())
		})
	}
}

func TestHTTPFaults(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		text    string // that came before
		code    string
		status  int
		message string
	}{
		"page":           {says("text/html", 200, "<html>"), "", CodeNonsense, 502, "web page"},
		"no events":      {says(sse, 200, "hello\nworld\n"), "", CodeNonsense, 502, "without any event"},
		"empty":          {says(sse, 200, ""), "", CodeNonsense, 502, "without any event"},
		"only done":      {says(sse, 200, done), "", CodeNonsense, 502, "without any event"},
		"no json":        {says(sse, 200, chunk("a", "")+"data: {oops\n\n"), "a", CodeNonsense, 502, "no chat completion chunk"},
		"other json":     {says("application/json", 200, `{"hello":1}`), "", CodeNonsense, 502, "no chat completion"},
		"bad json":       {says("application/json", 200, `{`), "", CodeNonsense, 502, ""},
		"long line":      {says(sse, 200, "data: "+strings.Repeat("x", wire.MaxBody+1)), "", CodeNonsense, 502, "without any event"},
		"status":         {says("application/json", 401, `{"error":{"message":"bad key","type":"x"}}`), "", CodeRefused, 502, "status 401: bad key"},
		"status no json": {says("text/plain", 503, "busy"), "", CodeRefused, 502, "busy"},
		"mid error":      {says(sse, 200, chunk("a", "")+"data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n"), "a", CodeRefused, 502, "out of memory"},
		"error string":   {says(sse, 200, "data: {\"error\":\"no such model\"}\n\n"), "", CodeRefused, 502, "no such model"},
		"whole error":    {says("application/json", 200, `{"error":{"message":"nope"}}`), "", CodeRefused, 502, "nope"},
		"cut":            {says(sse, 200, chunk("a", "")+chunk("b", "")), "ab", CodeDown, 502, "in the middle"},
		"hang up":        {func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, "", CodeDown, 502, "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			text := ""
			a, err := upstream(t, c.handler).Open(t.Context(), Prompt{Body: []byte(`{}`)})
			if err == nil {
				text, err = readAll(t, a)
			}
			var e *wire.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.code, e.Code)
			require.Equal(t, c.status, e.Status)
			require.Contains(t, e.Message, c.message)
			require.Equal(t, c.text, text)
		})
	}
}

func TestHTTPUpstreamIsDown(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := NewHTTP(s.URL, "", "m").Open(t.Context(), Prompt{Body: []byte(`{}`)})
	var e *wire.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, CodeDown, e.Code)
}

func TestHTTPUpstreamIsSlow(t *testing.T) {
	hang := func(before string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if before != "" {
				w.Header().Set("Content-Type", sse)
				_, _ = io.WriteString(w, before)
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done()
		}
	}
	for name, before := range map[string]string{"head": "", "first event": ": wait\n\n", "next event": chunk("a", "")} {
		t.Run(name, func(t *testing.T) {
			up := upstream(t, hang(before))
			up.HeaderTimeout, up.IdleTimeout = 50*time.Millisecond, 50*time.Millisecond
			a, err := up.Open(t.Context(), Prompt{Body: []byte(`{}`)})
			if err == nil {
				_, err = readAll(t, a)
			}
			var e *wire.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, CodeSlow, e.Code)
			require.Equal(t, http.StatusGatewayTimeout, e.Status)
		})
	}
}

func TestHTTPSendsWhatItGot(t *testing.T) {
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		var got map[string]any
		_ = json.NewDecoder(r.Body).Decode(&got)
		want := map[string]any{"model": "llama", "stream": true, "temperature": 0.5, "max_tokens": 7.0, "anything": "kept"}
		if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer sk-test" ||
			r.Header.Get("Traceparent") != "00-1-2-01" || fmt.Sprint(got) != fmt.Sprint(want) {
			says("text/plain", 400, fmt.Sprint(r.URL.Path, r.Header, got))(w, r)
			return
		}
		says(sse, 200, chunk("ok", "stop"))(w, r)
	})
	body := `{"model":"app","temperature":0.5,"max_tokens":7,"anything":"kept","stream":false,"stream_options":{"include_usage":true}}`
	a, err := up.Open(t.Context(), Prompt{Body: []byte(body), Trace: http.Header{"Traceparent": {"00-1-2-01"}}})
	require.NoError(t, err)
	text, err := readAll(t, a)
	require.NoError(t, err)
	require.Equal(t, "ok", text)
}

// TestHTTPConnectionStays: a server that ends its stream a moment after the answer is asked
// the next time over the same connection, also if who asked has gone by then.
func TestHTTPConnectionStays(t *testing.T) {
	var conns atomic.Int32
	left := make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, chunk("Yes.", "stop"))
		_ = http.NewResponseController(w).Flush()
		<-left
		_, _ = io.WriteString(w, done)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	h := NewHTTP(s.URL, "", "x")
	idle := make(chan struct{}, 1)
	for range 5 {
		ctx, gone := context.WithCancel(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			PutIdleConn: func(error) { idle <- struct{}{} },
		}))
		a, err := h.Open(ctx, Prompt{Body: []byte(`{"messages":[]}`)})
		require.NoError(t, err)
		piece, err := a.Next()
		require.NoError(t, err)
		require.Equal(t, "Yes.", piece.Content)
		_, err = a.Next()
		require.ErrorIs(t, err, io.EOF)
		require.NoError(t, a.Close())
		gone()
		left <- struct{}{}
		<-idle
	}
	require.EqualValues(t, 1, conns.Load())
}

func FuzzHTTPStream(f *testing.F) {
	f.Add([]byte(chunk("a", "") + chunk("", "stop") + done))
	f.Add([]byte("data: {\"choices\":[{}]}\n\ndata: {\"error\":7}\n\n"))
	f.Add([]byte("data:[DONE]\r\n\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range []string{sse, "application/json"} {
			rec := httptest.NewRecorder()
			says(kind, 200, string(body))(rec, nil)
			up := NewHTTP("http://example.invalid", "", "m")
			up.Client = &http.Client{Transport: canned{rec.Result()}}
			a, err := up.Open(t.Context(), Prompt{Body: []byte(`{}`)})
			if err == nil {
				_, err = readAll(t, a)
			}
			if err != nil {
				var e *wire.Error
				require.ErrorAs(t, err, &e)
				require.NotEmpty(t, e.Code)
			}
		}
	})
}

// canned answers every request with the same response.
type canned struct{ resp *http.Response }

func (c canned) RoundTrip(*http.Request) (*http.Response, error) { return c.resp, nil }
