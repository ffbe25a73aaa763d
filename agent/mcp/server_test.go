package mcp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/agenttest"
	"github.com/weal-network/weal/agent/guard"
	"github.com/weal-network/weal/agent/mcp"
	"github.com/weal-network/weal/types"
)

// lab is a server of tools over a fake agent, and a client of it.
type lab struct {
	t    *testing.T
	own  *agenttest.Fake
	keys map[string]*agenttest.Fake
	url  string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, own: fake(100), keys: map[string]*agenttest.Fake{"alice": fake(100), "bob": fake(100)}}
	s := mcp.New(mcp.Config{Own: l.own, ConfirmAbove: types.NewAmount(500), Version: "1", Keyed: func(_ context.Context, key string) (agent.Agent, string, error) {
		a, ok := l.keys[key]
		if !ok {
			return nil, "", fmt.Errorf("%w: %s", agent.ErrKey, key)
		}
		return a, "key:" + key, nil
	}})
	server := httptest.NewServer(guard.Guard{Local: true}.Handler(s.Handler()))
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

func fake(price uint64) *agenttest.Fake {
	return &agenttest.Fake{Price: types.NewAmount(price), Words: []string{"It is ", "bounded [1]."}}
}

// withKey sends an API key.
type withKey string

func (k withKey) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if k != "" {
		r.Header.Set("Authorization", "Bearer "+string(k))
	}
	return http.DefaultTransport.RoundTrip(r)
}

// client connects with a key, or without one; answer is what its person says to a form.
func (l *lab) client(key string, answer func(*sdk.ElicitParams) *sdk.ElicitResult) (*sdk.ClientSession, error) {
	opts := &sdk.ClientOptions{Capabilities: &sdk.ClientCapabilities{}}
	if answer != nil {
		opts.ElicitationHandler = func(_ context.Context, r *sdk.ElicitRequest) (*sdk.ElicitResult, error) { return answer(r.Params), nil }
	}
	c := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, opts)
	session, err := c.Connect(l.t.Context(), &sdk.StreamableClientTransport{
		Endpoint: l.url, HTTPClient: &http.Client{Transport: withKey(key)}, MaxRetries: -1,
	}, nil)
	if err == nil {
		l.t.Cleanup(func() { _ = session.Close() })
	}
	return session, err
}

func (l *lab) connect(key string, answer func(*sdk.ElicitParams) *sdk.ElicitResult) *sdk.ClientSession {
	l.t.Helper()
	session, err := l.client(key, answer)
	require.NoError(l.t, err)
	return session
}

// call calls a tool; into takes what it says, if it does not fail.
func call(t *testing.T, s *sdk.ClientSession, name string, args map[string]any, into any) *sdk.CallToolResult {
	t.Helper()
	res, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: args})
	require.NoError(t, err)
	if into != nil {
		require.False(t, res.IsError, text(res))
		b, err := json.Marshal(res.StructuredContent)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, into))
	}
	return res
}

func text(r *sdk.CallToolResult) string {
	var out []string
	for _, c := range r.Content {
		if t, ok := c.(*sdk.TextContent); ok {
			out = append(out, t.Text)
		}
	}
	return strings.Join(out, "\n")
}

// TestTools: what a client sees and gets of each.
func TestTools(t *testing.T) {
	l := newLab(t)
	s := l.connect("", nil)
	list, err := s.ListTools(t.Context(), nil)
	require.NoError(t, err)
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
		require.NotEmpty(t, tool.Title)
		require.NotEmpty(t, tool.Description)
		require.NotNil(t, tool.OutputSchema, tool.Name)
		require.Equal(t, tool.Name != "ask" && tool.Name != "search", tool.Annotations.ReadOnlyHint, tool.Name)
		require.False(t, *tool.Annotations.DestructiveHint)
	}
	slices.Sort(names)
	require.Equal(t, []string{"ask", "balance", "cite", "models", "quote", "receipts", "search"}, names)

	var quote agent.Quote
	call(t, s, "quote", map[string]any{"question": "What is exposure?"}, &quote)
	require.Equal(t, "100", quote.Most.Amount)
	require.Zero(t, l.own.Spent(), "a quote pays nothing")

	var a agent.Answer
	call(t, s, "ask", map[string]any{"question": "What is exposure?", "filter": "author=Smith", "app": 12}, &a)
	require.Equal(t, "It is bounded [1].", a.Text)
	require.Equal(t, "A passage.", a.Citations[0].Text)
	require.Equal(t, "author=Smith", l.own.Asked()[0].Filter)
	require.Equal(t, types.AssetID(12), l.own.Asked()[0].App)

	var found agent.Answer
	call(t, s, "search", map[string]any{"query": "exposure", "limit": 3}, &found)
	require.Empty(t, found.Text)
	require.Len(t, found.Citations, 1)

	var cited agent.Cited
	call(t, s, "cite", map[string]any{"answer": a.ID, "passages": []int{1}}, &cited)
	require.Equal(t, "AAAA", cited.Passages[0].Path)
	var balance agent.Balance
	call(t, s, "balance", nil, &balance)
	require.Equal(t, "200", balance.Spent[0].Amount)
	var m struct{ Models []agent.Model }
	call(t, s, "models", nil, &m)
	require.Equal(t, "spec-reader", m.Models[0].Name)
	var r struct{ Receipts []agent.Receipt }
	call(t, s, "receipts", map[string]any{"limit": 1}, &r)
	require.Len(t, r.Receipts, 1)
}

// TestFailuresSayWhatToDo: a tool that fails is a result, and pays nothing.
func TestFailuresSayWhatToDo(t *testing.T) {
	l := newLab(t)
	s := l.connect("", nil)
	for name, c := range map[string]struct {
		tool string
		args map[string]any
		says string
	}{
		"no question":   {"ask", map[string]any{"question": " "}, "say what you want to know"},
		"missing":       {"ask", map[string]any{}, "question"},
		"bad cost":      {"ask", map[string]any{"question": "q", "max_cost": "much"}, "max_cost"},
		"zero cost":     {"ask", map[string]any{"question": "q", "max_cost": "0"}, "nothing is answered for nothing"},
		"other money":   {"ask", map[string]any{"question": "q", "max_cost": "5uusd"}, "WEAL"},
		"too many":      {"search", map[string]any{"query": "q", "limit": 99}, "1 to 32"},
		"not kept":      {"cite", map[string]any{"answer": "ffff"}, "no such answer"},
		"unknown field": {"ask", map[string]any{"question": "q", "maxcost": "1"}, "maxcost"},
	} {
		t.Run(name, func(t *testing.T) {
			res := call(t, s, c.tool, c.args, nil)
			require.True(t, res.IsError)
			require.Contains(t, text(res), c.says)
		})
	}
	require.Zero(t, l.own.Spent())
}

// TestDearIsShownFirst: what costs more than is paid without asking is not paid, however
// the client asks, until somebody has agreed to an amount.
func TestDearIsShownFirst(t *testing.T) {
	dear := map[string]any{"question": "What is exposure?"}
	accept := func(most string) func(*sdk.ElicitParams) *sdk.ElicitResult {
		return func(*sdk.ElicitParams) *sdk.ElicitResult {
			return &sdk.ElicitResult{Action: "accept", Content: map[string]any{"max_cost": most}}
		}
	}
	t.Run("nobody can be asked", func(t *testing.T) {
		l := newLab(t)
		l.own.Price = types.NewAmount(501)
		res := call(t, l.connect("", nil), "ask", dear, nil)
		require.True(t, res.IsError)
		require.Contains(t, text(res), `ask again with max_cost "0.000000000000000501 WEAL"`)
		require.Zero(t, l.own.Spent())
	})
	t.Run("named", func(t *testing.T) {
		l := newLab(t)
		l.own.Price = types.NewAmount(501)
		s := l.connect("", nil)
		var a agent.Answer
		call(t, s, "ask", map[string]any{"question": "q", "max_cost": "501aweal"}, &a)
		require.Equal(t, types.NewAmount(501), l.own.Spent())
		res := call(t, s, "ask", map[string]any{"question": "q", "max_cost": "500aweal"}, nil)
		require.True(t, res.IsError)
		require.Equal(t, types.NewAmount(501), l.own.Spent())
	})
	t.Run("agreed", func(t *testing.T) {
		l := newLab(t)
		l.own.Price = types.NewAmount(501)
		var shown string
		s := l.connect("", func(p *sdk.ElicitParams) *sdk.ElicitResult {
			shown = p.Message
			return accept("0.000000000000000501")(p)
		})
		var a agent.Answer
		call(t, s, "search", map[string]any{"query": "q"}, &a)
		require.Contains(t, shown, "0.000000000000000501 WEAL")
		require.Equal(t, types.NewAmount(501), l.own.Spent())
	})
	t.Run("agreed to less", func(t *testing.T) {
		l := newLab(t)
		l.own.Price = types.NewAmount(501)
		res := call(t, l.connect("", accept("500aweal")), "ask", dear, nil)
		require.True(t, res.IsError)
		require.Zero(t, l.own.Spent())
	})
	for _, action := range []string{"decline", "cancel"} {
		t.Run(action, func(t *testing.T) {
			l := newLab(t)
			l.own.Price = types.NewAmount(501)
			res := call(t, l.connect("", func(*sdk.ElicitParams) *sdk.ElicitResult { return &sdk.ElicitResult{Action: action} }), "ask", dear, nil)
			require.True(t, res.IsError)
			require.Contains(t, text(res), "nothing was paid")
			require.Zero(t, l.own.Spent())
		})
	}
	t.Run("named, and it is dearer", func(t *testing.T) {
		l := newLab(t)
		l.own.Price = types.NewAmount(501)
		s := l.connect("", func(*sdk.ElicitParams) *sdk.ElicitResult {
			t.Error("who has named an amount is not asked for another")
			return &sdk.ElicitResult{Action: "cancel"}
		})
		res := call(t, s, "ask", map[string]any{"question": "q", "max_cost": "500aweal"}, nil)
		require.True(t, res.IsError)
		require.Zero(t, l.own.Spent())
	})
	t.Run("cheap", func(t *testing.T) {
		l := newLab(t)
		l.own.Price = types.NewAmount(500)
		s := l.connect("", func(*sdk.ElicitParams) *sdk.ElicitResult {
			t.Error("nobody is to be asked")
			return &sdk.ElicitResult{Action: "cancel"}
		})
		var a agent.Answer
		call(t, s, "ask", dear, &a)
	})
}

// TestKeysAreApart: each key spends its own, and a bad one nothing.
func TestKeysAreApart(t *testing.T) {
	l := newLab(t)
	var a agent.Answer
	call(t, l.connect("alice", nil), "ask", map[string]any{"question": "q"}, &a)
	call(t, l.connect("bob", nil), "ask", map[string]any{"question": "q"}, &a)
	call(t, l.connect("bob", nil), "ask", map[string]any{"question": "q"}, &a)
	require.Equal(t, types.NewAmount(100), l.keys["alice"].Spent())
	require.Equal(t, types.NewAmount(200), l.keys["bob"].Spent())
	require.Zero(t, l.own.Spent())
	_, err := l.client("mallory", nil)
	require.ErrorContains(t, err, "Unauthorized")
}

// post sends one message as a client of an earlier version does, in a session or before
// there is one.
func (l *lab) post(key, session, body string) *http.Response {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.url, strings.NewReader(body))
	require.NoError(l.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
	}
	res, err := withKey(key).RoundTrip(req)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// TestSessionIsItsKeys: who knows the id of another's session cannot spend in it.
func TestSessionIsItsKeys(t *testing.T) {
	l := newLab(t)
	res := l.post("alice", "", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	require.Equal(t, http.StatusOK, res.StatusCode)
	session := res.Header.Get("Mcp-Session-Id")
	require.NotEmpty(t, session)
	require.Equal(t, http.StatusAccepted, l.post("alice", session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`).StatusCode)
	const ask = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"q"}}}`
	for _, key := range []string{"bob", ""} {
		require.Equal(t, http.StatusForbidden, l.post(key, session, ask).StatusCode, "key %q", key)
	}
	require.Zero(t, l.keys["alice"].Spent())
	require.Zero(t, l.keys["bob"].Spent())
	require.Zero(t, l.own.Spent())
	require.Equal(t, http.StatusOK, l.post("alice", session, ask).StatusCode)
}

// TestX402: a guest is told how to pay, pays in _meta, and hears what became of it.
func TestX402(t *testing.T) {
	l := newLab(t)
	l.own.Required = json.RawMessage(`{"x402Version":2,"accepts":[{"scheme":"exact","amount":"100"}]}`)
	s := l.connect("", nil)
	res := call(t, s, "ask", map[string]any{"question": "q"}, nil)
	require.True(t, res.IsError)
	require.JSONEq(t, string(l.own.Required), text(res))
	require.Zero(t, l.own.Spent())

	paid, err := s.CallTool(t.Context(), &sdk.CallToolParams{
		Meta: sdk.Meta{"x402/payment": map[string]any{"x402Version": 2, "payload": map[string]any{"a": "b"}}},
		Name: "ask", Arguments: map[string]any{"question": "q"},
	})
	require.NoError(t, err)
	require.False(t, paid.IsError, text(paid))
	require.JSONEq(t, `{"x402Version":2,"payload":{"a":"b"}}`, string(l.own.Asked()[0].Payment))
	settled, ok := paid.Meta["x402/payment-response"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, true, settled["success"])
}

// TestProgress: a client that asks for it hears of a long answer.
func TestProgress(t *testing.T) {
	l := newLab(t)
	l.own.Words = []string{strings.Repeat("a", 300), strings.Repeat("b", 300)}
	heard := make(chan float64, 10)
	c := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, &sdk.ClientOptions{
		Capabilities:                &sdk.ClientCapabilities{},
		ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) { heard <- r.Params.Progress },
	})
	s, err := c.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: l.url}, nil)
	require.NoError(t, err)
	defer s.Close()
	p := &sdk.CallToolParams{Name: "ask", Arguments: map[string]any{"question": "q"}, Meta: sdk.Meta{}}
	p.SetProgressToken("t1")
	_, err = s.CallTool(t.Context(), p)
	require.NoError(t, err)
	require.InDelta(t, 300, <-heard, 0)
	require.InDelta(t, 600, <-heard, 0)
}
