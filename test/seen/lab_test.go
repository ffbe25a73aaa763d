package seen_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

const (
	vaultID = types.AssetID(10)
	modelID = types.AssetID(11)
	appID   = types.AssetID(12)
)

// What no log, metric or span may say: words of the question, the passages, their
// names, and the answer.
const (
	askedWord, passageWord, nameWord, answerWord = "zyzzyva", "quokka", "marsupials", "axolotl"
)

var secrets = []string{askedWord, passageWord, nameWord, answerWord}

// oneVersion is a chain on which an asset has one version.
type oneVersion struct{ *modeltest.Chain }

func (c oneVersion) Version(ctx context.Context, id types.AssetID, n uint32) (types.Version, error) {
	a, err := c.Asset(ctx, id)
	return types.Version{Asset: id, Version: n, Root: a.Root}, err
}

// text is what many goroutines write.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// lab is everything from a question to its settlement, but for the chain.
type lab struct {
	t     *testing.T
	chain *modeltest.Chain
	spans *tracetest.InMemoryExporter
	log   text
	roles map[string]*telemetry.Role
	books map[string]*earn.Book
	urls  map[string]string

	purse    *purse.Purse
	upstream atomicHandler
	trace    http.Header // of the last request to the upstream
	settles  map[string]earn.Settler
	settling settling
}

// atomicHandler can be exchanged.
type atomicHandler struct {
	mu sync.Mutex
	h  http.HandlerFunc
}

func (a *atomicHandler) set(h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.h = h
}

func (a *atomicHandler) get() http.HandlerFunc {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.h
}

func newLab(t *testing.T) *lab {
	l := &lab{
		t: t, chain: modeltest.NewChain(), spans: tracetest.NewInMemoryExporter(), roles: map[string]*telemetry.Role{},
		books: map[string]*earn.Book{}, urls: map[string]string{},
	}
	log, err := telemetry.NewLogger(&l.log, telemetry.FormatJSON, slog.LevelInfo)
	require.NoError(t, err)
	tracing := telemetry.NewTracing("test", sdktrace.NewSimpleSpanProcessor(l.spans))
	for _, name := range []string{"vault", "model", "gateway", "purse"} {
		l.roles[name] = telemetry.New(name, telemetry.Options{Version: "test", Log: log.With("role", name), Tracing: tracing})
	}
	l.upstream.set(answers("The " + answerWord + " does [1]."))
	l.openVault(log)
	l.openModel(log)
	l.openGateway(log)
	payer := modeltest.NewPayer(t, l.chain, 7, appID, 1_000_000)
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "purse.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	l.purse, err = purse.Open(t.Context(), purse.Config{
		DB: db, ChainID: modeltest.ChainID, Chain: oneVersion{l.chain}, Patience: 5 * time.Second, Log: log, HTTP: l.roles["purse"].Client(&http.Client{}),
	})
	require.NoError(t, err)
	require.NoError(t, l.purse.AddLane(t.Context(), payer.Lane.Ref, payer.Key))
	return l
}

// serve serves a role as local does.
func (l *lab) serve(name string, h http.Handler, book *earn.Book) {
	mux := http.NewServeMux()
	mux.Handle("/", h)
	l.roles[name].Serve(mux, "token")
	s := httptest.NewServer(l.roles[name].Handler(mux))
	l.t.Cleanup(s.Close)
	l.urls[name], l.books[name] = s.URL, book
}

func (l *lab) openVault(log *slog.Logger) {
	t := l.t
	l.chain.Register(vaultID, types.KindData, types.Price{Unit: types.PerPassage, Amount: types.NewAmount(1000)})
	docs := t.TempDir()
	body := "# Who sleeps\n\nThe " + passageWord + " sleeps, and so does the " + askedWord + ".\n"
	require.NoError(t, os.WriteFile(filepath.Join(docs, nameWord+".md"), []byte(body), 0o600))
	v, err := vault.Open(t.Context(), vault.Config{
		Dir: t.TempDir(), ChainID: modeltest.ChainID, Key: modeltest.Key("asset", uint64(vaultID)), Exposure: types.NewAmount(1_000_000), Chain: l.chain, Log: log,
		Publish: func(_ context.Context, root types.Hash) error {
			l.chain.Change(vaultID, func(a *types.Asset) { a.Root = root })
			return nil
		},
		Telemetry: l.roles["vault"],
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = v.Close() })
	require.NoError(t, v.SetAsset(t.Context(), vaultID))
	_, err = v.Add(t.Context(), []string{docs}, nil)
	require.NoError(t, err)
	l.serve("vault", v.Handler(), v.Book())
}

func (l *lab) openModel(log *slog.Logger) {
	t := l.t
	l.chain.Register(modelID, types.KindModel, types.Price{Unit: types.PerTick, Amount: types.NewAmount(20), Tokens: 8})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.trace = r.Header.Clone()
		l.upstream.get()(w, r)
	}))
	t.Cleanup(upstream.Close)
	up := model.NewHTTP(upstream.URL+"/v1", "", "m")
	up.Client = l.roles["model"].Client(up.Client)
	m, err := model.New(t.Context(), model.Config{
		ChainID: modeltest.ChainID, Asset: modelID, Key: modeltest.Key("asset", uint64(modelID)), DB: modeltest.DB(t), Log: log,
		Exposure: types.NewAmount(1_000_000), Chain: l.chain, Name: "m", Upstream: up, Telemetry: l.roles["model"], TickWait: 2 * time.Second,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = m.Close() })
	l.serve("model", m.Handler(), m.Book())
}

func (l *lab) openGateway(log *slog.Logger) {
	t := l.t
	l.chain.Register(appID, types.KindApp, types.Price{Unit: types.PerUse, Amount: types.NewAmount(500)})
	g, err := gateway.New(t.Context(), gateway.Config{
		ChainID: modeltest.ChainID, Asset: appID, Key: modeltest.Key("asset", uint64(appID)), DB: modeltest.DB(t), Log: log,
		App:      gateway.App{Name: "spec", Model: modelID, Vaults: []types.AssetID{vaultID}, Passages: 2, MaxTokens: 200},
		Exposure: types.NewAmount(1_000_000), Chain: l.chain, Telemetry: l.roles["gateway"],
		Endpoint: func(_ context.Context, id types.AssetID) (string, error) {
			return map[types.AssetID]string{vaultID: l.urls["vault"], modelID: l.urls["model"]}[id], nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = g.Close() })
	l.serve("gateway", g.Handler(), g.Book())
}

// answers is an upstream that says words.
func answers(said string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		e := wire.NewEvents(w)
		for _, word := range strings.SplitAfter(said, " ") {
			_ = e.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Content: word}}}})
		}
		stop := "stop"
		_ = e.Last(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{}, FinishReason: &stop}}})
	}
}

// ask asks with the purse, as a person does, within a span.
func (l *lab) ask(question string) (*purse.Answer, error) {
	body, err := json.Marshal(map[string]any{"model": "spec", "messages": []map[string]string{{"role": "user", "content": question}}})
	require.NoError(l.t, err)
	ctx, end := l.roles["purse"].Span(l.t.Context(), "ask")
	a, err := l.purse.Ask(ctx, purse.Ask{Gateway: l.urls["gateway"], App: appID, Body: body})
	end(err)
	return a, err
}

// page is a role's page of metrics, once all that it was asked has ended: who is answered
// knows of the answer before its end is told.
func (l *lab) page(name string) (page string) {
	l.t.Helper()
	idle := fmt.Sprintf("weal_http_requests_in_flight{role=%q} 1\n", name) // the page itself
	require.Eventually(l.t, func() bool {
		page = l.read(name)
		return strings.Contains(page, idle)
	}, 10*time.Second, 5*time.Millisecond)
	return page
}

func (l *lab) read(name string) string {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.urls[name]+telemetry.PathMetrics, http.NoBody)
	require.NoError(l.t, err)
	req.Header.Set("Authorization", "Bearer token")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(l.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(l.t, err)
	require.Equal(l.t, http.StatusOK, resp.StatusCode, string(b))
	return string(b)
}

// quiet asserts that nothing that is told says a secret.
func (l *lab) quiet() {
	l.t.Helper()
	told := map[string]string{}
	for name := range l.urls {
		told["the metrics of the "+name] = l.page(name)
	}
	told["the log"] = l.log.String()
	for _, s := range l.spans.GetSpans() {
		all := fmt.Sprintf("%s %v %v %v %v %v", s.Name, s.Attributes, s.Events, s.Links, s.Status, s.Resource)
		told["the span "+s.Name+" of "+s.SpanContext.SpanID().String()] = all
	}
	for where, all := range told {
		for _, secret := range secrets {
			require.NotContains(l.t, strings.ToLower(all), secret, where)
		}
	}
}
