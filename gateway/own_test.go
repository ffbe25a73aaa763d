package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// own gives the app an upstream of its own, and no vaults unless vaults is set.
func (d *desk) own(vaults bool, up upstreamFunc) {
	d.t.Helper()
	d.app = gateway.App{Name: "spec", Upstream: &gateway.Upstream{URL: "http://127.0.0.1:1"}, Vaults: []types.AssetID{}, MaxTokens: 200}
	if vaults {
		d.app.Vaults = []types.AssetID{vaultA, vaultB}
	}
	d.upstreamOwn = up
	d.start()
}

func TestOwnUpstream(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	var prompts []string
	fail := true
	d.own(false, func(_ context.Context, p model.Prompt) (model.Answer, error) {
		if fail {
			return nil, errors.New("not yet")
		}
		prompts = append(prompts, string(p.Body))
		return pieces("Hello ", "there."), nil
	})
	a, err := d.ask()
	require.ErrorIs(t, err, purse.ErrCut)
	require.Equal(t, "0", a.Total.String(), "an answer that did not come is paid")
	fail = false
	a, err = d.ask()
	require.NoError(t, err)
	require.Equal(t, "Hello there.", a.Text)
	require.Equal(t, "stop", a.FinishReason)
	require.Empty(t, a.Problems)
	require.Equal(t, "500", a.Total.String(), "it costs what the app costs")
	require.Len(t, a.Receipts, 1)
	var asked struct {
		Messages []wire.ChatMessage `json:"messages"`
	}
	require.NoError(t, json.Unmarshal([]byte(prompts[0]), &asked))
	require.Len(t, asked.Messages, 1, "an app that says nothing says nothing")
	require.Eventually(t, func() bool { return d.owed(appID) == "500" }, 5*time.Second, 10*time.Millisecond)

	// With vaults it answers from passages, which are paid.
	d.own(true, func(_ context.Context, p model.Prompt) (model.Answer, error) {
		prompts = append(prompts, string(p.Body))
		return pieces("The wombat [1]."), nil
	})
	a, err = d.ask()
	require.NoError(t, err)
	require.Equal(t, "3500", a.Total.String())
	require.Contains(t, prompts[len(prompts)-1], "wombat")
	require.NotEmpty(t, a.Attribution)

	// What it cannot do is refused before anybody pays.
	d.refused(d.do(t.Context(), `{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}]}`,
		wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 9)), http.StatusBadRequest, "unsupported_tools")
}

// TestOwnUpstreamWritesOnce pays by hand: one payment has it write one answer.
func TestOwnUpstreamWritesOnce(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	opened := 0
	d.own(false, func(context.Context, model.Prompt) (model.Answer, error) {
		opened++
		return pieces("Hello."), nil
	})
	q := d.quote(question)
	p := d.payment(q)
	g := d.read(d.pay(t.Context(), p, question), d.honest(q))
	require.Equal(t, "Hello.", g.text)
	for range 3 {
		again := d.read(d.pay(t.Context(), p, question), nil)
		require.Equal(t, "order_served", again.err.Code)
	}
	require.Equal(t, 1, opened)
}

// TestOwnUpstreamIsCut: what is longer than was quoted ends.
func TestOwnUpstreamIsCut(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	d.own(false, func(context.Context, model.Prompt) (model.Answer, error) { return &endless{}, nil })
	a, err := d.ask()
	require.NoError(t, err)
	require.Equal(t, "length", a.FinishReason)
	require.LessOrEqual(t, len(a.Text), 4*200+8)
}

type endless struct{}

func (*endless) Next() (wire.Content, error) { return wire.Content{Content: "and on "}, nil }
func (*endless) Finish() string              { return "stop" }
func (*endless) Close() error                { return nil }

func TestAppWithOwnUpstreamNeedsOne(t *testing.T) {
	w := newWorld(t)
	_, err := gateway.New(t.Context(), gateway.Config{
		App: gateway.App{Name: "x", Vaults: w.app.Vaults[:0], Upstream: &gateway.Upstream{URL: "http://h"}}, DB: w.db, Chain: w.chain,
		Key: make([]byte, 64), Endpoint: func(context.Context, types.AssetID) (string, error) { return "", nil },
	})
	require.ErrorContains(t, err, "upstream")
}
