package local

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/types"
)

// operated is a home with all roles at work, in this process.
type operated struct {
	t      *testing.T
	dir    string
	client *Client
}

func newOperated(t *testing.T) *operated {
	t.Helper()
	o := &operated{t: t, dir: filepath.Join(t.TempDir(), "home")}
	ports := home.PortsFrom(10_000 + rand.IntN(20_000))
	for ports.Check() != nil {
		ports = home.PortsFrom(10_000 + rand.IntN(20_000))
	}
	n, err := Up(t.Context(), Config{Home: o.dir, Ports: ports, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	o.client, err = Connect(t.Context(), o.dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.client.Close()) })
	return o
}

// serve starts the home's operator.
func (o *operated) serve(change func(*OperatorConfig)) (*ServedOperator, error) {
	cfg := OperatorConfig{Home: o.dir, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&cfg)
	}
	return ServeOperator(context.WithoutCancel(o.t.Context()), cfg)
}

// ask makes a request to a role's asset.
func (o *operated) ask(role, text string) uint64 {
	o.t.Helper()
	asset := o.client.Running.Roles[role].Asset
	price, _, err := o.client.Ledger.RequestQuote(o.t.Context(), asset, 0)
	require.NoError(o.t, err)
	payer, err := o.client.sender()
	require.NoError(o.t, err)
	id, err := payer.Ask(o.t.Context(), ledger.Ask{Asset: asset, Input: []byte(text), MaxFee: price}, price)
	require.NoError(o.t, err)
	return id
}

// ends waits until a request stands at a stage, and returns how it stands.
func (o *operated) ends(id uint64, stage string) operator.Standing {
	o.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		s, err := ReadOperator(o.t.Context(), o.dir)
		require.NoError(o.t, err)
		require.True(o.t, s.Running)
		for _, r := range s.Last {
			if r.Request == id && r.Stage == stage {
				return r
			}
		}
		require.True(o.t, time.Now().Before(deadline), "request %d is not %s: %+v", id, stage, s)
		time.Sleep(50 * time.Millisecond) // between two looks
	}
}

func (o *operated) text(id uint64) string {
	o.t.Helper()
	r, err := o.client.Ledger.Request(o.t.Context(), id)
	require.NoError(o.t, err)
	require.Equal(o.t, "answered", r.State)
	return string(r.Answer.Data)
}

// A home's operator joins its assets when it is told to, answers for its model, and for
// its app as long as that costs no more than it brings or than its owner spends.
func TestOperator(t *testing.T) {
	o := newOperated(t)
	_, err := o.serve(nil)
	require.ErrorContains(t, err, "is not authorised for asset 2")
	require.ErrorContains(t, err, "--bond 1")
	_, err = o.serve(func(c *OperatorConfig) { c.Assets = []types.AssetID{1} })
	require.ErrorContains(t, err, "asset 1 is no model or app")

	_, err = o.client.SetTerms(t.Context(), 2, "", func(a *types.Asset) error {
		a.Prices = append(a.Prices, types.Price{Unit: types.PerUse, Denom: types.BaseDenom, Amount: milliWEAL(1)})
		return nil
	})
	require.NoError(t, err)
	var notes []string
	s, err := o.serve(func(c *OperatorConfig) { c.Bond, c.Note = milliWEAL(1000), func(n string) { notes = append(notes, n) } })
	require.NoError(t, err)
	require.Equal(t, []types.AssetID{2, 3}, s.Assets())
	require.Empty(t, notes)
	_, err = o.serve(nil)
	require.ErrorIs(t, err, home.ErrBusy)

	model, app := o.ask(RoleModel, "What is exposure?"), o.ask(RoleGateway, "What is exposure?")
	o.ends(model, "delivered")
	require.Contains(t, o.text(model), "weal-reader")
	require.Contains(t, o.ends(app, "refused").Note, "raise what asset 3 asks for a use")
	before, err := o.client.Tab(t.Context(), 0)
	require.NoError(t, err)
	for _, lane := range before.Lanes {
		require.True(t, lane.Promised.IsZero(), "nothing was paid for what was refused")
	}
	require.NoError(t, s.Close())

	s, err = o.serve(func(c *OperatorConfig) { c.Spend = milliWEAL(100) }) // it has joined
	require.NoError(t, err)
	app = o.ask(RoleGateway, "What is exposure?")
	o.ends(app, "delivered")
	require.Contains(t, strings.ToLower(o.text(app)), "exposure")
	require.NoError(t, s.Close())
	st, err := ReadOperator(t.Context(), o.dir)
	require.NoError(t, err)
	require.False(t, st.Running)
	require.Equal(t, s.Account(), st.Account)
	require.Equal(t, 2, st.Delivered)
}

func FuzzCompletionText(f *testing.F) {
	f.Add([]byte(`{"choices":[{"message":{"content":"x"}}]}`))
	f.Add([]byte(`{"choices":[]}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if text, err := completionText(b); err != nil && text != "" {
			t.Fatal("an error with a text")
		}
		_, _ = withModel(b, "m")
	})
}
