package guest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/answers"
	"github.com/weal-network/weal/agent/guest"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// lab is a gateway of the test's own, and guests of it.
type lab struct {
	t     *testing.T
	cfg   guest.Config
	price string // what an answer costs at most
	// bodies are of requests that were paid for, by key or by payment.
	bodies []string
	// cut ends the answer early.
	cut bool
	key keys.Key
}

var passage = wire.Passage{Source: "a.md", Heading: "A", End: 10, Text: "A passage."}

func root() types.Hash { return pay.NewTree([]types.Hash{passage.Chunk().Hash()}).Root() }

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, price: "100", key: keys.Key{Name: "alice", Denom: types.BaseDenom, Spent: types.NewAmount(7), Budget: &keys.Quota{Left: types.NewAmount(93)}}}
	server := httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(server.Close)
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "agent.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	kept, err := answers.Open(t.Context(), db, nil)
	require.NoError(t, err)
	l.cfg = guest.Config{URL: server.URL, App: 12, Model: "spec-reader", Kept: kept, Root: func(context.Context, types.AssetID, uint32) (types.Hash, error) { return root(), nil }}
	return l
}

func (l *lab) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case gateway.PathKey:
		if r.Header.Get("Authorization") != "Bearer good" {
			wire.WriteError(w, keys.BadKey("the key is not good"))
			return
		}
		wire.WriteJSON(w, http.StatusOK, l.key)
	case wire.PathModels:
		wire.WriteJSON(w, http.StatusOK, wire.ModelList{Data: []wire.Model{{ID: "spec-reader"}}})
	case wire.PathCompletions:
		l.complete(w, r, string(body))
	}
}

func (l *lab) complete(w http.ResponseWriter, r *http.Request, body string) {
	key, payment := r.Header.Get("Authorization"), r.Header.Get(x402.HeaderPayment)
	switch {
	case key == "" && payment == "":
		e := wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "no_payment", "answers of this app are paid")
		x402.Challenge(w, r, e, "an answer", []x402.Offer{
			{Scheme: x402.SchemeExact, Network: "eip155:1", Amount: "999", Asset: "0xtoken", PayTo: "0xowner", MaxTimeoutSeconds: 60},
			{Scheme: x402.SchemeBatch, Network: "cosmos:weal", Amount: l.price, Asset: types.BaseDenom, PayTo: "weal://asset/12", MaxTimeoutSeconds: 60},
		}, nil)
		return
	case key != "" && key != "Bearer good":
		wire.WriteError(w, keys.BadKey("the key is not good"))
		return
	}
	l.bodies = append(l.bodies, body)
	if payment != "" {
		h, err := x402.Settlement{Success: true, Transaction: "feed", Network: "cosmos:weal"}.Header()
		require.NoError(l.t, err)
		w.Header().Set(x402.HeaderResponse, h)
	}
	events := wire.NewEvents(w)
	p := passage
	p.Proof = pay.NewTree([]types.Hash{p.Chunk().Hash()}).Proof(0)
	for _, text := range []string{"It is ", "bounded [1]."} {
		require.NoError(l.t, events.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Content: text}}}}))
	}
	if l.cut {
		return
	}
	trailer := &wire.Trailer{
		Citations: []wire.Citation{{N: 1, Asset: 10, Version: 1, Root: root(), Passage: p}},
		Charges:   []wire.Charge{{Asset: 10, Kind: types.KindData, Amount: types.NewAmount(60)}, {Asset: 12, Kind: types.KindApp, Amount: types.NewAmount(20)}},
		Receipts:  []pay.SignedReceipt{{Receipt: pay.Receipt{Asset: 10, Amount: types.NewAmount(60), Policy: pay.PolicyAudit}}, {Receipt: pay.Receipt{Asset: 12, Amount: types.NewAmount(20), Policy: pay.PolicyAudit}}},
	}
	require.NoError(l.t, events.Send(wire.Completion{Choices: []wire.Choice{}, Weal: trailer}))
	require.NoError(l.t, events.End())
	w.Header().Set(http.TrailerPrefix+gateway.HeaderCost, "80 "+types.BaseDenom)
}

// TestKey: what a key buys is told whole, kept for that key, and counted by the gateway.
func TestKey(t *testing.T) {
	l := newLab(t)
	g := guest.New(l.cfg, "good")
	require.NoError(t, g.Check(t.Context()))
	var heard string
	a, err := g.Ask(t.Context(), agent.Question{Text: "What is exposure?", Filter: "author=Smith", AtMost: types.NewAmount(100), OnDelta: func(s string) { heard += s }})
	require.NoError(t, err)
	require.Equal(t, "It is bounded [1].", a.Text)
	require.Equal(t, a.Text, heard)
	require.Equal(t, "80", a.Cost.Total.Amount)
	require.True(t, a.Citations[0].Verified)
	require.True(t, a.Citations[0].Quoted)
	require.Empty(t, a.Problems)
	require.JSONEq(t, `{"model":"spec-reader","stream":true,"messages":[{"role":"user","content":"What is exposure?"}],"weal":{"filter":"author=Smith"}}`, l.bodies[0])

	cited, err := g.Cite(t.Context(), agent.Reference{Answer: a.ID})
	require.NoError(t, err)
	require.Equal(t, "A passage.", cited.Passages[0].Text)
	require.Len(t, cited.Receipts, 2)
	_, err = guest.New(l.cfg, "another").Cite(t.Context(), agent.Reference{Answer: a.ID})
	require.ErrorIs(t, err, agent.ErrNotKept)
	receipts, err := g.Receipts(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, receipts, 1)
	b, err := g.Balance(t.Context())
	require.NoError(t, err)
	require.Equal(t, "93", b.Left.Amount)
	models, err := g.Models(t.Context())
	require.NoError(t, err)
	require.Equal(t, "spec-reader", models[0].Name)
}

// TestNothingIsSpent where it is too dear, the key is bad, or it is not sold so.
func TestNothingIsSpent(t *testing.T) {
	l := newLab(t)
	g := guest.New(l.cfg, "good")
	_, err := g.Ask(t.Context(), agent.Question{Text: "q", AtMost: types.NewAmount(99)})
	var dear *agent.DearError
	require.ErrorAs(t, err, &dear)
	require.Equal(t, "100", dear.Quote.Most.Amount)
	_, err = g.Ask(t.Context(), agent.Question{Text: "q", App: 13})
	require.ErrorContains(t, err, "only app 12")
	_, err = g.Search(t.Context(), agent.Search{Text: "q"})
	require.ErrorIs(t, err, agent.ErrNotSold)
	bad := guest.New(l.cfg, "bad")
	require.Error(t, bad.Check(t.Context()))
	_, err = bad.Ask(t.Context(), agent.Question{Text: "q"})
	require.ErrorContains(t, err, "not good")
	none := guest.New(l.cfg, "")
	for _, f := range []func() error{
		func() error { _, err := none.Balance(t.Context()); return err },
		func() error { _, err := none.Receipts(t.Context(), 1); return err },
		func() error {
			_, err := none.Cite(t.Context(), agent.Reference{Answer: strings.Repeat("0", 64)})
			return err
		},
	} {
		require.ErrorIs(t, f(), agent.ErrNotSold)
	}
	require.Empty(t, l.bodies)
}

// TestX402: a guest without a key is told how to pay, and pays for the same body.
func TestX402(t *testing.T) {
	l := newLab(t)
	g := guest.New(l.cfg, "")
	_, err := g.Ask(t.Context(), agent.Question{Text: "q"})
	var unpaid *agent.UnpaidError
	require.ErrorAs(t, err, &unpaid)
	var required x402.Required
	require.NoError(t, json.Unmarshal(unpaid.Required, &required))
	require.Len(t, required.Accepts, 2)
	payment, err := json.Marshal(x402.Payment{X402Version: 2, Accepted: required.Accepts[1], Payload: json.RawMessage(`{"type":"lane"}`)})
	require.NoError(t, err)
	a, err := g.Ask(t.Context(), agent.Question{Text: "q", Payment: payment})
	require.NoError(t, err)
	require.JSONEq(t, `{"success":true,"transaction":"feed","network":"cosmos:weal"}`, string(a.Settlement))
	_, err = g.Ask(t.Context(), agent.Question{Text: "q", Payment: json.RawMessage(`"nonsense"`)})
	require.ErrorContains(t, err, "x402 payment")
	require.Len(t, l.bodies, 1)
}

// TestCut: what came before an answer was cut was paid for, and is told.
func TestCut(t *testing.T) {
	l := newLab(t)
	l.cut = true
	a, err := guest.New(l.cfg, "good").Ask(t.Context(), agent.Question{Text: "q"})
	require.NoError(t, err)
	require.Equal(t, "It is bounded [1].", a.Text)
	require.Contains(t, a.Problems[0], "cut short")
}

func TestPayer(t *testing.T) {
	require.Empty(t, guest.Payer(""))
	require.NotEqual(t, guest.Payer("a"), guest.Payer("b"))
	require.NotContains(t, guest.Payer("sk-weal-secret"), "secret")
}
