package telegram

import (
	"context"
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
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/agenttest"
	"github.com/weal-network/weal/connect"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

const token = "123456:SECRET-token"

// call is what the bot asked Telegram.
type call struct {
	method string
	args   map[string]any
}

// lab is a bot, and a Telegram of the test's own.
type lab struct {
	t       *testing.T
	fake    *agenttest.Fake
	dir     string
	api     string
	naps    []time.Duration
	mu      sync.Mutex
	calls   []call
	answers map[string][]string // what a method answers next; else it is done
	updates chan string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{
		t: t, dir: t.TempDir(), answers: map[string][]string{}, updates: make(chan string, 8),
		fake: &agenttest.Fake{Price: types.NewAmount(100), Words: []string{"It is <bounded> & firm [1]."}},
	}
	server := httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(server.Close)
	l.api = server.URL
	return l
}

func (l *lab) serve(w http.ResponseWriter, r *http.Request) {
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+token+"/")
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"ok":false,"error_code":404,"description":"Not Found"}`)
		return
	}
	var args map[string]any
	_ = json.NewDecoder(r.Body).Decode(&args)
	l.mu.Lock()
	l.calls = append(l.calls, call{method, args})
	var said string
	if next := l.answers[method]; len(next) > 0 {
		said, l.answers[method] = next[0], next[1:]
	}
	l.mu.Unlock()
	switch {
	case said != "":
	case method == "getMe":
		said = `{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Spec Reader","username":"Spec_Reader_Bot"}}`
	case method == "getUpdates":
		select {
		case u := <-l.updates:
			said = `{"ok":true,"result":[` + u + `]}`
		case <-r.Context().Done():
			return
		}
	default:
		said = `{"ok":true,"result":true}`
	}
	_, _ = io.WriteString(w, said)
}

// bot starts a bot on what the one before has left.
func (l *lab) bot() *Bot {
	l.t.Helper()
	db, err := keep.OpenShared(filepath.Join(l.dir, "connect.db"))
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = db.Close() })
	desk, err := connect.Open(l.t.Context(), connect.Config{Agent: l.fake, DB: db, Limits: connect.Limits{PerQuestion: types.NewAmount(1000)}})
	require.NoError(l.t, err)
	b, err := New(l.t.Context(), Config{Token: token, Secret: "s3cret", API: l.api, Desk: desk, Wait: func(_ context.Context, d time.Duration) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.naps = append(l.naps, d)
		return nil
	}})
	require.NoError(l.t, err)
	return b
}

// sent are the messages that were sent.
func (l *lab) sent() (all []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.calls {
		if c.method == "sendMessage" {
			all = append(all, c.args)
		}
	}
	return all
}

func (l *lab) await(n int) []map[string]any {
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

// TestAsked: which updates are questions to the bot, and what they ask.
func TestAsked(t *testing.T) {
	b := &Bot{name: "spec_reader_bot", id: 42}
	for name, want := range map[string]struct {
		text, user string
		ok         bool
	}{
		"text.json":       {"", "1111111", true}, // /start: what the bot is for
		"forwarded.json":  {"", "1111111", true},
		"entities.json":   {"Bold and italics", "1111111", true},
		"private.json":    {"What is exposure? 🤔", "1111111", true},
		"supergroup.json": {"What is\nexposure?", "1111111", true},
		"topic.json":      {"By what?", "1111111", true},
		"edited.json":     {}, "inline.json": {}, "callback.json": {}, "bot.json": {},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := ParseUpdate([]byte(payload(t, name)))
			require.NoError(t, err)
			m, ok := b.asked(u)
			require.Equal(t, want.ok, ok)
			require.Equal(t, want.text, m.Text)
			require.Equal(t, want.user, m.User)
		})
	}
	group := func(text string) Update {
		return Update{ID: 1, Message: &UpdateMsg{From: &User{ID: 5}, Chat: Chat{ID: -7, Type: "group"}, Text: text}}
	}
	for text, want := range map[string]string{
		"hello all": "-", "@Spec_Reader_Bot what is exposure?": "what is exposure?", "what, @spec_reader_bot ?": "what,  ?",
		"/ask what": "what", "/ask@other_bot what": "-", "/ASK what": "what", "/price what": "-", "/ask": "",
		"@spec_reader_bot /price": "/price",
	} {
		m, ok := b.asked(group(text))
		require.Equal(t, want != "-", ok, text)
		if ok {
			require.Equal(t, want, m.Text)
		}
	}
}

// TestWebhook: only who has the secret is heard, and an update is answered once, also
// when it comes again after a restart.
func TestWebhook(t *testing.T) {
	l := newLab(t)
	post := func(b *Bot, secret, body string) int {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if secret != "" {
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		}
		w := httptest.NewRecorder()
		b.Handler(t.Context()).ServeHTTP(w, r)
		return w.Code
	}
	b := l.bot()
	require.NoError(t, b.SetWebhook(t.Context(), "https://bot.example.org/"))
	update := payload(t, "supergroup.json")
	for _, secret := range []string{"", "wrong", "s3cre", "s3cret2"} {
		require.Equal(t, http.StatusUnauthorized, post(b, secret, update))
	}
	require.Equal(t, http.StatusBadRequest, post(b, "s3cret", `{"update_id":`))
	require.Empty(t, l.fake.Asked())

	require.Equal(t, http.StatusOK, post(b, "s3cret", update))
	out := l.await(1)[0]
	require.Equal(t, "HTML", out["parse_mode"])
	require.InDelta(t, -1001777560288, out["chat_id"], 0)
	require.Equal(t, map[string]any{"message_id": 210.0, "allow_sending_without_reply": true}, out["reply_parameters"])
	require.Equal(t, "It is &lt;bounded&gt; &amp; firm [1].\n\n[1] a.md › A\n<i>0.0000000000000001 WEAL</i>", out["text"])

	require.Equal(t, http.StatusOK, post(b, "s3cret", update))
	require.Equal(t, http.StatusOK, post(l.bot(), "s3cret", update))
	require.Equal(t, http.StatusOK, post(b, "s3cret", payload(t, "topic.json")))
	require.InDelta(t, 77, l.await(2)[1]["message_thread_id"], 0)
	require.Len(t, l.fake.Asked(), 2)
	require.Equal(t, types.NewAmount(200), l.fake.Spent())
}

// TestPoll: what waits is taken from where the last process stopped, and once.
func TestPoll(t *testing.T) {
	l := newLab(t)
	run := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		b := l.bot()
		go func() { ended <- b.Poll(ctx) }()
		return func() {
			cancel()
			require.NoError(t, <-ended)
		}
	}
	stop := run()
	l.updates <- payload(t, "private.json")
	l.await(1)
	l.updates <- payload(t, "private.json") // again
	l.updates <- payload(t, "supergroup.json")
	l.await(2)
	stop()
	l.mu.Lock()
	l.calls = nil
	l.mu.Unlock()
	stop = run()
	l.updates <- payload(t, "supergroup.json")
	l.updates <- payload(t, "topic.json")
	l.await(1)
	stop()
	require.Len(t, l.fake.Asked(), 3)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.calls {
		if c.method == "getUpdates" {
			require.InDelta(t, 841266259, c.args["offset"], 0)
			require.Equal(t, []any{"message"}, c.args["allowed_updates"])
			return
		}
	}
	t.Fatal("it was not asked for updates")
}

// TestPace: what is a request too many waits for as long as Telegram says.
func TestPace(t *testing.T) {
	l := newLab(t)
	b := l.bot()
	l.answers["sendMessage"] = []string{payload(t, "limited.json"), `{"ok":false,"error_code":502,"description":"Bad Gateway"}`, "<html>"}
	require.NoError(t, b.tell(t.Context(), &UpdateMsg{ID: 1, Chat: Chat{ID: 5}}, connect.Reply{Text: "hello"}))
	require.Len(t, l.sent(), 4)
	require.Equal(t, []time.Duration{34 * time.Second, 4 * time.Second, 9 * time.Second}, l.naps)

	l.answers["sendMessage"] = []string{`{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`}
	require.ErrorContains(t, b.tell(t.Context(), &UpdateMsg{Chat: Chat{ID: 5}}, connect.Reply{Text: "hello"}), "blocked")
	require.Len(t, l.sent(), 5, "what is refused is not tried again")
	for range mostTries {
		l.answers["sendMessage"] = append(l.answers["sendMessage"], payload(t, "limited.json"))
	}
	require.ErrorContains(t, b.tell(t.Context(), &UpdateMsg{Chat: Chat{ID: 5}}, connect.Reply{Text: "hello"}), "429")
}

// TestTokenIsNotTold: neither by what Telegram refuses nor by what the network does.
func TestTokenIsNotTold(t *testing.T) {
	l := newLab(t)
	b := l.bot()
	b.cfg.API = "http://127.0.0.1:1"
	err := b.call(t.Context(), "getMe", nil, nil)
	require.Error(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", err), "SECRET")
	_, err = New(t.Context(), Config{Token: "another", API: l.api, Desk: b.cfg.Desk})
	require.ErrorContains(t, err, "404")
}

// TestFormat: nothing of an answer or a document is markup, and every message fits.
func TestFormat(t *testing.T) {
	long := strings.Repeat("<b>word</b> ", 1000)
	r := connect.Reply{Text: long, Cost: "0.01 WEAL"}
	for n := 1; n <= 40; n++ {
		r.Citations = append(r.Citations, agent.Citation{N: n, Quoted: n != 3, Verified: n != 2, Source: "a<i>.md", Heading: strings.Repeat("h & ", 100)})
	}
	r.Citations[0].Source = `https://example.org/a?b=1&c="2"`
	pieces := Format(r)
	require.Greater(t, len(pieces), 3)
	all := strings.Join(pieces, "\n")
	require.NotContains(t, all, "<b>")
	require.NotContains(t, strings.ReplaceAll(strings.ReplaceAll(all, "<i>0.01 WEAL</i>", ""), "a&lt;i&gt;", ""), "<i>")
	require.Contains(t, all, `<a href="https://example.org/a?b=1&amp;c=`)
	require.NotContains(t, all, "[3]")
	require.Contains(t, all, "(not verified)")
	for _, p := range pieces {
		require.LessOrEqual(t, connect.Units(bare(p)), maxMessage)
	}
	require.Equal(t, []string{"hello"}, Format(connect.Reply{Text: "hello"}))
}

// bare is what is left of a message when its markup is read.
func bare(s string) string {
	for {
		open := strings.Index(s, "<")
		shut := strings.Index(s, ">")
		if open < 0 || shut < open {
			break
		}
		s = s[:open] + s[shut+1:]
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(s)
}

// FuzzUpdate: no update makes the bot panic, and none of a bot is a question.
func FuzzUpdate(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(f, err)
	for _, file := range files {
		f.Add([]byte(payload(f, filepath.Base(file))))
	}
	b := &Bot{name: "spec_reader_bot", id: 42}
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := ParseUpdate(body)
		if err != nil {
			return
		}
		m, ok := b.asked(u)
		if ok && (u.Message.From.IsBot || m.User == "" || m.ID == "") {
			t.Fatalf("%+v is a question", m)
		}
		for _, piece := range Format(connect.Reply{Text: m.Text}) {
			if utf8.ValidString(piece) && connect.Units(bare(piece)) > maxMessage {
				t.Fatal("a message does not fit")
			}
		}
	})
}
