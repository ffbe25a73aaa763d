package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// writes counts what a server writes to its connections.
type writes struct {
	net.Listener
	mu  sync.Mutex
	all []string
}

func (l *writes) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &writing{c, l}, err
}

type writing struct {
	net.Conn
	to *writes
}

func (c *writing) Write(b []byte) (int, error) {
	c.to.mu.Lock()
	c.to.all = append(c.to.all, string(b))
	c.to.mu.Unlock()
	return c.Conn.Write(b)
}

func chunkOf(text, finish string) string {
	return fmt.Sprintf("data: {\"choices\":[{\"delta\":{\"content\":%q},\"finish_reason\":%s}]}\n\n", text, finish)
}

// buffer is how many bytes net/http gathers before it writes.
const buffer = 4 << 10

// TestThroughInFewWrites: what an upstream says at once goes on at once, in one write with
// the end of the answer; what it has said before it pauses does not wait for what follows.
func TestThroughInFewWrites(t *testing.T) {
	w, _ := newKeyed(t)
	w.chain.Change(appID, func(a *types.Asset) { a.Prices = nil })
	pause := make(chan struct{})
	up := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		rw.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(rw, chunkOf("One, ", "null")+chunkOf("two, ", "null"))
		if strings.Contains(string(body), "slowly") {
			_ = http.NewResponseController(rw).Flush()
			<-pause
		}
		_, _ = io.WriteString(rw, chunkOf("three.", "null")+chunkOf("", `"stop"`)+"data: [DONE]\n\n")
	}))
	defer up.Close()
	w.app = gateway.App{Name: "spec", Vaults: []types.AssetID{}, Upstream: &gateway.Upstream{URL: up.URL}, MaxTokens: 200}
	w.upstreamOwn = model.NewHTTP(up.URL, "", "x")
	w.start()
	counted := &writes{Listener: newListener(t)}
	server := &httptest.Server{Listener: counted, Config: &http.Server{Handler: w.gateway.Handler()}}
	server.Start()
	defer server.Close()
	ask := func(path, body string) *http.Response {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", bearer)
		resp, err := server.Client().Do(req)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		return resp
	}
	for path, body := range map[string]string{
		wire.PathCompletions: `{"messages":[{"role":"user","content":"Count."}],"stream":true}`,
		wire.PathResponses:   `{"input":"Count.","stream":true}`,
	} {
		counted.all = nil
		resp := ask(path, body)
		all, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Contains(t, string(all), "three.")
		require.Equal(t, "0", resp.Trailer.Get(gateway.HeaderCost))
		require.LessOrEqual(t, len(counted.all), 1+len(strings.Join(counted.all, ""))/buffer, "%s: %q", path, counted.all)
	}

	resp := ask(wire.PathCompletions, `{"messages":[{"role":"user","content":"Count slowly."}],"stream":true}`)
	events := wire.NewEventReader(resp.Body)
	for _, want := range []string{"One, ", "two, "} { // while the upstream pauses
		data, err := events.Next()
		require.NoError(t, err)
		require.Contains(t, string(data), want)
	}
	close(pause)
	data, err := events.Next()
	require.NoError(t, err)
	require.Contains(t, string(data), "three.")
}

func newListener(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}
