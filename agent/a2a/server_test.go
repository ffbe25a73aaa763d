package a2a_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	protocol "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"
	"github.com/a2aproject/a2a-go/v2/a2aclient/agentcard"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/a2a"
	"github.com/weal-network/weal/agent/agenttest"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// lab is a server of tasks over a fake agent.
type lab struct {
	t    *testing.T
	own  *agenttest.Fake
	keys map[string]*agenttest.Fake
	dir  string
	url  string
	http *httptest.Server
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, own: fake(100), keys: map[string]*agenttest.Fake{"alice": fake(100), "bob": fake(100)}, dir: t.TempDir()}
	l.start("")
	return l
}

func fake(price uint64) *agenttest.Fake {
	return &agenttest.Fake{Price: types.NewAmount(price), Words: []string{strings.Repeat("a", 300), "It is bounded [1]."}}
}

// start starts the server on what the one before has left. Who has no key is name.
func (l *lab) start(name string) {
	l.t.Helper()
	db, err := keep.OpenShared(filepath.Join(l.dir, "agent.db"))
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = db.Close() })
	var h http.Handler
	l.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	l.t.Cleanup(l.http.Close)
	l.url = l.http.URL
	s, err := a2a.New(l.t.Context(), a2a.Config{
		Own: l.own, OwnName: name, ConfirmAbove: types.NewAmount(500), URL: l.url, Name: "spec-reader", Description: "Answers.", Version: "1", DB: db,
		Keyed: func(_ context.Context, key string) (agent.Agent, string, error) {
			a, ok := l.keys[key]
			if !ok {
				return nil, "", fmt.Errorf("%w: %s", agent.ErrKey, key)
			}
			return a, "key:" + key, nil
		},
	})
	require.NoError(l.t, err)
	h = s.Handler()
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

// connect makes the official client from the agent's card, for a version of the protocol.
func (l *lab) connect(key string, version protocol.ProtocolVersion) *a2aclient.Client {
	l.t.Helper()
	card, err := (&agentcard.Resolver{Client: http.DefaultClient, CardParser: a2av0.NewAgentCardParser()}).Resolve(l.t.Context(), l.url)
	require.NoError(l.t, err)
	var one []*protocol.AgentInterface
	for _, i := range card.SupportedInterfaces {
		if i.ProtocolVersion == version {
			one = append(one, i)
		}
	}
	require.NotEmpty(l.t, one, "the card has no interface of version %s", version)
	client := &http.Client{Transport: withKey(key)}
	c, err := a2aclient.NewFromEndpoints(l.t.Context(), one, a2aclient.WithJSONRPCTransport(client),
		a2av0.WithJSONRPCTransport(a2av0.JSONRPCTransportConfig{Client: client}))
	require.NoError(l.t, err)
	return c
}

func question(parts ...*protocol.Part) *protocol.SendMessageRequest {
	return &protocol.SendMessageRequest{Message: protocol.NewMessage(protocol.MessageRoleUser, parts...)}
}

// send sends what ends in a task.
func send(t *testing.T, c *a2aclient.Client, req *protocol.SendMessageRequest) *protocol.Task {
	t.Helper()
	res, err := c.SendMessage(t.Context(), req)
	require.NoError(t, err)
	task, ok := res.(*protocol.Task)
	require.True(t, ok, "%T", res)
	return task
}

// follow sends what goes on with a task.
func follow(t *testing.T, c *a2aclient.Client, task *protocol.Task, parts ...*protocol.Part) *protocol.Task {
	t.Helper()
	return send(t, c, &protocol.SendMessageRequest{Message: protocol.NewMessageForTask(protocol.MessageRoleUser, task, parts...)})
}

func words(a *protocol.Artifact) (text string) {
	for _, p := range a.Parts {
		text += p.Text()
	}
	return text
}

var versions = []protocol.ProtocolVersion{"1.0", "0.3"}

// TestCard: what callers read of the agent, in either version's words.
func TestCard(t *testing.T) {
	l := newLab(t)
	res, err := http.Get(l.url + "/.well-known/agent-card.json")
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	var card map[string]any
	require.NoError(t, json.Unmarshal(b, &card))
	require.Equal(t, "spec-reader", card["name"])
	require.Len(t, card["supportedInterfaces"], 2, "version 1.0")
	require.Equal(t, l.url+"/a2a/v0", card["url"], "version 0.3")
	require.Equal(t, "JSONRPC", card["preferredTransport"])
	require.Equal(t, true, card["capabilities"].(map[string]any)["streaming"])
	require.Len(t, card["skills"], 1)
	require.Contains(t, string(b), "a2a-x402")
	scheme := card["securitySchemes"].(map[string]any)["key"].(map[string]any)
	require.Equal(t, "Bearer", scheme["httpAuthSecurityScheme"].(map[string]any)["scheme"], "version 1.0")
	require.Equal(t, "http", scheme["type"], "version 0.3")
	require.Equal(t, "Bearer", scheme["scheme"])
}

// TestTask: a question becomes a task that ends with the answer, its citations and its
// cost, and can be read again.
func TestTask(t *testing.T) {
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			l := newLab(t)
			c := l.connect("alice", v)
			task := send(t, c, question(protocol.NewTextPart("What is exposure?")))
			require.Equal(t, protocol.TaskStateCompleted, task.Status.State)
			require.Len(t, task.Artifacts, 2)
			require.Equal(t, strings.Repeat("a", 300)+"It is bounded [1].", words(task.Artifacts[0]))
			cited, ok := task.Artifacts[1].Parts[0].Data().(map[string]any)
			require.True(t, ok)
			require.Len(t, cited["citations"], 1)
			told, ok := task.Metadata["weal"].(map[string]any)
			require.True(t, ok, "%v", task.Metadata)
			require.Equal(t, agenttest.ID, told["id"])
			require.Equal(t, types.NewAmount(100), l.keys["alice"].Spent())

			again, err := c.GetTask(t.Context(), &protocol.GetTaskRequest{ID: task.ID})
			require.NoError(t, err)
			require.Equal(t, words(task.Artifacts[0]), words(again.Artifacts[0]))
			_, err = c.CancelTask(t.Context(), &protocol.CancelTaskRequest{ID: task.ID})
			require.Error(t, err, "it has ended")
		})
	}
}

// TestStream: text comes as it is written, and the last event ends the task.
func TestStream(t *testing.T) {
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			l := newLab(t)
			var text string
			var states []protocol.TaskState
			for e, err := range l.connect("alice", v).SendStreamingMessage(t.Context(), question(protocol.NewTextPart("What is exposure?"))) {
				require.NoError(t, err)
				switch e := e.(type) {
				case *protocol.Task:
					states = append(states, e.Status.State)
				case *protocol.TaskStatusUpdateEvent:
					states = append(states, e.Status.State)
				case *protocol.TaskArtifactUpdateEvent:
					text += words(e.Artifact)
				}
			}
			require.Equal(t, []protocol.TaskState{protocol.TaskStateSubmitted, protocol.TaskStateWorking, protocol.TaskStateCompleted}, states)
			require.Equal(t, strings.Repeat("a", 300)+"It is bounded [1].", text)
		})
	}
}

// TestDearIsShownFirst: what costs more than is paid without asking awaits its caller.
func TestDearIsShownFirst(t *testing.T) {
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			l := newLab(t)
			l.keys["alice"].Price = types.NewAmount(501)
			c := l.connect("alice", v)
			ask := func() *protocol.Task {
				task := send(t, c, question(protocol.NewTextPart("What is exposure?")))
				require.Equal(t, protocol.TaskStateInputRequired, task.Status.State)
				require.Contains(t, task.Status.Message.Parts[0].Text(), "0.000000000000000501 WEAL")
				require.Contains(t, task.Status.Message.Metadata, "weal.quote")
				return task
			}
			spent := func(n uint64) { require.Equal(t, types.NewAmount(n), l.keys["alice"].Spent()) }

			task := ask()
			spent(0)
			task = follow(t, c, task, protocol.NewTextPart("what?"))
			require.Equal(t, protocol.TaskStateInputRequired, task.Status.State)
			require.Contains(t, task.Status.Message.Parts[0].Text(), `say "yes"`)
			spent(0)
			task = follow(t, c, task, protocol.NewTextPart("Yes."))
			require.Equal(t, protocol.TaskStateCompleted, task.Status.State)
			require.Equal(t, "What is exposure?", l.keys["alice"].Asked()[0].Text)
			spent(501)

			require.Equal(t, protocol.TaskStateCanceled, follow(t, c, ask(), protocol.NewTextPart("no")).Status.State)
			spent(501)
			require.Equal(t, protocol.TaskStateInputRequired, follow(t, c, ask(), protocol.NewDataPart(map[string]any{"max_cost": "500aweal"})).Status.State)
			spent(501)
			require.Equal(t, protocol.TaskStateCompleted, follow(t, c, ask(), protocol.NewDataPart(map[string]any{"max_cost": "501aweal"})).Status.State)
			spent(1002)
			named := question(protocol.NewDataPart(map[string]any{"question": "What is exposure?", "max_cost": "501aweal", "filter": "author=Smith"}))
			require.Equal(t, protocol.TaskStateCompleted, send(t, c, named).Status.State)
			require.Equal(t, "author=Smith", l.keys["alice"].Asked()[2].Filter)
			spent(1503)
		})
	}
}

// TestDearerThanShown: a yes is to what was shown, not to what it costs by then.
func TestDearerThanShown(t *testing.T) {
	l := newLab(t)
	l.keys["alice"].Price = types.NewAmount(501)
	c := l.connect("alice", "1.0")
	task := send(t, c, question(protocol.NewTextPart("q")))
	l.keys["alice"].Price = types.NewAmount(502)
	require.Equal(t, protocol.TaskStateInputRequired, follow(t, c, task, protocol.NewTextPart("yes")).Status.State)
	require.Zero(t, l.keys["alice"].Spent())
}

// TestTasksAreTheirCallers: nobody sees, pays for, ends or follows another's task.
func TestTasksAreTheirCallers(t *testing.T) {
	l := newLab(t)
	l.keys["alice"].Price = types.NewAmount(501)
	alice := l.connect("alice", "1.0")
	task := send(t, alice, question(protocol.NewTextPart("q")))
	for _, key := range []string{"bob", ""} {
		other := l.connect(key, "1.0")
		_, err := other.GetTask(t.Context(), &protocol.GetTaskRequest{ID: task.ID})
		require.ErrorIs(t, err, protocol.ErrTaskNotFound)
		_, err = other.CancelTask(t.Context(), &protocol.CancelTaskRequest{ID: task.ID})
		require.Error(t, err)
		_, err = other.SendMessage(t.Context(), &protocol.SendMessageRequest{Message: protocol.NewMessageForTask(protocol.MessageRoleUser, task, protocol.NewTextPart("yes"))})
		require.Error(t, err)
		list, err := other.ListTasks(t.Context(), &protocol.ListTasksRequest{})
		if key == "" {
			require.ErrorIs(t, err, protocol.ErrUnauthenticated)
		} else {
			require.NoError(t, err)
			require.Empty(t, list.Tasks)
		}
	}
	for _, a := range []*agenttest.Fake{l.own, l.keys["alice"], l.keys["bob"]} {
		require.Zero(t, a.Spent())
	}
	mine, err := alice.ListTasks(t.Context(), &protocol.ListTasksRequest{PageSize: 1})
	require.NoError(t, err)
	require.Len(t, mine.Tasks, 1)
	require.Equal(t, protocol.TaskStateInputRequired, mine.Tasks[0].Status.State)

	res, err := withKey("mallory").RoundTrip(must(http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/a2a", strings.NewReader("{}"))))
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.Equal(t, "Bearer", res.Header.Get("WWW-Authenticate"))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestFollowing: the caller of a running task can follow it, and nobody else; when it is
// cancelled, its answer is asked for no further.
func TestFollowing(t *testing.T) {
	l := newLab(t)
	l.keys["alice"].Hold = make(chan struct{})
	alice := l.connect("alice", "1.0")
	ask := question(protocol.NewTextPart("q"))
	ask.Config = &protocol.SendMessageConfig{ReturnImmediately: true}
	task := send(t, alice, ask)
	for _, err := range l.connect("bob", "1.0").SubscribeToTask(t.Context(), &protocol.SubscribeToTaskRequest{ID: task.ID}) {
		require.ErrorIs(t, err, protocol.ErrTaskNotFound)
	}
	seen := false
	for e, err := range alice.SubscribeToTask(t.Context(), &protocol.SubscribeToTaskRequest{ID: task.ID}) {
		require.NoError(t, err)
		if !seen {
			seen = true
			ended, err := alice.CancelTask(t.Context(), &protocol.CancelTaskRequest{ID: task.ID})
			require.NoError(t, err)
			require.Equal(t, protocol.TaskStateCanceled, ended.Status.State)
		}
		if s, ok := e.(*protocol.TaskStatusUpdateEvent); ok && s.Status.State.Terminal() {
			require.Equal(t, protocol.TaskStateCanceled, s.Status.State)
		}
	}
	require.True(t, seen)
	require.Eventually(t, func() bool { return l.keys["alice"].Cut() == 1 }, wait, tick)
}

// TestX402: a guest is told how to pay, pays, and hears what became of it.
func TestX402(t *testing.T) {
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			l := newLab(t)
			l.own.Required = json.RawMessage(`{"x402Version":2,"accepts":[{"scheme":"exact","amount":"100","extra":null}]}`)
			c := l.connect("", v)
			task := send(t, c, question(protocol.NewTextPart("q")))
			require.Equal(t, protocol.TaskStateInputRequired, task.Status.State)
			require.Equal(t, "payment-required", task.Status.Message.Metadata["x402.payment.status"])
			require.Contains(t, task.Status.Message.Metadata, "x402.payment.required")
			require.Zero(t, l.own.Spent())

			pay := protocol.NewMessageForTask(protocol.MessageRoleUser, task, protocol.NewTextPart("here"))
			pay.Metadata = map[string]any{"x402.payment.status": "payment-submitted", "x402.payment.payload": map[string]any{"x402Version": 2.0}}
			task = send(t, c, &protocol.SendMessageRequest{Message: pay})
			require.Equal(t, protocol.TaskStateCompleted, task.Status.State)
			require.Equal(t, "payment-completed", task.Status.Message.Metadata["x402.payment.status"])
			require.Len(t, task.Status.Message.Metadata["x402.payment.receipts"], 1)
			require.Equal(t, "q", l.own.Asked()[0].Text)

			again := send(t, c, question(protocol.NewTextPart("q")))
			no := protocol.NewMessageForTask(protocol.MessageRoleUser, again, protocol.NewTextPart("too much"))
			no.Metadata = map[string]any{"x402.payment.status": "payment-rejected"}
			require.Equal(t, protocol.TaskStateCanceled, send(t, c, &protocol.SendMessageRequest{Message: no}).Status.State)
		})
	}
}

// TestFailureEndsTheTask: and says why.
func TestFailureEndsTheTask(t *testing.T) {
	l := newLab(t)
	l.keys["alice"].Err = fmt.Errorf("not enough is left of the lane; top it up: weal tab fund")
	c := l.connect("alice", "1.0")
	task := send(t, c, question(protocol.NewTextPart("q")))
	require.Equal(t, protocol.TaskStateFailed, task.Status.State)
	require.Contains(t, task.Status.Message.Parts[0].Text(), "weal tab fund")
	for name, req := range map[string]*protocol.SendMessageRequest{
		"empty":    question(protocol.NewTextPart("  ")),
		"picture":  question(protocol.NewRawPart([]byte{1})),
		"too long": question(protocol.NewTextPart(strings.Repeat("a", 33<<10))),
		"no cost":  question(protocol.NewDataPart(map[string]any{"question": "q", "max_cost": "much"})),
	} {
		_, err := c.SendMessage(t.Context(), req)
		require.Error(t, err, name)
	}
}

// TestRestart: tasks are there after a restart, and what was at work has failed.
func TestRestart(t *testing.T) {
	l := newLab(t)
	alice := l.connect("alice", "1.0")
	done := send(t, alice, question(protocol.NewTextPart("q")))
	l.keys["alice"].Hold = make(chan struct{})
	ask := question(protocol.NewTextPart("q"))
	ask.Config = &protocol.SendMessageConfig{ReturnImmediately: true}
	cut := send(t, alice, ask)
	first := l.url
	s, err := a2a.New(t.Context(), a2a.Config{Own: l.own, URL: first, DB: must(keep.OpenShared(filepath.Join(l.dir, "agent.db"))), Keyed: func(context.Context, string) (agent.Agent, string, error) {
		return l.keys["alice"], "key:alice", nil
	}})
	require.NoError(t, err)
	again := httptest.NewServer(s.Handler())
	defer again.Close()
	c, err := a2aclient.NewFromEndpoints(t.Context(), []*protocol.AgentInterface{protocol.NewAgentInterface(again.URL+"/a2a", protocol.TransportProtocolJSONRPC)},
		a2aclient.WithJSONRPCTransport(&http.Client{Transport: withKey("alice")}))
	require.NoError(t, err)
	task, err := c.GetTask(t.Context(), &protocol.GetTaskRequest{ID: done.ID})
	require.NoError(t, err)
	require.Equal(t, protocol.TaskStateCompleted, task.Status.State)
	require.Len(t, task.Artifacts, 2)
	task, err = c.GetTask(t.Context(), &protocol.GetTaskRequest{ID: cut.ID})
	require.NoError(t, err)
	require.Equal(t, protocol.TaskStateFailed, task.Status.State)
	require.Contains(t, task.Status.Message.Parts[0].Text(), "Ask anew")
}
