package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/agenttest"
	"github.com/weal-network/weal/connect"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

const appID = "771825006014889985"

// call is what the application asked Discord.
type call struct {
	method, path string
	body         string
	auth         string
}

// lab is an application, and a Discord of the test's own.
type lab struct {
	t       *testing.T
	fake    *agenttest.Fake
	key     ed25519.PrivateKey
	dir     string
	api     string
	mu      sync.Mutex
	naps    []time.Duration
	calls   []call
	answers []answer // what is answered next; else it is done
}

type answer struct {
	status int
	body   string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	l := &lab{t: t, key: key, dir: t.TempDir(), fake: &agenttest.Fake{Price: types.NewAmount(100), Words: []string{"It is *bounded* @everyone [1]."}}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls = append(l.calls, call{r.Method, r.URL.Path, string(b), r.Header.Get("Authorization")})
		if len(l.answers) > 0 {
			a := l.answers[0]
			l.answers = l.answers[1:]
			w.WriteHeader(a.status)
			_, _ = io.WriteString(w, a.body)
			return
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	l.api = server.URL
	return l
}

// app starts an application on what the one before has left.
func (l *lab) app() *App {
	l.t.Helper()
	db, err := keep.OpenShared(filepath.Join(l.dir, "connect.db"))
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = db.Close() })
	desk, err := connect.Open(l.t.Context(), connect.Config{Agent: l.fake, DB: db, Limits: connect.Limits{PerQuestion: types.NewAmount(1000)}})
	require.NoError(l.t, err)
	public, _ := l.key.Public().(ed25519.PublicKey)
	a, err := New(Config{ID: appID, PublicKey: hex.EncodeToString(public), Token: "SECRET", API: l.api, Desk: desk, Wait: func(_ context.Context, d time.Duration) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.naps = append(l.naps, d)
		return nil
	}})
	require.NoError(l.t, err)
	return a
}

// post sends what is signed as Discord signs; change spoils it.
func (l *lab) post(a *App, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	const at = "1795308193"
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Signature-Timestamp", at)
	r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(l.key, []byte(at+body))))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	a.Handler(l.t.Context()).ServeHTTP(w, r)
	return w
}

func (l *lab) sent() []call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]call(nil), l.calls...)
}

func (l *lab) await(n int) []call {
	l.t.Helper()
	require.Eventually(l.t, func() bool { return len(l.sent()) >= n }, 10*time.Second, time.Millisecond)
	return l.sent()
}

func payload(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(b)
}

// TestSigned: only what is signed with the application's key is read. Discord tries an
// endpoint with signatures that are bad.
func TestSigned(t *testing.T) {
	l := newLab(t)
	a := l.app()
	w := l.post(a, payload(t, "ping.json"), nil)
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"type":1}`, w.Body.String())
	ask := payload(t, "ask.json")
	for name, change := range map[string]func(*http.Request){
		"another body": func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(ask, "exposure", "money", 1)))
		},
		"another time":   func(r *http.Request) { r.Header.Set("X-Signature-Timestamp", "1795308194") },
		"no time":        func(r *http.Request) { r.Header.Del("X-Signature-Timestamp") },
		"no signature":   func(r *http.Request) { r.Header.Del("X-Signature-Ed25519") },
		"short":          func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", "00") },
		"no hex":         func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("z", 128)) },
		"another signer": func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("00", 64)) },
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, http.StatusUnauthorized, l.post(a, ask, change).Code) })
	}
	require.Equal(t, http.StatusBadRequest, l.post(a, `{"type":`, nil).Code)
	require.Zero(t, l.fake.Spent())
}

// TestAsk: the place is held at once, and the answer comes into it; once, also when the
// interaction comes again after a restart.
func TestAsk(t *testing.T) {
	l := newLab(t)
	a := l.app()
	ask := payload(t, "ask.json")
	w := l.post(a, ask, nil)
	require.JSONEq(t, `{"type":5}`, w.Body.String())
	c := l.await(1)[0]
	require.Equal(t, http.MethodPatch, c.method)
	require.Equal(t, "/webhooks/"+appID+"/A_UNIQUE_TOKEN/messages/@original", c.path)
	require.Empty(t, c.auth, "the token in the path is enough")
	var m message
	require.NoError(t, json.Unmarshal([]byte(c.body), &m))
	require.Equal(t, "It is \\*bounded\\* @everyone \\[1\\].\n\n\\[1\\] a.md › A\n-# 0.0000000000000001 WEAL", m.Content)
	require.Contains(t, c.body, `"allowed_mentions":{"parse":[]}`, "nobody is notified")

	require.JSONEq(t, `{"type":5}`, l.post(a, ask, nil).Body.String())
	require.JSONEq(t, `{"type":5}`, l.post(l.app(), ask, nil).Body.String())
	l.post(a, payload(t, "direct.json"), nil)
	l.await(2)
	require.Len(t, l.fake.Asked(), 2)
	require.Equal(t, "What is exposure?", l.fake.Asked()[1].Text)

	other := l.post(a, payload(t, "command.json"), nil)
	require.Contains(t, other.Body.String(), "/ask")
	require.Contains(t, other.Body.String(), `"flags":64`)
	require.Len(t, l.fake.Asked(), 2)
}

// TestPace: a place that is not there yet and a request too many are waited for.
func TestPace(t *testing.T) {
	l := newLab(t)
	a := l.app()
	i := Interaction{ID: "1", Token: "T"}
	l.answers = []answer{{404, `{"message":"Unknown Webhook","code":10015}`}, {429, payload(t, "limited.json")}, {502, ""}}
	require.NoError(t, a.tell(t.Context(), i, connect.Reply{Text: "hello"}))
	require.Equal(t, []time.Duration{time.Second, time.Minute, 9 * time.Second}, l.naps, "64.57 s are more than a nap")
	l.answers = []answer{{400, `{"message":"Cannot send an empty message"}`}}
	require.ErrorContains(t, a.tell(t.Context(), i, connect.Reply{Text: "hello"}), "400")
	require.Len(t, l.sent(), 5)
	a.cfg.API = "http://127.0.0.1:1"
	err := a.tell(t.Context(), Interaction{Token: "SECRET"}, connect.Reply{Text: "hello"})
	require.Error(t, err)
	require.NotContains(t, fmt.Sprint(err), "SECRET")
}

func TestRegister(t *testing.T) {
	l := newLab(t)
	require.NoError(t, l.app().Register(t.Context()))
	c := l.sent()[0]
	require.Equal(t, call{http.MethodPut, "/applications/" + appID + "/commands", c.body, "Bot SECRET"}, c)
	require.Contains(t, c.body, `"name":"ask"`)
	for _, bad := range []Config{{ID: "x", PublicKey: strings.Repeat("00", 32)}, {ID: appID, PublicKey: "00"}, {ID: appID, PublicKey: "zz"}} {
		bad.Desk = &connect.Desk{}
		_, err := New(bad)
		require.Error(t, err)
	}
}

// TestFormat: nothing of an answer or a document is markup, and every message fits.
func TestFormat(t *testing.T) {
	r := connect.Reply{Text: "- a list\n1. and **more** `code` # no head\n" + strings.Repeat("*word* ", 900), Cost: "0.01 WEAL"}
	r.Citations = []agent.Citation{
		{N: 1, Quoted: true, Verified: true, Source: "https://example.org/a_(b)"}, {N: 2, Source: "unnamed"}, {N: 3, Quoted: true, Source: "a_b.md", Heading: "A"},
	}
	pieces := Format(r)
	require.Greater(t, len(pieces), 2)
	require.True(t, strings.HasPrefix(pieces[0], "\\- a list\n1\\. and \\*\\*more"), pieces[0][:60])
	all := strings.Join(pieces, "\n")
	require.Contains(t, all, `\[1\] [https://example.org/a\_\(b\)](<https://example.org/a_%28b%29>)`)
	require.NotContains(t, all, "unnamed")
	require.Contains(t, all, `\[3\] a\_b.md › A \(not verified\)`)
	for _, p := range pieces {
		require.LessOrEqual(t, connect.Units(p), maxMessage)
		require.False(t, odd(p), "a backslash stands at the end of a message")
	}
	require.Len(t, Format(connect.Reply{Text: strings.Repeat("x", 50_000)}), mostPieces)
}

// FuzzInteraction: no interaction makes the application panic.
func FuzzInteraction(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(f, err)
	for _, file := range files {
		f.Add([]byte(payload(f, filepath.Base(file))))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		i, err := ParseInteraction(body)
		if err != nil {
			return
		}
		text, ok := i.question()
		if ok && i.Data.Name != commandName {
			t.Fatal("another command is a question")
		}
		_ = i.who()
		for _, piece := range Format(connect.Reply{Text: text}) {
			if connect.Units(piece) > maxMessage || odd(piece) {
				t.Fatalf("%q is no message", piece)
			}
		}
	})
}
