package model_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	asset     = types.AssetID(11)
	app       = types.AssetID(12)
	tickPrice = 20
	perTick   = 4 // tokens: 16 bytes
)

// upstreamFunc is an upstream that a test plays.
type upstreamFunc func(ctx context.Context, p model.Prompt) (model.Answer, error)

func (f upstreamFunc) Open(ctx context.Context, p model.Prompt) (model.Answer, error) {
	return f(ctx, p)
}

// script is an answer of fixed pieces, and how it ends.
type script struct {
	pieces []string
	err    error // instead of the end
	closed bool
}

func (s *script) Next() (wire.Content, error) {
	if len(s.pieces) > 0 {
		piece := s.pieces[0]
		s.pieces = s.pieces[1:]
		return wire.Content{Content: piece}, nil
	}
	if s.err != nil {
		return wire.Content{}, s.err
	}
	return wire.Content{}, io.EOF
}
func (s *script) Finish() string { return "stop" }
func (s *script) Close() error   { s.closed = true; return nil }

// counted counts what a lab's upstream is asked.
type counted struct{ l *lab }

func (c counted) Open(ctx context.Context, p model.Prompt) (model.Answer, error) {
	c.l.asked++
	return c.l.upstream.Open(ctx, p)
}

func (c counted) Supports() []string { return c.l.can }

// lab is a model, its chain and one payer.
type lab struct {
	t        *testing.T
	chain    *modeltest.Chain
	payer    *modeltest.Payer
	db       *sql.DB
	model    *model.Model
	server   *httptest.Server
	upstream model.Upstream
	can      []string // what it supports
	asked    int
	wait     time.Duration
}

func newLab(t *testing.T, pieces ...string) *lab {
	t.Helper()
	l := &lab{t: t, chain: modeltest.NewChain(), db: modeltest.DB(t), wait: 5 * time.Second}
	l.chain.Register(asset, types.KindModel, types.Price{Unit: types.PerTick, Amount: types.NewAmount(tickPrice), Tokens: perTick})
	l.payer = modeltest.NewPayer(t, l.chain, 7, app, 1_000_000)
	l.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) {
		return &script{pieces: pieces}, nil
	})
	l.start()
	return l
}

// start opens the model anew on the same database.
func (l *lab) start() {
	l.t.Helper()
	if l.server != nil {
		l.server.Close()
		require.NoError(l.t, l.model.Close())
	}
	m, err := model.New(l.t.Context(), model.Config{
		ChainID: modeltest.ChainID, Asset: asset, Key: modeltest.Key("asset", uint64(asset)), DB: l.db, Exposure: types.NewAmount(100_000),
		Chain: l.chain, Settler: l.chain, Name: "test-model", TickWait: l.wait,
		Upstream: counted{l},
	})
	require.NoError(l.t, err)
	l.model, l.server = m, httptest.NewServer(m.Handler())
	l.t.Cleanup(func() {
		l.server.Close()
		require.NoError(l.t, m.Close())
	})
}

const question = "What is a voucher?"

// body is a prompt whose answer may have maxTokens.
func body(maxTokens int) []byte {
	b, _ := json.Marshal(wire.ChatRequest{
		Messages: []wire.ChatMessage{
			wire.TextMessage("system", prompt.Format([]prompt.Passage{{N: 1, Source: "a.md", Text: "A voucher is one signature."}})),
			wire.TextMessage("user", question),
		},
		Stream: true, MaxTokens: &maxTokens,
	})
	return b
}

// order is the right order for body(maxTokens).
func (l *lab) order(maxTokens int) pay.Order {
	var req wire.ChatRequest
	require.NoError(l.t, json.Unmarshal(body(maxTokens), &req))
	size, err := prompt.Bytes(req.Messages)
	require.NoError(l.t, err)
	m, err := meter.New(perTick, size, maxTokens)
	require.NoError(l.t, err)
	o := l.payer.Order(asset)
	o.Price, o.Tokens, o.Prompt, o.Most = types.NewAmount(tickPrice), m.Tokens, m.Prompt, m.Most
	return o
}

// answer is what came of one request.
type answer struct {
	status   int
	err      *wire.Error
	text     string // all that was given
	content  string
	parts    []wire.ToolCall
	finish   string
	usage    *wire.Usage
	receipts []pay.SignedReceipt
	cut      error
}

// send sends a payment for asset in s; onText is called for each piece of text
// with all bytes so far.
func (l *lab) send(ctx context.Context, s modeltest.Signed, body []byte, onText func(n int)) answer {
	l.t.Helper()
	header, err := wire.EncodeHeader(wire.ModelPayment{Voucher: s.Voucher, Paid: s.Ticks[asset]})
	require.NoError(l.t, err)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.server.URL+wire.PathCompletions, bytes.NewReader(body))
	require.NoError(l.t, err)
	req.Header.Set(wire.HeaderPayment, header)
	resp, err := l.server.Client().Do(req)
	if err != nil {
		return answer{cut: err}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode}
	if resp.StatusCode != http.StatusOK {
		b, err := io.ReadAll(resp.Body)
		require.NoError(l.t, err)
		a.err = wire.ReadError(resp.StatusCode, b)
		return a
	}
	events := wire.NewEventReader(resp.Body)
	for {
		data, err := events.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				a.cut = err
			}
			return a
		}
		var c wire.Completion
		require.NoError(l.t, json.Unmarshal(data, &c))
		a.take(c, onText)
	}
}

func (a *answer) take(c wire.Completion, onText func(int)) {
	for _, choice := range c.Choices {
		if choice.Delta != nil && choice.Delta.Given() != "" {
			a.text += choice.Delta.Given()
			a.content += choice.Delta.Content
			a.parts = append(a.parts, choice.Delta.ToolCalls...)
			if onText != nil {
				onText(len(a.text))
			}
		}
		if choice.FinishReason != nil {
			a.finish = *choice.FinishReason
		}
	}
	if c.Error != nil {
		a.err = c.Error
	}
	if c.Usage != nil {
		a.usage = c.Usage
	}
	if c.Weal != nil {
		a.receipts = append(a.receipts, c.Weal.Receipts...)
	}
}

// calls are the tools that an answer calls.
func (a *answer) calls() []wire.ToolCall {
	var said wire.Said
	if err := said.Add(wire.Content{ToolCalls: a.parts}); err != nil {
		panic(err)
	}
	return said.Calls()
}

// tick posts a tick and returns the status and the ticks paid.
func (l *lab) tick(t wire.Tick) (int, uint32) {
	l.t.Helper()
	b, err := json.Marshal(t)
	require.NoError(l.t, err)
	resp, err := l.server.Client().Post(l.server.URL+wire.PathTicks, "application/json", bytes.NewReader(b))
	require.NoError(l.t, err)
	defer resp.Body.Close()
	var reply wire.TickReply
	require.NoError(l.t, json.NewDecoder(resp.Body).Decode(&reply))
	return resp.StatusCode, reply.Paid
}

// exposed is what the payer's tab owes the model.
func (l *lab) exposed() types.Amount {
	owes, ok := types.NewAmount(100_000).Sub(l.model.Book().Room(l.payer.Lane.Ref.Tab))
	require.True(l.t, ok)
	return owes
}

// honest pays for what o owes as text comes, and checks that the model is never
// more than one tick ahead.
func (l *lab) honest(o pay.Order) func(int) {
	m := meter.Meter{Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most}
	var paid uint32
	return func(n int) {
		require.LessOrEqual(l.t, n, m.Room(paid), "sent beyond what %d ticks allow", paid)
		if owed := m.Owed(n); owed > paid {
			status, now := l.tick(l.payer.Tick(asset, owed))
			require.Equal(l.t, http.StatusOK, status)
			require.Equal(l.t, owed, now)
			paid = owed
		}
	}
}

func (l *lab) checkReceipt(a answer, o pay.Order, paid uint32) {
	l.t.Helper()
	require.Len(l.t, a.receipts, 1)
	r := a.receipts[0]
	chainAsset, err := l.chain.Asset(l.t.Context(), asset)
	require.NoError(l.t, err)
	require.NoError(l.t, r.Verify(chainAsset.Key))
	require.Equal(l.t, o.Hash(), r.Order)
	require.Equal(l.t, sum256(a.text), r.Output)
	require.Equal(l.t, types.NewAmount(tickPrice*uint64(paid)), r.Amount)
}

func long(n int) string { return strings.Repeat("Grüße, 世界! ", n/16+1)[:n] }
